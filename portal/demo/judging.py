"""How well search finds the demo's content: queries of the made-up company's people, judged by reading the content.

`judged/` is laid out as a test collection without its corpus, which is the library: queries.jsonl holds what is typed,
with a note why what is judged was judged so, and qrels.tsv names content by the name of its file, or by its address
when it has none. 2 is what the person is after, 1 is of some help, and whatever is not named is of none.
`judged/as_typed` holds more of them, with slips and operators, for all of search and not the engine alone.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from portal.db import db
from portal.discovery.synonyms.queries import synonyms
from portal.library.indexing import all_documents
from portal.library.models import Asset
from portal.search.engine import Engine
from portal.search.evaluating import CollectionUnreadableError, Judged, Quality, measure, read_judged
from portal.search.query import read_query

JUDGED = Path(__file__).parent / "judged"
AS_TYPED = JUDGED / "as_typed"


def read_demo_judged(folder: Path = JUDGED) -> Judged:
    """Read the judged queries of a folder; CollectionUnreadableError names content that is not there."""
    rows = db.session.execute(select(Asset.id, Asset.slug, Asset.external_id))
    judged = read_judged(folder, {name: id for id, slug, key in rows for name in (slug, key) if name})
    if judged.missing:
        raise CollectionUnreadableError(f"{folder}: no document has the id {judged.missing[0]}.")
    return judged


def measure_demo(judged: Judged, engine: Engine) -> Quality:
    """Index the library in an engine of its own, and measure how it ranks what is published, with the synonyms.

    What has expired counts as published: the figures are the same on whatever day they are taken.
    """
    engine.rebuild(all_documents())
    groups = synonyms()
    published = set(db.session.scalars(select(Asset.id).where(Asset.state == "published")))
    return measure(
        judged, lambda text: [hit.id for hit in engine.rank(read_query(text, groups)) if hit.id in published]
    )
