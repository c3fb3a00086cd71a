"""The library: assets, their immutable versions and pages, and the vocabulary.

A version is a file, Markdown or a link. services.py and vocabulary.py are the verbs, queries.py the questions, and who
may see what is decided there. The jobs read_version and draw_version go reading.py (slow, outside any transaction) ->
keeping.py (short writes); indexing.py turns content into documents of the search index; summaries.py counts again what
lists sort by. `documents` says what is in a file, under a guard, and knows nothing of the rest.
"""
