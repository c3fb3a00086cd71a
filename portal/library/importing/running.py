"""Adding many files: two are stored and read at a time, one is written at a time, each in one transaction.

Nothing of a file is in the database before its text is, so a run that is stopped leaves it there whole or not at all,
and the same run again goes on where that one was.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, current_app

from config import MEGABYTE
from portal.db import db, unit_of_work
from portal.errors import PortalError
from portal.jobs import do_now, drain, settle_waiting, without_waking
from portal.library import keeping, queries, services
from portal.library.adding import Received, receive_file, take_file
from portal.library.documents.extract import Extraction, extract
from portal.library.documents.kinds import identify
from portal.library.importing.facts import Facts, apply_to_known
from portal.library.importing.telling import Line
from portal.library.models import Asset
from portal.library.reading import unread
from portal.library.services import clean_filename
from portal.storage import storage
from portal.users.models import User

READERS = 2
# Files that are read ahead of the one that is written; what they hold in memory is bounded by this.
_AHEAD = 6
# A commit of the index costs much the same for one document as for many.
_INDEX_EVERY = 200


@dataclass(frozen=True)
class Wish:
    """What is to be done with every file: publish it, draw it now, say anew what is known of those already there."""

    publish: bool = False
    draw: bool = False
    update_facts: bool = False


@dataclass(frozen=True)
class _Arrived:
    """A file that was stored and read, or whose content is in the library already (known: its sha256)."""

    received: Received | None = None
    found: Extraction | None = None
    known: str = ""
    problem: str = ""


FactsOf = Callable[[Path], Facts]


def add_files(files: Iterable[Path], facts_of: FactsOf, wish: Wish) -> Iterator[Line]:
    """Add files and yield what became of each, in order; the index is written along the way."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    waiting: deque[tuple[Path, Future[_Arrived]]] = deque()
    first_of: dict[int, Path] = {}
    with ThreadPoolExecutor(READERS) as readers:
        try:
            for number, path in enumerate(files, 1):
                waiting.append((path, readers.submit(_arrive, app, path)))
                if len(waiting) > _AHEAD:
                    yield _next(waiting, facts_of, wish, first_of)
                if number % _INDEX_EVERY == 0:
                    drain(kinds=("index_asset",))
            while waiting:
                yield _next(waiting, facts_of, wish, first_of)
        finally:
            readers.shutdown(cancel_futures=True)
    drain(kinds=("index_asset",))


def _next(
    waiting: deque[tuple[Path, Future[_Arrived]]], facts_of: FactsOf, wish: Wish, first_of: dict[int, Path]
) -> Line:
    path, arriving = waiting.popleft()
    arrived, facts = arriving.result(), facts_of(path)
    if arrived.problem:
        return _line(path, facts, reason=arrived.problem)
    try:
        with without_waking():
            return _keep(path, arrived, facts, wish, first_of)
    except PortalError as error:
        return _line(path, facts, reason=error.message)


def _arrive(app: Flask, path: Path) -> _Arrived:
    """Store and read one file, outside any transaction; one that is in the library already is only recognised."""
    with app.app_context():
        try:
            with path.open("rb") as stream:
                sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
                if queries.asset_with_file(sha256) is not None:
                    return _Arrived(known=sha256)
                stream.seek(0)
                db.session.remove()
                received = receive_file(stream, path.name)
        except OSError as error:
            return _Arrived(problem=f"It could not be read and stored: {error.strerror}.")
        if received.stored is None:
            return _Arrived(problem=received.reason)
        try:
            found = extract(storage().path(received.stored.sha256), received.filename)
        except Exception:
            app.logger.exception("a file could not be read")
            found = unread(received.filename)
        # A person who uploads is shown a draft that says so; of a folder, what is refused is left where it is.
        return _Arrived(problem=found.reason) if found.state == "refused" else _Arrived(received, found)


def _keep(path: Path, arrived: _Arrived, facts: Facts, wish: Wish, first_of: dict[int, Path]) -> Line:
    if arrived.received is None:
        return _meet_again(path, arrived.known, facts, wish, first_of)
    with unit_of_work():
        owner = db.session.get(User, facts.owner_id) if facts.owner_id else None
        taken = take_file(
            arrived.received,
            by=None,
            owner=owner,
            title=facts.title,
            kind=facts.kind,
            term_ids=facts.term_ids,
        )
        known = taken.known
        if taken.asset is not None and not known:
            asset, version_id = taken.asset, taken.asset.current_version_id or 0
            asset.expires_on = facts.expires
            if arrived.found is not None:
                keeping.keep_text(version_id, arrived.found)
                settle_waiting("read_version", version_id)
            reason = _publish(asset, wish)
            line = _line(path, facts, asset, reason=reason, outcome="added")
            first_of[asset.id] = path
    if known and arrived.received.stored is not None:
        return _meet_again(path, arrived.received.stored.sha256, facts, wish, first_of)
    if wish.draw:
        do_now("draw_version", version_id)
    return line


