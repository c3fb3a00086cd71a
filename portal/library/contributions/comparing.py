"""Keeping the prints of a version's pages, and finding the pages of other content that say the same.

Matches are kept both ways, whatever the state of either content, so that it does not matter which came first; who may
be told of them is decided when they are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, case, delete, exists, func, insert, or_, select

from portal.db import chunks, db
from portal.jobs import enqueue
from portal.library.contributions.prints import (
    FEWEST_WORDS,
    THRESHOLD,
    Signature,
    bands_of,
    packed,
    print_of,
    similarities,
    unnumbered,
    unpacked,
)
from portal.library.models import Page, PageMatch, PagePrint, PrintBand, Version
from portal.library.page_queries import all_words

# A book is told by its first pages; with these two bounds a comparison stays short whatever is in the library.
MOST_PAGES = 300
MOST_VERSIONS = 60
_AT_ONCE = 500


@dataclass(frozen=True)
class Prints:
    """The signatures (n, HASHES) of those pages of a version that have enough words, and their numbers."""

    version_id: int
    numbers: tuple[int, ...]
    signatures: NDArray[np.uint32]


@dataclass(frozen=True)
class Match:
    """A page of one version, the page of another that is most like it, and how alike they are (0 to 1)."""

    version_id: int
    page_number: int
    of_version_id: int
    of_page_number: int
    similarity: float


def page_texts(version_id: int) -> list[tuple[int, str]]:
    """Return the numbers and words of a version's first MOST_PAGES pages."""
    found = select(Page.number, all_words()).where(Page.version_id == version_id)
    return list(db.session.execute(found.order_by(Page.number).limit(MOST_PAGES)).tuples())


def prints_of(version_id: int, pages: Sequence[tuple[int, str]]) -> Prints:
    """Work out the prints of some pages; slow for long ones, and without the database."""
    known: dict[int, Signature] = {}
    for number, text in pages:
        signature = print_of(unnumbered(text, number))
        if signature is not None:
            known[number] = signature
    signatures = np.stack(list(known.values())) if known else np.empty((0, 0), dtype=np.uint32)
    return Prints(version_id, tuple(known), signatures)


def keep_prints(prints: Prints) -> None:
    """Store a version's prints in the place of earlier ones, and forget what was matched by those."""
    version_id = prints.version_id
    matched = or_(PageMatch.version_id == version_id, PageMatch.of_version_id == version_id)
    db.session.execute(delete(PageMatch).where(matched))
    db.session.execute(delete(PrintBand).where(PrintBand.version_id == version_id))
    db.session.execute(delete(PagePrint).where(PagePrint.version_id == version_id))
    if not prints.numbers or db.session.get(Version, version_id) is None:
        return
    pages = list(zip(prints.numbers, prints.signatures, strict=True))
    db.session.execute(
        insert(PagePrint),
        [{"version_id": version_id, "page_number": n, "signature": packed(own)} for n, own in pages],
    )
    bands = [
        {"band": band, "version_id": version_id, "page_number": number}
        for number, signature in pages
        for band in bands_of(signature)
    ]
    db.session.execute(insert(PrintBand), bands)


def find_matches(prints: Prints) -> list[Match]:
    """Compare a version with those of other content that share most bands with it; matches go both ways."""
    likely = _likely_versions(prints)
    found: list[Match] = []
    for other in stored_prints(likely):
        alike = similarities(prints.signatures, other.signatures)
        found += _best(prints, other, alike)
        found += _best(other, prints, alike.T)
    return found


def _likely_versions(prints: Prints) -> list[int]:
    """Return the versions of other content that share the most bands, at most MOST_VERSIONS."""
    bands = {band for signature in prints.signatures for band in bands_of(signature)}
    own_asset = select(Version.asset_id).where(Version.id == prints.version_id).scalar_subquery()
    # Named one by one: asked for all versions of others, SQLite would look for each of them under each band.
    own = db.session.scalars(select(Version.id).where(Version.asset_id == own_asset)).all()
    shared: Counter[int] = Counter()
    for part in chunks(bands):
        counted = (
            select(PrintBand.version_id, func.count())
            .where(PrintBand.band.in_(part), PrintBand.version_id.not_in(own))
            .group_by(PrintBand.version_id)
            .order_by(func.count().desc(), PrintBand.version_id.desc())
            .limit(MOST_VERSIONS * 10)
        )
        shared.update(dict(db.session.execute(counted).tuples().all()))
    return [version_id for version_id, _ in shared.most_common(MOST_VERSIONS)]


def stored_prints(version_ids: Sequence[int]) -> list[Prints]:
    """Return the prints of some versions; those that have none are left out."""
    found = select(PagePrint.version_id, PagePrint.page_number, PagePrint.signature)
    found = found.where(PagePrint.version_id.in_(version_ids))
    rows: dict[int, list[tuple[int, bytes]]] = {}
    for version_id, number, signature in db.session.execute(
        found.order_by(PagePrint.version_id, PagePrint.page_number)
    ):
        rows.setdefault(version_id, []).append((number, signature))
    return [
        Prints(version_id, tuple(number for number, _ in pages), unpacked([own for _, own in pages]))
        for version_id, pages in rows.items()
    ]


def _best(ours: Prints, theirs: Prints, alike: NDArray[np.float64]) -> list[Match]:
    """Return for each of our pages the page of theirs that is most like it, if it is like enough."""
    best = alike.argmax(axis=1)
    matches = []
    for row, number in enumerate(ours.numbers):
        value = float(alike[row, best[row]])
        if value >= THRESHOLD:
            other = theirs.numbers[int(best[row])]
            matches.append(Match(ours.version_id, number, theirs.version_id, other, value))
    return matches


def keep_matches(version_id: int, matches: Sequence[Match]) -> None:
    """Store what was found for a version; what another comparison found of the two meanwhile is replaced."""
    others = {match.of_version_id for match in matches} - {version_id}
    still_there = set(db.session.scalars(select(Version.id).where(Version.id.in_({*others, version_id}))))
    if version_id not in still_there:
        return
    pair = (PageMatch.version_id == version_id) & PageMatch.of_version_id.in_(others)
    reverse = (PageMatch.of_version_id == version_id) & PageMatch.version_id.in_(others)
    db.session.execute(delete(PageMatch).where(or_(pair, reverse)))
    rows = [vars(match) for match in matches if {match.version_id, match.of_version_id} <= still_there]
    for part in chunks(rows):
        db.session.execute(insert(PageMatch), part)


def enqueue_unprinted(limit: int = _AT_ONCE) -> int:
    """Have versions compared that were read before there were prints, and return how many."""
    has_prints = exists().where(PagePrint.version_id == Version.id)
    found: Select[tuple[int]] = select(Version.id).where(
        Version.state == "indexed", Version.character_count >= 10 * FEWEST_WORDS, ~has_prints
    )
    newest_first = case((Version.published_at.is_(None), 1), else_=0)
    ids = list(db.session.scalars(found.order_by(newest_first, Version.id.desc()).limit(limit)))
    for version_id in ids:
        enqueue("compare_version", version_id, once=True)
    return len(ids)
