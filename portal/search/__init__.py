"""Full-text search over documents: ids and text go in, ranked ids come out.

engine.py is the interface and analysis.py the one way in which text becomes words; query.py reads what a person
typed (operators.py and synonyms.py its parts), beginnings.py and slips.py what type-ahead and corrections look up,
ranking.py orders documents, and whoosh_index.py and whoosh_engine.py keep them on disk. For large libraries the files
named tantivy_ do the same; folder_engine.py is what both share, and live_engine.py follows whichever engine built the
live index.
snippets.py finds the page and the passage that fit a query. Nothing here knows people, permissions, facets or the
database: those are applied by the caller over the ranked ids.
"""
