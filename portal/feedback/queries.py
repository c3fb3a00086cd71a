"""Questions about ratings."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.feedback.models import REASONS, Rating
from portal.library.models import Asset, Version
from portal.users.models import User

SHOWN = 20


@dataclass(frozen=True)
class RatingPanel:
    """What the page of an asset shows of its ratings: one's own, the others', and the share of each number of stars."""

    mine: Rating | None
    ratings: list[Rating]
    total: int
    shares: list[tuple[int, int]]
    reasons: dict[str, str]
    can_rate: bool


def rating_of(user: User, version_id: int | None) -> Rating | None:
    """Return the rating that a person gave a version."""
    return db.session.scalar(select(Rating).where(Rating.version_id == version_id, Rating.user_id == user.id))


def ratings_of(asset_id: int) -> Select[tuple[Rating]]:
    """Select the ratings of all versions of an asset, newest first."""
    found = (
        select(Rating).where(Rating.asset_id == asset_id).order_by(Rating.updated_at.desc(), Rating.id.desc())
    )
    return found.options(joinedload(Rating.user), joinedload(Rating.version).load_only(Version.number))


def rating_panel(asset: Asset, user: User) -> RatingPanel:
    """Return what the page of an asset shows of its ratings."""
    ratings = list(db.session.scalars(ratings_of(asset.id).limit(SHOWN)))
    shares = select(Rating.stars, func.count()).where(Rating.asset_id == asset.id).group_by(Rating.stars)
    counts: dict[int, int] = dict(db.session.execute(shares).tuples().all())
    return RatingPanel(
        mine=rating_of(user, asset.current_version_id),
        ratings=ratings,
        total=sum(counts.values()),
        shares=[(stars, counts.get(stars, 0)) for stars in (5, 4, 3, 2, 1)],
        reasons=REASONS,
        can_rate=asset.is_live and asset.current_version_id is not None,
    )
