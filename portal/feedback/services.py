"""Rating a version, changing one's mind, and keeping what lists show and sort by in step."""

from __future__ import annotations

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import aliased

from portal.db import db, now
from portal.errors import Conflict, Invalid
from portal.feedback.asking.services import note_rated
from portal.feedback.models import REASONS, Rating, RatingAnswer
from portal.library.models import Asset
from portal.notifications.services import Group, notify
from portal.users.models import User

# The order by rating starts every version off with this many ratings of what is to be expected of it, so that one
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
    version_id: int | None = None,
) -> Rating:
    """Rate the version in use, or change the rating that this person gave it before.

    `version_id` is the version that they had before them; should another be in use by now, they are told.
    """
    _check_words(stars, reason, comment)
    _check_version(asset, version_id)
    given = select(Rating).where(Rating.version_id == asset.current_version_id, Rating.user_id == user.id)
    rating = db.session.scalar(given)
    before = (rating.stars, rating.reason, rating.comment) if rating else None
    if rating is None:
        rating = Rating(asset_id=asset.id, version_id=asset.current_version_id, user_id=user.id)
        db.session.add(rating)
    rating.stars, rating.reason, rating.comment = stars, reason or None, comment.strip()
    rating.deal_id = deal_id or rating.deal_id
    is_changed = before != (rating.stars, rating.reason, rating.comment)
    if is_changed:
        # An answer is to what was said by then: whoever says it once more changes nothing.
        rating.updated_at = now()
    db.session.flush()
    refresh_ratings()
    note_rated(user.id, asset.id)
    if stars <= LOW and is_changed and (before is None or before[0] != stars or _is_answered(rating)):
        _tell_owner(asset, user, rating)
    return rating


def _check_words(stars: int, reason: str | None, comment: str) -> None:
    if not 1 <= stars <= 5:
        raise Invalid("Please choose one to five stars.", field="stars")
    if reason and reason not in REASONS:
        raise Invalid("Please choose one of the reasons.", field="reason")
    if len(comment) > MAX_COMMENT:
        raise Invalid(
            f"A comment has up to {MAX_COMMENT:,} characters; this one has {len(comment):,}.", field="comment"
        )


def _check_version(asset: Asset, version_id: int | None) -> None:
    if not asset.is_live or asset.current_version is None:
        why = "no longer in use" if asset.published_at else "not published"
        raise Conflict(f"“{asset.title}” is {why}, so it cannot be rated.")
    if version_id is not None and version_id != asset.current_version_id:
        raise Conflict(
            f"Version {asset.current_version.number} took its place while you wrote. "
            "Your words are kept: send them again if they are true of it as well."
        )


def _is_answered(rating: Rating) -> bool:
    answered = select(RatingAnswer.id).where(RatingAnswer.rating_id == rating.id)
    return db.session.scalar(answered.limit(1)) is not None


def withdraw(rating: Rating) -> None:
    """Take a rating back."""
    db.session.delete(rating)
    db.session.flush()
    refresh_ratings()


def refresh_ratings() -> None:
    """Bring what lists show and sort by in step with the ratings and the versions in use, in one statement.

    Count and mean are those of the version in use. While nobody has rated it, the count is 0, and the mean is that of
    the newest version that somebody rated. The order is Bayesian, twice over: (S + p E) / (n + p) for n ratings of the
    version in use with S stars in all, where E = (S' + p m) / (n' + p) is what the n' ratings of the other versions
    with S' stars let expect, m the mean of all ratings there are, and p = PRIOR_RATINGS. So earlier versions count as
    p ratings at most, however many people rated them. Every rating moves m, so that none may be left as it was.
    """
    rated = select(Rating.asset_id).union(select(Asset.id).where(Asset.rating_mean.is_not(None)))
    of_asset = Rating.asset_id == Asset.id
    is_current = Rating.version_id == Asset.current_version_id
    # Content that has lost its current version has only earlier ones.
    of_others = of_asset & Rating.version_id.is_distinct_from(Asset.current_version_id)
    count = select(func.count(Rating.id)).where(is_current).scalar_subquery()
    mean = select(func.avg(Rating.stars)).where(is_current).scalar_subquery()
    total = select(func.coalesce(func.sum(Rating.stars), 0)).where(is_current).scalar_subquery()
    other_count = select(func.count(Rating.id)).where(of_others).scalar_subquery()
    other_total = select(func.coalesce(func.sum(Rating.stars), 0)).where(of_others).scalar_subquery()
    newest = aliased(Rating)
    newest_rated = select(func.max(newest.version_id)).where(newest.asset_id == Asset.id)
    # It lies two levels deep, where only what is named is left to the outermost statement.
    of_newest = Rating.version_id == newest_rated.correlate(Asset).scalar_subquery()
    mean_before = select(func.avg(Rating.stars)).where(of_newest).scalar_subquery()
    overall = select(func.avg(aliased(Rating).stars)).scalar_subquery()
    expected = (other_total + PRIOR_RATINGS * overall) / (other_count + PRIOR_RATINGS)
    rank = func.coalesce((total + PRIOR_RATINGS * expected) / (count + PRIOR_RATINGS), 0.0)
    is_rated = count + other_count > 0
    values = {
        "rating_count": count,
        "rating_mean": func.coalesce(mean, mean_before),
        "rating_rank": case((is_rated, rank), else_=0.0),
    }
    db.session.execute(update(Asset).where(Asset.id.in_(rated)).values(**values))


def _tell_owner(asset: Asset, user: User, rating: Rating) -> None:
    if asset.owner_id and asset.owner_id != user.id:
        notify(
            recipient_id=asset.owner_id,
            kind="rating",
            title=f"{user.name} rated “{asset.title[:150]}” {rating.stars} of 5",
            address=f"/library/{asset.slug}#ratings",
            event_key=f"rating:{rating.version_id}:{user.id}:{rating.updated_at.isoformat()}",
            group=Group(f"rating:asset:{asset.id}", f"new ratings of “{asset.title[:150]}”"),
        )
