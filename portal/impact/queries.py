"""Questions about the stored figures; live counts come from here too, so that every page counts alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import aliased, contains_eager

from portal.db import db
from portal.errors import NotFound
from portal.impact.counting import count_deals
from portal.impact.gathering import gather_touches
from portal.impact.inputs import countable
from portal.impact.lift import AssetLift
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.impact.overview import Distance, distance
from portal.impact.words import chance_words, sentence, verdict_words
from portal.library.models import Asset
from portal.library.queries import visible_assets
from portal.users.models import User


def latest_snapshot(*, without_inferred: bool = False) -> ImpactSnapshot | None:
    """Return the figures' latest snapshot, or None before the first computation.

    Where no use was inferred, that without inferred uses is the same.
    """
    latest = db.session.scalar(select(ImpactSnapshot).order_by(ImpactSnapshot.id.desc()).limit(1))
    if without_inferred and latest is not None and latest.without_inferred_id is not None:
        return db.session.get_one(ImpactSnapshot, latest.without_inferred_id)
    return latest


def kept_snapshot(snapshot_id: int) -> ImpactSnapshot:
    """Return a snapshot of all uses that is still kept, or raise NotFound."""
    found = select(ImpactSnapshot).where(ImpactSnapshot.id == snapshot_id, is_of_all_uses())
    snapshot = db.session.scalar(found)
    if snapshot is None:
        raise NotFound("These figures are not kept any more, or never were.")
    return snapshot


def kept_snapshots() -> list[ImpactSnapshot]:
    """Return all snapshots of all uses that are kept, the latest first."""
    found = select(ImpactSnapshot).where(is_of_all_uses()).order_by(ImpactSnapshot.id.desc())
    return list(db.session.scalars(found))


def is_of_all_uses() -> ColumnElement[bool]:
    """Say in SQL which snapshots are of all uses, rather than of those that were not inferred."""
    other = aliased(ImpactSnapshot)
    return ~select(other.id).where(other.without_inferred_id == ImpactSnapshot.id).exists()


def known_to(user: User | None) -> ColumnElement[bool]:
    """Say in SQL which content may be named to a person in figures: what they see, and what was published once.

    The latter may be archived or have expired by now: its uses are still told.
    Without a person, as for a command, that is all content.
    """
    if user is None:
        return true()
    visible = visible_assets(user).with_only_columns(Asset.id)
    was_in_use = Asset.state.in_(("published", "archived")) & Asset.published_at.is_not(None)
    return or_(Asset.id.in_(visible), was_in_use)


def impact_of(asset_id: int, *, without_inferred: bool = False) -> ImpactRow | None:
    """Return the figures of one asset in the latest snapshot, if it was in it."""
    newest = select(func.max(ImpactSnapshot.id)).scalar_subquery()
    if without_inferred:
        this = select(func.coalesce(ImpactSnapshot.without_inferred_id, ImpactSnapshot.id))
        newest = this.where(ImpactSnapshot.id == newest).scalar_subquery()
    return db.session.scalar(
        select(ImpactRow).where(ImpactRow.asset_id == asset_id, ImpactRow.snapshot_id == newest)
    )


def named_asset(user: User, slug: str) -> Asset:
    """Return content that may be named to this person, or raise NotFound."""
    asset = db.session.scalar(select(Asset).where(Asset.slug == slug, known_to(user)))
    if asset is None:
        raise NotFound
    return asset


@dataclass(frozen=True)
class ImpactPanel:
    """The figures of one asset in a sentence, for its page; `verdict` is None before the first computation.

    `verdict_words` say what the sentence comes to, or nothing where it says that itself.
    """

    sentence: str
    verdict: str | None = None
    distance: Distance | None = None
    verdict_words: str = ""


def impact_panel(asset_id: int) -> ImpactPanel:
    """Return what the page of an asset says of its impact."""
    row = impact_of(asset_id)
    if row is None:
        return ImpactPanel("There are no figures for this yet.")
    figures = AssetLift.read(row)
    said, words = sentence(figures), verdict_words(figures)
    words = f"{words[:1].upper()}{words[1:]}."
    if chance_words(figures, 1):  # how many were compared is asked only where it is said
        words = f"{words} {chance_words(figures, _compared(row.snapshot_id))}"
    return ImpactPanel(said, figures.verdict, distance(figures), "" if words == said else words)


def _compared(snapshot_id: int) -> int:
    counted = select(func.count()).where(ImpactRow.snapshot_id == snapshot_id, ImpactRow.q_value.is_not(None))
    return db.session.scalar(counted) or 0


def impact_rows(user: User | None, snapshot_id: int) -> Select[tuple[ImpactRow]]:
    """Select the rows of a snapshot with their assets, by title."""
    found = select(ImpactRow).join(ImpactRow.asset).options(contains_eager(ImpactRow.asset))
    found = found.where(ImpactRow.snapshot_id == snapshot_id, known_to(user))
    return found.order_by(func.lower(Asset.title), Asset.title, Asset.id)


@dataclass(frozen=True)
class Named:
    """What a list of figures says of content beside its figures."""

    id: int
    slug: str
    title: str
    kind: str
    state: str


def known_content(user: User | None) -> dict[int, Named]:
    """Return the content that may be named to a person, by its id."""
    found = select(Asset.id, Asset.slug, Asset.title, Asset.kind, Asset.state).where(known_to(user))
    return {row[0]: Named(*row) for row in db.session.execute(found).tuples()}


def verdict_counts(user: User | None, snapshot_id: int) -> Mapping[str, int]:
    """Return how many pieces of content have each verdict."""
    found = select(ImpactRow.verdict, func.count()).join(ImpactRow.asset)
    found = found.where(ImpactRow.snapshot_id == snapshot_id, known_to(user)).group_by(ImpactRow.verdict)
    return dict(db.session.execute(found).tuples().all())


@dataclass(frozen=True)
class DealsUsed:
    """On how many deals an asset was used, by how they stand now."""

    open: int = 0
    won: int = 0
    lost: int = 0


def deals_used(
    begin: datetime | None, end: datetime | None, team_id: int | None, *, without_inferred: bool = False
) -> dict[int, DealsUsed]:
    """Return by asset on how many deals it was used in a period by a team, or all; counted as for the snapshot."""
    found = gather_touches(begin, end, team_id, without_inferred=without_inferred)
    counts = count_deals(found.deals, found.touches, len(found.asset_ids))
    columns = (found.asset_ids.tolist(), counts.open.tolist(), counts.won.tolist(), counts.lost.tolist())
    return {
        asset_id: DealsUsed(still_open, won, lost)
        for asset_id, still_open, won, lost in zip(*columns, strict=True)
    }


def logged_deals(*, without_inferred: bool = False) -> set[int]:
    """Return the closed deals on which content is logged, as coverage counts them."""
    found = gather_touches(without_inferred=without_inferred)
    logged = countable(found.deals, found.touches)[0].deal
    return set(found.deal_ids[logged].tolist())


def snapshot_rows(snapshot_id: int) -> dict[int, ImpactRow]:
    """Return the rows of a snapshot by asset."""
    found = db.session.scalars(select(ImpactRow).where(ImpactRow.snapshot_id == snapshot_id))
    return {row.asset_id: row for row in found}
