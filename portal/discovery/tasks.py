"""Jobs of discovery: building the search index anew when that is needed."""

from __future__ import annotations

from flask import current_app

from portal.db import unit_of_work
from portal.jobs import enqueue, job
from portal.library.indexing import all_documents, engine, reason_to_rebuild, rebuilding
from portal.worker import at_start


@job("rebuild_index", nightly=True)
def rebuild_index(_: int | None) -> None:
    """Build the index anew, unless it is sound and of the engine that is set."""
    with rebuilding():
        if reason_to_rebuild():
            engine().rebuild(all_documents())


def see_to_the_index() -> None:
    """Start the rebuild of an index that can't be used or is of another engine; the database answers meanwhile."""
    if reason := reason_to_rebuild():
        current_app.logger.warning("the search index is built anew: %s", reason)
        with unit_of_work():
            enqueue("rebuild_index", once=True)


at_start.append(see_to_the_index)


def glance_at_the_index() -> None:
    """Write to the log of a web process that starts whether its searches will be ranked; the worker sees to it."""
    if reason := engine().glance():
        current_app.logger.warning("the database answers searches until the index is rebuilt: %s", reason)


# The jobs of subpackages register themselves too.
from portal.discovery.learning import tasks as _learning  # noqa: E402, F401
from portal.discovery.saved import tasks as _saved  # noqa: E402, F401
