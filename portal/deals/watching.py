"""The watched folder: what a CRM leaves there every night is imported by itself, or waits for somebody's look.

`IMPORT_FOLDER/salesforce/deals.csv` is a file of the CRM “salesforce”. One import of a CRM goes on at a time: deals
with their accounts and people first, then stage history, then uses. A taken file moves to `taken/` beside it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from portal.db import db
from portal.deals.models import DealImport
from portal.deals.services import Kind, checked_source, start_import
from portal.errors import Invalid
from portal.notifications.services import notify_many
from portal.storage import Stored, storage
from portal.tabular.report import counted
from portal.users.models import User

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx")
# A file that changed more recently may still be being written.
SETTLED = timedelta(seconds=30)
TAKEN = "taken"
# Words in a file's name that say what is in it; any other file holds deals.
PARTS = {
    "accounts": ("account", "compan"),
    "users": ("user", "people", "team", "agent", "owner"),
    "history": ("history", "stage"),
    "usage": ("usage", "uses"),
}
COMPLETE = "complete"
# Of a file of which more rows are refused something is wrong; a person looks first.
MOST_REFUSED = 0.05
# What an import did is told once it is written; one that was written earlier is no news.
TELL_WITHIN = timedelta(days=1)
GOING_ON = ("waiting", "applying")


# A file's number, when it was changed, and its size.
Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class Waiting:
    """Files in the folder that make up one import: which part each is, as they were when they were seen.

    `stamps` tell by part a file from another one that takes its place meanwhile.
    """

    kind: Kind
    source: str
    files: Mapping[str, Path]
    stamps: Mapping[str, Stamp]

    @property
    def is_complete(self) -> bool:
        """Whether the name says that the file is the whole CRM."""
        return COMPLETE in self.files[self.kind].stem.lower()


def waiting_in(folder: Path, moment: datetime) -> Iterator[Waiting]:
    """Yield for each CRM the next import that lies ready in the folder."""
    for place in sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()):
        try:
            source = checked_source(place.name)
        except Invalid:
            continue
        ready = _ready(place, moment)
        found = _next({part: path for part, (path, _) in ready.items()})
        if found:
            yield Waiting(found[0], source, found[1], {part: ready[part][1] for part in found[1]})


def _ready(place: Path, moment: datetime) -> dict[str, tuple[Path, Stamp]]:
    """Return the oldest file of each part that nobody writes to any more."""
    ready: dict[str, tuple[float, Path, Stamp]] = {}
    for path in place.iterdir():
        if path.suffix.lower() not in ENDINGS or path.name.startswith(".") or path.is_symlink():
            continue
        facts = path.stat()
        if path.is_file() and moment.timestamp() - facts.st_mtime >= SETTLED.total_seconds():
            part, seen = part_of(path.name), (facts.st_mtime, path, _stamp(facts))
            ready[part] = min(ready.get(part, seen), seen)
    return {part: (path, stamp) for part, (_, path, stamp) in ready.items()}


def _stamp(facts: os.stat_result) -> Stamp:
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


def is_as_seen(waiting: Waiting, part: str) -> bool:
    """Say whether a file is still the one that was seen, and not a newer one under its name."""
    return _stamp(waiting.files[part].stat()) == waiting.stamps[part]


def part_of(name: str) -> str:
    """Return what the name of a file says is in it."""
    name = name.lower()
    return next((part for part, words in PARTS.items() if any(word in name for word in words)), "deals")


def _next(ready: Mapping[str, Path]) -> tuple[Kind, dict[str, Path]] | None:
    if "deals" in ready:
        return "deals", {part: ready[part] for part in ("deals", "accounts", "users") if part in ready}
    after_deals: tuple[Kind, ...] = ("history", "usage")
    for kind in after_deals:
        if kind in ready:
            return kind, {kind: ready[kind]}
    return None


def is_busy(source: str) -> bool:
    """Say whether an import of this CRM goes on: the next one waits, since it builds on it."""
    found = select(DealImport.id).where(DealImport.source == source, DealImport.state.in_(GOING_ON))
    return db.session.scalar(found.limit(1)) is not None


def store(waiting: Waiting, limit: int) -> dict[str, tuple[Stored, str]]:
    """Copy the files into the store; raise Invalid for one that is too large or empty."""
    stored = {}
    for part, path in waiting.files.items():
        with path.open("rb") as stream:
            kept = storage().put(stream, limit=limit)
        if not kept.size:
            raise Invalid(f"{path.name} is empty.")
        stored[part] = (kept, path.name)
    return stored


def is_taken(waiting: Waiting, stored: Mapping[str, tuple[Stored, str]]) -> bool:
    """Say whether this very file was taken already, and could only not be moved aside."""
    found = select(DealImport.sha256, DealImport.created_at).where(
        DealImport.origin == "folder", DealImport.source == waiting.source, DealImport.kind == waiting.kind
    )
    last = db.session.execute(found.order_by(DealImport.id.desc()).limit(1)).one_or_none()
    changed = waiting.files[waiting.kind].stat().st_mtime
    return (
        last is not None
        and last.sha256 == stored[waiting.kind][0].sha256
        and (last.created_at.timestamp() > changed)
    )


def take(waiting: Waiting, stored: dict[str, tuple[Stored, str]]) -> DealImport:
    """Begin the import of files that lay in the folder; one that still waits for a look is replaced by it."""
    older = select(DealImport).where(
        DealImport.source == waiting.source,
        DealImport.kind == waiting.kind,
        DealImport.origin == "folder",
        DealImport.state.in_(("planned", "mapping")),
    )
    for row in db.session.scalars(older):
        row.state = "replaced"
    row = start_import(kind=waiting.kind, source=waiting.source, files=stored, by=None)
    row.origin = "folder"
    row.is_complete = waiting.is_complete
    return row


def put_away(waiting: Waiting, moment: datetime) -> None:
    """Move files that were taken aside, so that they are taken once; one that came meanwhile stays where it is."""
    for part, path in waiting.files.items():
        if not is_as_seen(waiting, part):
            continue
        kept = path.parent / TAKEN
        kept.mkdir(exist_ok=True)
        path.rename(kept / f"{moment:%Y-%m-%d %H%M%S} {path.name}")


def undecided() -> list[DealImport]:
    """Return the imports from the folder that were read, and of which nobody said yet what becomes of them."""
    found = select(DealImport).where(
        DealImport.origin == "folder", DealImport.state.in_(("planned", "unreadable", "mapping"))
    )
    return [row for row in db.session.scalars(found) if "watched" not in (row.report or {})]


def hindrance(row: DealImport) -> str | None:
    """Return why an import has to wait for somebody's look, or None where it may go on by itself."""
    report = row.report or {}
    if row.state == "mapping":
        return "Its columns are not certain."
    if row.state == "unreadable":
        return str(report.get("error") or "It can't be read.")
    rows = sum(report.get(name, 0) for name in ("new", "changed", "unchanged", "refused"))
    if report.get("refused", 0) > rows * MOST_REFUSED:
        return f"{report['refused']:,} of {rows:,} rows would be refused."
    removed = report.get("removed") or {}
    if removed.get("doubtful"):
        return f"It lacks {removed['deals']:,} of the {removed['known']:,} deals known."
    return None


