"""Whose pages a version is made of: "12 of 14 slides are from “Platform overview” v3"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from portal.db import chunks, db
from portal.library.models import Asset, PageMatch, Version
from portal.library.queries import visible_assets
from portal.users.models import User

# Below this an estimate from a signature cannot tell one changed word from none.
_SAME = 0.999


@dataclass(frozen=True)
class PagePair:
    """A page, the page that it comes from, and how alike they are (0 to 1)."""

    page: int
    of_page: int
    similarity: float

    @property
    def is_identical(self) -> bool:
        return self.similarity >= _SAME


@dataclass(frozen=True)
class Origin:
    """Official content that pages of a version come from; `pairs` are in the order of that version's pages."""

    asset: Asset
    number: int
    total: int
    pairs: tuple[PagePair, ...]

    @property
    def pages(self) -> int:
        """How many of the version's pages come from it."""
        return len(self.pairs)

    @property
    def identical(self) -> int:
        return sum(pair.is_identical for pair in self.pairs)

    @property
    def share(self) -> float:
        """The share of the version's pages, 0 to 1."""
        return self.pages / self.total if self.total else 0.0


def origins_of(version: Version, user: User | None) -> list[Origin]:
    """Return the official content that a version's pages come from, as far as a person may see it, most pages first.

    Every page is counted once, for the content that explains most of the version; without a person, none is hidden.
    """
    return origins_of_versions([version], user)[version.id]


def origins_of_versions(versions: Iterable[Version], user: User | None) -> dict[int, list[Origin]]:
    """Return the origins of several versions by id, for lists."""
    wanted = {version.id: version for version in versions}
    matches: dict[int, dict[tuple[Asset, int], dict[int, PagePair]]] = {number: {} for number in wanted}
    seen = select(Asset) if user is None else visible_assets(user)
    for part in chunks(wanted):
        found = (
            seen.join(Version, Version.asset_id == Asset.id)
            .join(PageMatch, PageMatch.of_version_id == Version.id)
            .where(PageMatch.version_id.in_(part), Version.published_at.is_not(None))
            .with_only_columns(
                Asset,
                Version.number,
                PageMatch.version_id,
                PageMatch.page_number,
                PageMatch.of_page_number,
                PageMatch.similarity,
            )
        )
        for asset, number, version_id, *pair in db.session.execute(found):
            if asset.id != wanted[version_id].asset_id:
                matches[version_id].setdefault((asset, number), {})[pair[0]] = PagePair(*pair)
    return {number: _fewest(wanted[number].page_count, pairs) for number, pairs in matches.items()}


def _fewest(total: int, pairs: dict[tuple[Asset, int], dict[int, PagePair]]) -> list[Origin]:
    """Explain the pages by as few pieces of content as possible: the one with the most, then what it leaves."""
    left, origins = dict(pairs), []
    explained: set[int] = set()
    while left:
        (asset, number), own = max(left.items(), key=_worth)
        origins.append(Origin(asset, number, total, tuple(own[page] for page in sorted(own))))
        explained |= own.keys()
        left = {
            key: rest
            for key, known in left.items()
            if key[0].id != asset.id
            and (rest := {page: pair for page, pair in known.items() if page not in explained})
        }
    return origins


def _worth(item: tuple[tuple[Asset, int], dict[int, PagePair]]) -> tuple[float, ...]:
    """Rank an origin: by pages, then what is in use, how alike they are, and the newest version."""
    (asset, number), pairs = item
    alike = sum(pair.similarity for pair in pairs.values())
    return (len(pairs), asset.is_live, round(alike, 6), number, -asset.id)
