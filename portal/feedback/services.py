"""Rating a version, changing one's mind, and keeping the asset's mean and order in step."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased

from portal.db import db, now
from portal.errors import Conflict, Invalid
from portal.feedback.models import REASONS, Rating
from portal.library.models import Asset
from portal.notifications.services import notify
from portal.users.models import User

# The order by rating starts every asset off with this many ratings of the mean of all, so that one
# five cannot outrank twenty fours.
PRIOR_RATINGS = 5
LOW = 2
MAX_COMMENT = 2_000


def rate(
    *,
    asset: Asset,
    user: User,
    stars: int,
    reason: str | None = None,
    comment: str = "",
    deal_id: int | None = None,
) -> Rating:
    """Rate the current version, or change the rating that this person gave it before."""
    if asset.current_version_id is None or asset.state != "published":
        raise Conflict("Only published content can be rated.")
    if not 1 <= stars <= 5:
        raise Invalid("Please choose one to five stars.", field="stars")
    if reason and reason not in REASONS:
        raise Invalid("Please choose one of the reasons.", field="reason")
    if len(comment) > MAX_COMMENT:
        raise Invalid(
            f"A comment has up to {MAX_COMMENT:,} characters; this one has {len(comment):,}.", field="comment"
        )
    given = select(Rating).where(Rating.version_id == asset.current_version_id, Rating.user_id == user.id)
    rating = db.session.scalar(given)
    before = rating.stars if rating else None
    if rating is None:
        rating = Rating(asset_id=asset.id, version_id=asset.current_version_id, user_id=user.id)
        db.session.add(rating)
    rating.stars, rating.reason, rating.comment = stars, reason or None, comment.strip()
    rating.deal_id, rating.updated_at = deal_id, now()
    db.session.flush()
    refresh_ratings()
    if stars <= LOW and stars != before:
        _tell_owner(asset, user, rating)
    return rating


def withdraw(rating: Rating) -> None:
    """Take a rating back."""
    db.session.delete(rating)
    db.session.flush()
    refresh_ratings()


def refresh_ratings() -> None:
    """Bring count, mean and Bayesian order of all content in step with the ratings, in one statement.

    Each rating moves the mean of all, which every order starts from, so that none may be left as it was.
    """
    rated = select(Rating.asset_id).union(select(Asset.id).where(Asset.rating_count > 0))
    of_asset = Rating.asset_id == Asset.id
    count = select(func.count(Rating.id)).where(of_asset).scalar_subquery()
    mean = select(func.avg(Rating.stars)).where(of_asset).scalar_subquery()
    total = select(func.sum(Rating.stars)).where(of_asset).scalar_subquery()
    overall = select(func.avg(aliased(Rating).stars)).scalar_subquery()
    rank = func.coalesce((total + PRIOR_RATINGS * overall) / (count + PRIOR_RATINGS), 0.0)
    changed = update(Asset).where(Asset.id.in_(rated))
    db.session.execute(changed.values(rating_count=count, rating_mean=mean, rating_rank=rank))


def _tell_owner(asset: Asset, user: User, rating: Rating) -> None:
    if asset.owner_id and asset.owner_id != user.id:
        notify(
            recipient_id=asset.owner_id,
            kind="rating",
            title=f"{user.name} rated “{asset.title[:150]}” {rating.stars} of 5",
            address=f"/library/{asset.slug}#ratings",
            event_key=f"rating:{rating.version_id}:{user.id}:{rating.updated_at.isoformat()}",
        )