def decide(row: DealImport, reason: str | None) -> None:
    """Remember what becomes of an import, and tell those who import where it waits for them."""
    row.report = {**(row.report or {}), "watched": "applied" if reason is None else "waits"}
    if reason is None:
        return
    verb = "could not be read" if row.state == "unreadable" else "waits for your look"
    notify_many(
        _importers(),
        kind="import",
        title=f"{row.filename} of {row.source} {verb}: {reason}"[:300],
        address=f"/deals/import/{row.id}",
        event_key=f"watched-{row.id}",
    )


def untold(moment: datetime) -> list[DealImport]:
    """Return the imports that went on by themselves lately and of which those who import were told nothing yet."""
    found = select(DealImport).where(
        DealImport.origin == "folder",
        DealImport.state == "applied",
        DealImport.applied_at > moment - TELL_WITHIN,
    )
    return [row for row in db.session.scalars(found) if (row.report or {}).get("watched") == "applied"]


def tell_what_it_did(row: DealImport) -> None:
    """Tell those who import what one did that nobody was asked about: deals removed, rows refused."""
    report = row.report or {}
    removed, refused = (report.get("removed") or {}).get("deals", 0), report.get("refused", 0)
    said = [f"{counted(removed, 'deal')} marked as removed"] if removed else []
    said += [f"{counted(refused, 'row')} refused"] if refused else []
    row.report = {**report, "watched": "told"}
    if said:
        notify_many(
            _importers(),
            kind="import",
            title=f"{row.filename} of {row.source} imported itself: {', '.join(said)}"[:300],
            address=f"/deals/import/{row.id}",
            event_key=f"watched-{row.id}-done",
        )


def tell_refused(waiting: Waiting, reason: str) -> None:
    """Tell those who import that a file could not even be stored."""
    path = waiting.files[waiting.kind]
    name = path.name
    notify_many(
        _importers(),
        kind="import",
        title=f"{name} of {waiting.source} was not taken: {reason}"[:300],
        address="/deals/import",
        event_key=f"watched-{waiting.source}-{path.stat().st_mtime_ns}-{name}"[:120],
    )


def _importers() -> Sequence[int]:
    people = select(User.id).where(User.role.in_(("admin", "manager")), User.status == "active")
    return db.session.scalars(people).all()
