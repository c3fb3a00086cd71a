"""What buyers read: by visit of one link, and by stakeholder of a deal, always summed by the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from portal.db import db
from portal.library.models import Asset, Version
from portal.sharing.models import PageView, ShareItem, ShareLink, ShareSwitch, Visit
from portal.sharing.queries import LinkRow

MOST_VISITS = 50
NOBODY = "Whoever has the link"


@dataclass(frozen=True)
class PageTime:
    """How long one page was in sight, in milliseconds."""

    number: int
    milliseconds: int


@dataclass(frozen=True)
class PieceRead:
    """One version of a piece that was looked at: its pages in order."""

    title: str
    slug: str
    version: int
    pages: tuple[PageTime, ...]

    @property
    def milliseconds(self) -> int:
        return sum(page.milliseconds for page in self.pages)

    @property
    def longest(self) -> int:
        return max((page.milliseconds for page in self.pages), default=0)


@dataclass(frozen=True)
class VisitRead:
    """One visit: whose, when, whether a file was taken, and what was read."""

    email: str
    seen_at: datetime
    downloaded_at: datetime | None
    pieces: tuple[PieceRead, ...]

    @property
    def milliseconds(self) -> int:
        return sum(piece.milliseconds for piece in self.pieces)


@dataclass
class Reader:
    """A stakeholder: by the email that was given, else by whom a link was sent to."""

    name: str
    links: list[ShareLink] = field(default_factory=list)
    opens: int = 0
    downloads: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    pieces: tuple[PieceRead, ...] = ()

    @property
    def milliseconds(self) -> int:
        return sum(piece.milliseconds for piece in self.pieces)

    def saw(self, opens: int, downloads: int, first_at: datetime | None, last_at: datetime | None) -> None:
        """Add openings to what is known of this reader."""
        self.opens += opens
        self.downloads += downloads
        self.first_at = min(filter(None, (self.first_at, first_at)), default=None)
        self.last_at = max(filter(None, (self.last_at, last_at)), default=None)


@dataclass(frozen=True)
class PieceState:
    """Which version a piece of a link shows: since when, if it was sent with another, and what is next."""

    item: ShareItem
    sent: int
    shown: int
    since: datetime | None
    coming: int | None


def visits_of(link_id: int, limit: int = MOST_VISITS) -> list[VisitRead]:
    """Return the last visits of a link that count, the latest first, with what was read in each."""
    found = select(Visit).where(Visit.link_id == link_id, Visit.seen_at.is_not(None))
    visits = list(db.session.scalars(found.order_by(Visit.seen_at.desc()).limit(limit)))
    read = _read(PageView.visit_id, PageView.visit_id.in_([visit.id for visit in visits]))
    return [
        VisitRead(visit.email, visit.seen_at, visit.downloaded_at, read.get((visit.id,), ()))
        for visit in visits
        if visit.seen_at is not None
    ]


def readers_of(rows: Sequence[LinkRow]) -> list[Reader]:
    """Return who read what of some links, the last seen first, and then for whom a link waits that nobody opened."""
    readers: dict[str, Reader] = {}
    links = {row.link.id: row.link for row in rows}
    for link in links.values():
        _reader(readers, link, "").saw(
            link.past_opens, link.past_downloads, link.past_first_at, link.past_last_at
        )
    email = func.lower(Visit.email)
    there = Visit.link_id.in_(links) & Visit.seen_at.is_not(None)
    seen = select(Visit.link_id, email, func.count(), func.count(Visit.downloaded_at))
    seen = seen.add_columns(func.min(Visit.seen_at), func.max(Visit.seen_at))
    seen = seen.where(there).group_by(Visit.link_id, email)
    for link_id, address, *figures in db.session.execute(seen):
        _reader(readers, links[link_id], address).saw(*figures)
    read: dict[str, list[PieceRead]] = defaultdict(list)
    for (link_id, address), pieces in _read((Visit.link_id, email), there).items():
        read[_name(links[link_id], address).casefold()] += pieces
    for key, several in read.items():
        if key in readers:
            readers[key].pieces = _together(several)
    return _in_order(list(readers.values()))


def _in_order(readers: list[Reader]) -> list[Reader]:
    """Put those seen last first; a link that somebody opened under another name waits for nobody."""
    opened = {link.id for reader in readers if reader.last_at for link in reader.links}
    seen = [(reader.last_at, reader) for reader in readers if reader.last_at]
    seen.sort(key=lambda one: one[0], reverse=True)
    waiting = [reader for reader in readers if not reader.last_at]
    return [reader for _, reader in seen] + [
        reader for reader in waiting if any(link.id not in opened for link in reader.links)
    ]


def _name(link: ShareLink, email: str) -> str:
    return email or link.recipient or NOBODY


def _reader(readers: dict[str, Reader], link: ShareLink, email: str) -> Reader:
    name = _name(link, email)
    reader = readers.setdefault(name.casefold(), Reader(name))
    if link not in reader.links:
        reader.links.append(link)
    return reader


def _read(by: Any, which: Any) -> dict[tuple[Any, ...], tuple[PieceRead, ...]]:
    """Return what was read, summed by some columns of the visit: under their values, piece by piece."""
    keys = by if isinstance(by, tuple) else (by,)
    columns = (Asset.title, Asset.slug, Version.number, PageView.page_number)
    found: Select[Any] = (
        select(*keys, *columns, func.sum(PageView.milliseconds))
        .join(Visit, Visit.id == PageView.visit_id)
        .join(ShareItem, ShareItem.id == PageView.item_id)
        .join(Asset, Asset.id == ShareItem.asset_id)
        .join(Version, Version.id == PageView.version_id)
        .where(which)
        .group_by(*keys, ShareItem.position, Asset.id, Version.number, PageView.page_number)
        .order_by(ShareItem.position, Asset.id, Version.number, PageView.page_number)
    )
    pages: dict[tuple[Any, ...], dict[tuple[str, str, int], list[PageTime]]] = defaultdict(dict)
    for row in db.session.execute(found):
        *key, title, slug, version, number, milliseconds = row
        pages[tuple(key)].setdefault((title, slug, version), []).append(PageTime(number, milliseconds))
    return {
        key: tuple(PieceRead(*piece, tuple(times)) for piece, times in read.items())
        for key, read in pages.items()
    }


def _together(pieces: Iterable[PieceRead]) -> tuple[PieceRead, ...]:
    """Add up the same version of the same piece, as it was read behind several links."""
    sums: dict[tuple[str, str, int], dict[int, int]] = {}
    for piece in pieces:
        pages = sums.setdefault((piece.title, piece.slug, piece.version), {})
        for page in piece.pages:
            pages[page.number] = pages.get(page.number, 0) + page.milliseconds
    return tuple(
        PieceRead(*key, tuple(PageTime(number, pages[number]) for number in sorted(pages)))
        for key, pages in sums.items()
    )


def piece_states(link: ShareLink) -> list[PieceState]:
    """Return which version each piece of a link shows, and since when it is another than was sent."""
    before = aliased(Version)
    switches = select(ShareSwitch.item_id, before.number, ShareSwitch.at)
    switches = switches.join(before, before.id == ShareSwitch.from_version_id).order_by(ShareSwitch.id)
    sent: dict[int, int] = {}
    since: dict[int, datetime] = {}
    for item_id, number, at in db.session.execute(
        switches.where(ShareSwitch.item_id.in_([item.id for item in link.items]))
    ):
        sent.setdefault(item_id, number)
        since[item_id] = at
    states = []
    for item in link.items:
        shown, current = item.version.number, item.shown_version.number
        coming = current if current != shown else None
        states.append(PieceState(item, sent.get(item.id, shown), shown, since.get(item.id), coming))
    return states
