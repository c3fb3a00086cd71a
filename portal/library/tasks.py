"""Jobs of the library: reading a version, writing to the search index, refreshing what lists sort by."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import current_app

from portal.db import unit_of_work
from portal.deals.queries import imported_files
from portal.discovery.saved.services import ask_about
from portal.jobs import job
from portal.library import indexing, keeping, reading, summaries, tidying
from portal.library.documents.kinds import FileKind, identify
from portal.storage import storage

Result = TypeVar("Result")


@job("read_version", on_failure=lambda version_id, error: keeping.keep_unread(version_id or 0, error))
def read_version(version_id: int | None) -> None:
    """Read a version's text, unless that has been done, and leave what is slow, drawing it, to another job."""
    with unit_of_work():
        source = keeping.source_of(version_id or 0)
    if source is None:
        return
    found = None
    if source.text_is_due:
        found = _without_failing(lambda: reading.read_text(source), reading.unread(source.filename))
    with unit_of_work():
        if found is not None:
            keeping.keep_text(source.version_id, found)
        else:
            keeping.have_drawn(source.version_id)


@job(
    "draw_version",
    can_wait=True,
    on_failure=lambda version_id, error: keeping.keep_undrawn(version_id or 0, error),
)
def draw_version(version_id: int | None) -> None:
    """Draw a version whose text has been read, unless that has been done."""
    with unit_of_work():
        source = keeping.source_of(version_id or 0)
    if source is None or source.text_is_due or not source.preview_is_due:
        return
    drawing = _without_failing(lambda: reading.draw(source, _kind_of(source)), reading.UNDRAWN)
    with unit_of_work():
        keeping.keep_drawing(source.version_id, drawing)


@job("separate_notes")
def separate_notes(version_id: int | None) -> None:
    """Read a deck again that was read when notes and hidden slides were not told apart; the migration asks for it."""
    with unit_of_work():
        source = keeping.deck_of(version_id or 0)
    if source is None:
        return
    found = reading.read_text(source)
    with unit_of_work():
        keeping.keep_notes_apart(source.version_id, found)


def _without_failing(step: Callable[[], Result], otherwise: Result) -> Result:
    """Do a slow step; should it fail in a way that nobody foresaw, the file still ends in a named state."""
    try:
        return step()
    except Exception:
        current_app.logger.exception("a version could not be read or drawn")
        return otherwise


def _kind_of(source: reading.Source) -> FileKind:
    if source.sha256 is None:
        return FileKind.MD
    return identify(storage().path(source.sha256), source.filename).kind


@job("index_asset")
def index_asset(asset_id: int | None) -> None:
    """Bring the index up to date for one asset and for all others that wait."""
    with indexing.one_at_a_time():
        with unit_of_work():
            batch = indexing.batch_for(asset_id or 0)
        try:
            indexing.write_batch(batch)
            with unit_of_work():
                indexing.settle_batch(batch)
                ask_about(batch.asset_ids)
        except Exception:
            with unit_of_work():
                indexing.give_back(batch)
            raise


@job("refresh_use")
def refresh_use(asset_id: int | None) -> None:
    """Count an asset's uses again."""
    with unit_of_work():
        summaries.refresh_use([asset_id or 0])


@job("tidy_files", nightly=True)
def tidy_files(_: int | None) -> None:
    """Remove files that nothing refers to and that are older than a day."""
    store = storage()
    names = tidying.old_files(store)
    with unit_of_work():
        in_use = tidying.files_in_use() | imported_files()
    removed = tidying.remove_files(store, names, in_use)
    if removed:
        current_app.logger.info("%s files that nothing referred to were removed", removed)


# Their jobs are registered by being imported.
from portal.library.contributions import tasks as _contributions  # noqa: E402, F401
from portal.library.hygiene import tasks as _hygiene  # noqa: E402, F401
from portal.library.life import tasks as _life  # noqa: E402, F401
