"""Putting hits that say the same under the best of them: copies, near-copies, and what one of them replaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from sqlalchemy import func, select

from portal.db import IDS, db, one_of, sent
from portal.discovery.finding.wanted import Seen
from portal.library.models import PageMatch

# The share of the shorter one's pages that both have in common.
SHARED = 0.6
# As many copies of one file know each other; nobody has more, and pairs grow with their square.
MOST_COPIES = 50
# How many pages versions of a list have in common, built once.
_PAIRS = (
    select(PageMatch.version_id, PageMatch.of_version_id, func.count())
    .where(one_of(PageMatch.version_id, IDS), one_of(PageMatch.of_version_id, IDS))
    .group_by(PageMatch.version_id, PageMatch.of_version_id)
)


def alike(seen: Mapping[int, Seen]) -> dict[int, set[int]]:
    """Return by hit those that are the same file, replace it or share most pages with it, both ways."""
    found: dict[int, set[int]] = {}
    by_file: dict[str, list[int]] = {}
    for asset_id, own in seen.items():
        if own.replaced_by_id is not None and own.replaced_by_id in seen:
            _join(found, asset_id, own.replaced_by_id)
        if own.sha256:
            by_file.setdefault(own.sha256, []).append(asset_id)
    for copies in by_file.values():
        for first, second in combinations(copies[:MOST_COPIES], 2):
            _join(found, first, second)
    for first, second in _sharing_pages(seen):
        _join(found, first, second)
    return found


def folded(order: Sequence[int], neighbours: Mapping[int, set[int]]) -> dict[int, list[int]]:
    """Return the hits to list, in order, each with those that are folded under it.

    A hit is folded under the first one before it that is listed and like it; all of them are visible to the person.
    """
    place = {asset_id: at for at, asset_id in enumerate(order)} if neighbours else {}
    listed: dict[int, list[int]] = {}
    for asset_id in order:
        under = neighbours.get(asset_id, set()) & listed.keys() if asset_id in neighbours else set()
        leader = min(under, key=lambda other: place[other], default=asset_id)
        if leader == asset_id:
            listed[asset_id] = []
        else:
            listed[leader].append(asset_id)
    return listed


def _join(found: dict[int, set[int]], first: int, second: int) -> None:
    found.setdefault(first, set()).add(second)
    found.setdefault(second, set()).add(first)


def _sharing_pages(seen: Mapping[int, Seen]) -> list[tuple[int, int]]:
    """Return the pairs of hits of which the shorter shares most of its pages with the other."""
    by_version = {own.version_id: asset_id for asset_id, own in seen.items() if own.version_id}
    found = []
    for version_id, of_version_id, pages in db.session.execute(_PAIRS, sent(by_version)):
        first, second = by_version[version_id], by_version[of_version_id]
        shorter = min(seen[first].page_count or 0, seen[second].page_count or 0)
        if shorter and pages >= SHARED * shorter:
            found.append((first, second))
    return found
