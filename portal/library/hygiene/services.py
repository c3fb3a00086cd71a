"""Keeping what is not in order as rows, and mending it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import joinedload

from portal.db import chunks, db, insert_rows, now
from portal.library.hygiene.finding import KINDS, Found, find
from portal.library.models import Asset, HygieneFinding
from portal.library.services import change_asset
from portal.users.models import User

Opened = Callable[[datetime], set[int]]
Pair = tuple[int, int]


def look_over(
    asset_ids: Collection[int] | None = None, *, opened: Opened, kinds: Iterable[str] = KINDS
) -> None:
    """Bring the rows of what is not in order up to date, for all content or for some; what stays keeps its date.

    `opened` says which content buyers saw since a moment.
    """
    scope = None if asset_ids is None else _with_partners(asset_ids)
    for kind in kinds:
        _keep(kind, find(kind, scope, opened=opened), scope)


def _with_partners(asset_ids: Collection[int]) -> set[int]:
    """Return content with what it was found to be the same as: of three alike, two are left when one goes."""
    rows = select(HygieneFinding.asset_id, HygieneFinding.other_asset_id).where(
        HygieneFinding.other_asset_id.is_not(None), _concerns(asset_ids)
    )
    partners = {number for row in db.session.execute(rows).tuples() for number in row if number is not None}
    return partners.union(asset_ids)


def _concerns(asset_ids: Collection[int]) -> ColumnElement[bool]:
    return or_(HygieneFinding.asset_id.in_(asset_ids), HygieneFinding.other_asset_id.in_(asset_ids))


def _keep(kind: str, found: Iterable[Found], scope: set[int] | None) -> None:
    rows = select(HygieneFinding).where(HygieneFinding.kind == kind)
    known = {
        _pair(row): row for row in db.session.scalars(rows if scope is None else rows.where(_concerns(scope)))
    }
    fresh, changed, at = [], [], now()
    for one in found:
        values = {"asset_id": one.asset_id, "other_asset_id": one.other_asset_id, "detail": one.detail}
        row = known.pop(_pair(one), None)
        if row is None:
            fresh.append(values | {"kind": kind, "found_at": at})
        elif any(getattr(row, key) != value for key, value in values.items()):
            changed.append(values | {"id": row.id})
    for part in chunks([row.id for row in known.values()]):
        db.session.execute(delete(HygieneFinding).where(HygieneFinding.id.in_(part)))
    if changed:
        db.session.execute(update(HygieneFinding), changed)
    insert_rows(HygieneFinding, fresh)


def _pair(one: Found | HygieneFinding) -> Pair:
    """Return what a finding is about, whichever of two is the less used one by now."""
    first, second = one.asset_id, one.other_asset_id or 0
    return (min(first, second), max(first, second))


def still_found(finding_id: int, *, opened: Opened) -> HygieneFinding | None:
    """Look its content over again and return a finding with that content, unless it is in order by now."""
    finding = db.session.get(HygieneFinding, finding_id)
    if finding is None:
        return None
    look_over([finding.asset_id], opened=opened)
    loaded = (joinedload(HygieneFinding.asset), joinedload(HygieneFinding.other))
    found = select(HygieneFinding).where(HygieneFinding.id == finding_id).options(*loaded)
    return db.session.scalar(found.execution_options(populate_existing=True))


def describe(
    asset: Asset, by: User, *, summary: str | None = None, term_ids: Iterable[int] | None = None
) -> None:
    """Give content a summary, or terms to be found by, and leave all else that is said about it as it is."""
    if term_ids is None:
        term_ids = [term.id for term in asset.terms]
    change_asset(
        asset,
        by=by,
        title=asset.title,
        kind=asset.kind,
        summary=asset.summary if summary is None else summary,
        guidance=asset.guidance,
        term_ids=term_ids,
        owner_id=asset.owner_id,
    )