def _meet_again(path: Path, sha256: str, facts: Facts, wish: Wish, first_of: dict[int, Path]) -> Line:
    """See to a file that is there already: what an earlier run, or another person, left to do is done."""
    with unit_of_work():
        asset = queries.asset_with_file(sha256)
        if asset is None:
            return _line(
                path, facts, reason="It was removed from the library a moment ago. Add it once more."
            )
        asset_id, version = asset.id, queries.newest_version(asset)
        version_id = version.id if version else 0
        unread, undrawn = (
            bool(version and version.state == "waiting"),
            bool(version and version.is_being_read),
        )
    if unread:
        do_now("read_version", version_id)
    if undrawn and wish.draw:
        do_now("draw_version", version_id)
    with unit_of_work():
        asset = queries.asset_or_404(asset_id)
        outcome, first = "already there", first_of.setdefault(asset_id, path)
        if first != path:
            return _line(path, facts, asset, reason=_same_as(first, facts, "content"), outcome=outcome)
        if wish.update_facts and apply_to_known(asset, facts):
            outcome = "updated"
        reason = " ".join(filter(None, (_this_very_file(asset), _publish(asset, wish))))
        return _line(path, facts, asset, reason=reason, outcome=outcome)


def _publish(asset: Asset, wish: Wish) -> str:
    """Publish a draft if that is wished and possible; return why not, or ""."""
    version = asset.current_version
    # Content that sales brought, that is in review or that was retired is for people to decide on.
    if (
        not wish.publish
        or asset.state != "draft"
        or version is None
        or version.state in ("refused", "waiting")
    ):
        return ""
    try:
        services.publish(asset, None)
    except PortalError as error:
        return error.message
    return "It has expired already." if asset.is_expired else ""


def _line(
    path: Path, facts: Facts, asset: Asset | None = None, *, reason: str = "", outcome: str = "refused"
) -> Line:
    version = asset.current_version if asset else None
    if asset is None or version is None:
        return Line(shown(path), outcome, asset.slug if asset else None, "refused", reason, facts.faults)
    reason = " ".join(filter(None, (reason, version.state_reason)))
    counts = version.page_count, version.character_count
    return Line(shown(path), outcome, asset.slug, version.state, reason, facts.faults, *counts)


def foresee(files: Iterable[Path], facts_of: FactsOf) -> Iterator[Line]:
    """Say what would become of each file; nothing is stored or written."""
    first_of: dict[str, Path] = {}
    for path in files:
        facts = facts_of(path)
        try:
            yield _foreseen(path, facts, first_of)
        except OSError as error:
            yield _line(path, facts, reason=f"It could not be opened: {error.strerror}.")


def _foreseen(path: Path, facts: Facts, first_of: dict[str, Path]) -> Line:
    limit = current_app.config["MAX_UPLOAD_MB"] * MEGABYTE
    identity = identify(path, clean_filename(path.name), limit=limit)
    if identity.refused:
        return _line(path, facts, reason=identity.reason)
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    first = first_of.setdefault(sha256, path)
    if first != path:
        reason = _same_as(first, facts, "file")
        return Line(shown(path), "already there", None, "not read", reason, facts.faults)
    with unit_of_work():
        asset = queries.asset_with_file(sha256)
        if asset is not None:
            return _line(path, facts, asset, reason=_this_very_file(asset), outcome="already there")
    return Line(shown(path), "would be added", None, "not read", identity.reason, facts.faults)


def _this_very_file(asset: Asset) -> str:
    return f"This very file is in the library as “{asset.title}”."


def _same_as(first: Path, facts: Facts, what: str) -> str:
    dropped = (
        " What is said of that one counts, and what is said of this one was left out." if facts.own else ""
    )
    return f"It is the same {what} as {shown(first)}.{dropped}"


def shown(path: Path) -> str:
    """Return a path as text that can be printed; bytes that are no UTF-8 are written as \\xff."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
