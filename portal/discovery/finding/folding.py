"""Putting hits that say the same under the best of them: copies, near-copies, and what one of them replaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from portal.db import db
from portal.discovery.finding.facts import Known
from portal.discovery.finding.wanted import one_of
from portal.library.models import PageMatch

# The share of the shorter one's pages that both have in common.
SHARED = 0.6


def folded(order: Sequence[int], known: Mapping[int, Known]) -> dict[int, list[int]]:
    """Return the hits to list, in order, each with those that are folded under it.

    A hit is folded under the first one before it that is listed and like it; all of them are visible to the person.
    """
    neighbours, place = _alike(known), {asset_id: at for at, asset_id in enumerate(order)}
    listed: dict[int, list[int]] = {}
    by_file: dict[str, int] = {}
    for asset_id in order:
        sha256 = known[asset_id].sha256
        under = neighbours.get(asset_id, set()) & listed.keys()
        if sha256 in by_file:
            under.add(by_file[sha256])
        leader = min(under, key=lambda other: place[other], default=asset_id)
        if leader == asset_id:
            listed[asset_id] = []
        else:
            listed[leader].append(asset_id)
        if sha256:
            by_file.setdefault(sha256, leader)
    return listed


def _alike(known: Mapping[int, Known]) -> dict[int, set[int]]:
    """Return by asset those that replace it or share most pages with it, both ways."""
    found: dict[int, set[int]] = {}
    for asset_id, own in known.items():
        if own.replaced_by_id is not None and own.replaced_by_id in known:
            _join(found, asset_id, own.replaced_by_id)
    for first, second in _sharing_pages(known):
        _join(found, first, second)
    return found


def _join(found: dict[int, set[int]], first: int, second: int) -> None:
    found.setdefault(first, set()).add(second)
    found.setdefault(second, set()).add(first)


def _sharing_pages(known: Mapping[int, Known]) -> list[tuple[int, int]]:
    """Return the pairs of hits of which the shorter shares most of its pages with the other."""
    by_version = {own.version_id: asset_id for asset_id, own in known.items() if own.version_id}
    versions = list(by_version)
    pairs = (
        select(PageMatch.version_id, PageMatch.of_version_id, func.count())
        .where(one_of(PageMatch.version_id, versions), one_of(PageMatch.of_version_id, versions))
        .group_by(PageMatch.version_id, PageMatch.of_version_id)
    )
    found = []
    for version_id, of_version_id, pages in db.session.execute(pairs):
        first, second = by_version[version_id], by_version[of_version_id]
        shorter = min(known[first].page_count, known[second].page_count)
        if shorter and pages >= SHARED * shorter:
            found.append((first, second))
    return found
