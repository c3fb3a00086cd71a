"""Like content of several reps as one proposal, so that marketing decides once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, or_, select, true
from sqlalchemy.orm import aliased

from portal.db import db
from portal.library.models import Asset, Contribution, PageMatch, Version

# So many of the pages of either have to say the same.
SHARED = 0.5


def groups(items: Iterable[int], pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return the connected components of a graph, each in the order of `items`, as the first of each stands there."""
    leader = {item: item for item in items}

    def head(item: int) -> int:
        while leader[item] != item:
            leader[item] = leader[leader[item]]
            item = leader[item]
        return item

    for first, second in pairs:
        if first in leader and second in leader:
            leader[head(second)] = head(first)
    found: dict[int, list[int]] = {}
    for item in leader:
        found.setdefault(head(item), []).append(item)
    return list(found.values())


@dataclass(frozen=True)
class Proposal:
    """Content from sales that is one decision: what was brought first stands first."""

    contributions: tuple[Contribution, ...]

    @property
    def first(self) -> Contribution:
        return self.contributions[0]

    @property
    def people(self) -> set[int]:
        """Who brought it, by id."""
        return {contribution.contributed_by_id for contribution in self.contributions}

    @property
    def teams(self) -> set[int]:
        """The teams of these people, by id."""
        return {item.contributed_by.team_id for item in self.contributions if item.contributed_by.team_id}

    @property
    def deals(self) -> set[int]:
        """The deals for which it was made, by id."""
        return {item.deal_id for item in self.contributions if item.deal_id}


def proposals(contributions: Sequence[Contribution]) -> list[Proposal]:
    """Put contributions together whose files share at least half of the pages of either, or that were merged so."""
    by_asset = {item.asset_id: item for item in contributions}
    merged = [(item.asset_id, item.merged_into_id) for item in contributions if item.merged_into_id]
    together = groups(by_asset, [*merged, *(alike() if len(by_asset) > 1 else ())])
    found = [[by_asset[asset_id] for asset_id in group] for group in together]
    return [Proposal(tuple(sorted(group, key=lambda item: item.id))) for group in found]


def alike(
    *, among: Select[tuple[int]] | None = None, of: Collection[int] | None = None
) -> list[tuple[int, int]]:
    """Return the pairs of contributed content of which one shares at least half of its pages with the other.

    Or the whole file. `among` are the assets to look at, all contributed ones without it; `of` keeps pairs with these.
    """
    if among is None:
        among = select(Contribution.asset_id)
    ours, theirs = aliased(Version), aliased(Version)
    our_asset, their_asset = aliased(Asset), aliased(Asset)
    named = true() if of is None else or_(our_asset.id.in_(of), their_asset.id.in_(of))
    both = and_(our_asset.id.in_(among), their_asset.id.in_(among), named)
    same_pages = (
        select(our_asset.id, their_asset.id)
        .select_from(PageMatch)
        .join(ours, ours.id == PageMatch.version_id)
        .join(theirs, theirs.id == PageMatch.of_version_id)
        .join(our_asset, our_asset.current_version_id == ours.id)
        .join(their_asset, their_asset.current_version_id == theirs.id)
        .where(both)
        .group_by(our_asset.id, their_asset.id, ours.page_count)
        .having(func.count() >= SHARED * ours.page_count)
    )
    same_file = (
        select(our_asset.id, their_asset.id)
        .join(ours, ours.id == our_asset.current_version_id)
        .join(theirs, (theirs.sha256 == ours.sha256) & (theirs.id != ours.id))
        .join(their_asset, their_asset.current_version_id == theirs.id)
        .where(both)
    )
    return [pair for found in (same_pages, same_file) for pair in db.session.execute(found).tuples()]
