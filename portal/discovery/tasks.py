"""Jobs of discovery: building the search index anew when it is missing or damaged."""

from __future__ import annotations

from portal.jobs import job
from portal.library.indexing import all_documents, engine, one_at_a_time


@job("rebuild_index")
def rebuild_index(_: int | None) -> None:
    """Build the index anew, unless it was made good meanwhile."""
    with one_at_a_time():
        if engine().check() is not None:
            engine().rebuild(all_documents())


# The jobs of subpackages register themselves too.
from portal.discovery.learning import tasks as _learning  # noqa: E402, F401
