"""Questions about ratings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import aliased, joinedload
from sqlalchemy.sql.base import ExecutableOption

from portal.db import db, now
from portal.errors import NotFound
from portal.feedback.asking.choosing import UseQuestion, use_to_rate
from portal.feedback.models import REASONS, Rating, RatingAnswer
from portal.feedback.services import LOW
from portal.library.models import Asset, Version
from portal.library.queries import live
from portal.users.models import User

SHOWN = 20
# Older low ratings were either acted on or are no longer worth a line in a list of things to do.
RATED_WITHIN = timedelta(days=90)


@dataclass
class VersionRating:
    """What people said of one version: how many gave how many stars."""

    version_id: int
    number: int
    by_stars: dict[int, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(self.by_stars.values())

    @property
    def mean(self) -> float:
        return sum(stars * number for stars, number in self.by_stars.items()) / self.count


@dataclass(frozen=True)
class RatingPanel:
    """What the page of an asset shows of its ratings: one's own, the others', and how its versions did, oldest first.

    `current` is about the version in use, `shown` about it or else the newest one that was rated. `used` is the use on
    a deal that a rating by the reader would be about.
    """

    mine: Rating | None
    ratings: list[Rating]
    versions: list[VersionRating]
    current: VersionRating | None
    shown: VersionRating | None
    reasons: dict[str, str]
    can_rate: bool
    may_answer: bool
    reader_id: int
    used: UseQuestion | None

    @property
    def total(self) -> int:
        return sum(version.count for version in self.versions)


def rating_of(user: User, version_id: int | None) -> Rating | None:
    """Return the rating that a person gave a version."""
    return db.session.scalar(select(Rating).where(Rating.version_id == version_id, Rating.user_id == user.id))


def ratings_of(asset_id: int, reader: User) -> Select[tuple[Rating]]:
    """Select the ratings of all versions of an asset with their answers: the reader's own first, then the newest."""
    found = select(Rating).where(Rating.asset_id == asset_id).options(*_with_answers())
    return found.order_by((Rating.user_id == reader.id).desc(), Rating.updated_at.desc(), Rating.id.desc())


def _with_answers() -> tuple[ExecutableOption, ...]:
    answers = joinedload(Rating.answers)
    return (
        joinedload(Rating.user),
        joinedload(Rating.version).load_only(Version.number),
        answers.joinedload(RatingAnswer.by),
        answers.joinedload(RatingAnswer.fixed_in).load_only(Version.number),
    )


def version_ratings(asset_id: int) -> list[VersionRating]:
    """Return how the rated versions of an asset did, oldest first."""
    found = (
        select(Version.id, Version.number, Rating.stars, func.count())
        .join(Rating, Rating.version_id == Version.id)
        .where(Rating.asset_id == asset_id)
        .group_by(Version.id, Version.number, Rating.stars)
        .order_by(Version.number)
    )
    versions: dict[int, VersionRating] = {}
    for version_id, number, stars, count in db.session.execute(found):
        versions.setdefault(version_id, VersionRating(version_id, number)).by_stars[stars] = count
    return list(versions.values())


def rated_since(asset_id: int, moment: datetime) -> tuple[float | None, int]:
    """Return the mean and number of the ratings that content got since a moment, of whichever version."""
    found = select(func.avg(Rating.stars), func.count()).where(Rating.asset_id == asset_id)
    mean, number = db.session.execute(found.where(Rating.updated_at >= moment)).one()
    return (float(mean) if number else None), number


def rating_panel(asset: Asset, user: User, *, has_used: bool) -> RatingPanel:
    """Return what the page of an asset shows of its ratings; `has_used` says that the reader used it lately."""
    versions = version_ratings(asset.id)
    current = next((one for one in versions if one.version_id == asset.current_version_id), None)
    # One's own come first, so that the one of this version is among them.
    ratings = list(db.session.scalars(ratings_of(asset.id, user).limit(SHOWN)).unique()) if versions else []
    own = (one for one in ratings if (one.user_id, one.version_id) == (user.id, asset.current_version_id))
    mine = next(own, None)
    can_rate = asset.is_live and asset.current_version_id is not None
    return RatingPanel(
        mine=mine,
        ratings=ratings,
        versions=versions,
        current=current,
        shown=current or (versions[-1] if versions else None),
        reasons=REASONS,
        can_rate=can_rate,
        may_answer=may_answer(user, asset),
        reader_id=user.id,
        used=use_to_rate(user, asset) if has_used and can_rate and mine is None else None,
    )


def may_answer(user: User, asset: Asset) -> bool:
    """Return whether a person may answer the ratings of content: marketing, and its owner."""
    return user.is_marketing or asset.owner_id == user.id


def rating_or_404(asset: Asset, rating_id: int) -> Rating:
    """Return one rating of content with its answers, or raise NotFound."""
    found = select(Rating).where(Rating.id == rating_id, Rating.asset_id == asset.id)
    rating = db.session.scalars(found.options(*_with_answers())).unique().one_or_none()
    if rating is None:
        raise NotFound("This rating is not there any more: whoever gave it has taken it back.")
    return rating


def later_versions(rating: Rating) -> list[Version]:
    """Return the versions in which what a rating says may have been mended, newest first.

    Only those that were in use: the rater is sent to look at it.
    """
    found = select(Version).where(Version.asset_id == rating.asset_id, Version.published_at.is_not(None))
    rated = select(Version.number).where(Version.id == rating.version_id).scalar_subquery()
    return list(db.session.scalars(found.where(Version.number > rated).order_by(Version.number.desc())))


@dataclass(frozen=True)
class LowRating:
    """A low rating that waits for an answer: `newer` is the version in use if that is a later one than was rated.

    `latest` is the number of the answer that was given before it was changed, 0 without any.
    """

    rating: Rating
    asset: Asset
    newer: int | None
    latest: int

    @property
    def seen(self) -> str:
        """What a form carries of its state, by which changes are noticed."""
        return seen_as(self.rating, self.latest)


def seen_as(rating: Rating, latest: int) -> str:
    """Return in one value what a rating said and which answer was its latest, 0 without any."""
    return f"{rating.updated_at.isoformat()}/{latest}"


def low_ratings(limit: int) -> list[LowRating]:
    """Return the low ratings of the last 90 days that nobody answered since they were given, the newest first.

    Those of versions before the one in use are among them, unless the same person has rated a later one: a new version
    is no answer until somebody says what it mends.
    """
    current, rated, later = aliased(Version), aliased(Version), aliased(Rating)
    answers = exists().where(RatingAnswer.rating_id == Rating.id)
    latest = select(func.max(RatingAnswer.id)).where(RatingAnswer.rating_id == Rating.id).scalar_subquery()
    again = exists().where(
        later.asset_id == Rating.asset_id,
        later.user_id == Rating.user_id,
        later.version_id > Rating.version_id,
    )
    found = (
        select(Rating, Asset, rated.number, current.number, func.coalesce(latest, 0))
        .join(Asset, Asset.id == Rating.asset_id)
        .join(rated, rated.id == Rating.version_id)
        .join(current, current.id == Asset.current_version_id)
        .where(Rating.stars <= LOW, Rating.updated_at >= now() - RATED_WITHIN, live())
        .where(~answers.where(RatingAnswer.at >= Rating.updated_at), ~again)
        .options(joinedload(Rating.user), joinedload(Rating.version).load_only(Version.number))
        .order_by(Rating.updated_at.desc(), Rating.id.desc())
    )
    return [
        LowRating(rating, asset, newest if newest > number else None, answer_id)
        for rating, asset, number, newest, answer_id in db.session.execute(found.limit(limit))
    ]
