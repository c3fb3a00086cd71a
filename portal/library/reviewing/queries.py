"""Questions about reviews: what is asked, of whom, and who approved which version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from portal.db import db
from portal.library.models import Asset, Review, Reviewer, Version
from portal.library.queries import newest_version, visible_assets
from portal.users.models import User

MOST_SHOWN = 100


def approved_versions() -> Select[tuple[int]]:
    """Select the ids of versions whose latest finished review approved them."""
    later = aliased(Review)
    sent_back = select(later.id).where(
        later.version_id == Review.version_id, later.state == "sent_back", later.id > Review.id
    )
    return select(Review.version_id).where(Review.state == "approved", ~sent_back.exists())


@dataclass(frozen=True)
class Approval:
    """One person's yes to one version."""

    version_id: int
    number: int
    name: str
    at: datetime


def approvals_of(version_ids: Iterable[int]) -> dict[int, list[Approval]]:
    """Return by version who approved it and when, the latest first; what was sent back since is left out."""
    return _approvals(_reviews_of_versions(version_ids))


def _approvals(reviews: Sequence[Review]) -> dict[int, list[Approval]]:
    """Gather who said yes in reviews given newest first; of each version, those since it was last sent back."""
    approvals: dict[int, dict[int, Approval]] = {}
    sent_back: set[int] = set()
    for review in reviews:
        if review.state == "sent_back":
            sent_back.add(review.version_id)
        if review.state != "approved" or review.version_id in sent_back:
            continue
        given = approvals.setdefault(review.version_id, {})
        for one in review.reviewers:
            if one.answer == "approve" and one.answered_at is not None:
                number = review.version.number
                given.setdefault(
                    one.user_id, Approval(review.version_id, number, one.user.name, one.answered_at)
                )
    return {
        version_id: sorted(given.values(), key=lambda approval: approval.at, reverse=True)
        for version_id, given in approvals.items()
    }


def approved_by(version_id: int) -> set[int]:
    """Return the ids of the people whose approval of a version stands."""
    found = select(Reviewer.user_id).join(Review, Review.id == Reviewer.review_id)
    counts = or_(Review.state == "open", Review.version_id.in_(approved_versions()))
    found = found.where(Review.version_id == version_id, Reviewer.answer == "approve", counts)
    return set(db.session.scalars(found.where(Review.state.in_(("open", "approved")))))


def reviewed_version(asset: Asset) -> Version | None:
    """Return the version that people can be asked about: the newest, unless everyone uses it already."""
    newest = newest_version(asset)
    in_use = newest is not None and asset.is_published and newest.id == asset.current_version_id
    return None if in_use else newest


def _with_people(found: Select[tuple[Review]]) -> Select[tuple[Review]]:
    return found.options(
        joinedload(Review.asked_by),
        joinedload(Review.asset),
        joinedload(Review.version),
        selectinload(Review.reviewers).joinedload(Reviewer.user),
    )


def open_review(asset: Asset) -> Review | None:
    """Return what is being asked about content, with the people and their answers."""
    found = select(Review).where(Review.asset_id == asset.id, Review.state == "open")
    return db.session.scalar(_with_people(found).order_by(Review.id.desc()).limit(1))


def reviews_of_person(user: User) -> list[Review]:
    """Return what is asked of a person and still open, what waits for their answer first, then the oldest."""
    found = select(Review).join(Reviewer, Reviewer.review_id == Review.id)
    found = found.where(Reviewer.user_id == user.id, Review.state == "open")
    waiting_first = Reviewer.answer.is_not(None)
    rows = db.session.scalars(_with_people(found).order_by(waiting_first, Review.id).limit(MOST_SHOWN))
    return list(rows)


def reviews_waiting_for(user: User) -> int:
    """Return how many reviews wait for this person's answer."""
    found = select(func.count()).select_from(Reviewer).join(Review, Review.id == Reviewer.review_id)
    mine = and_(Reviewer.user_id == user.id, Reviewer.answer.is_(None), Review.state == "open")
    return db.session.scalar(found.where(mine)) or 0


def reviews_asked_by(user: User) -> list[Review]:
    """Return what a person asked others about what they still see, open ones first; own approvals are left out."""
    of_others = select(Reviewer.review_id).where(Reviewer.user_id != user.id)
    found = select(Review).where(Review.asked_by_id == user.id, Review.id.in_(of_others))
    if not user.is_marketing:
        # Whoever left marketing sees no drafts of others, nor what is to become of published content.
        found = found.join(Review.asset).join(Review.version)
        found = found.where(Asset.id.in_(visible_assets(user).with_only_columns(Asset.id)))
        found = found.where(or_(Asset.state != "published", Version.published_at.is_not(None)))
    order = ((Review.state != "open"), Review.id.desc())
    return list(db.session.scalars(_with_people(found).order_by(*order).limit(MOST_SHOWN)))


def ready_to_publish() -> list[Asset]:
    """Return content whose newest version is approved and not in use yet, the longest approved first."""
    newest = select(func.max(Version.id)).where(Version.asset_id == Asset.id).scalar_subquery()
    waits = or_(
        Asset.state.in_(("draft", "in_review")),
        and_(Asset.state == "published", newest != Asset.current_version_id),
    )
    found = select(Asset).options(joinedload(Asset.owner)).where(waits, newest.in_(approved_versions()))
    asked_still = select(Review.version_id).where(Review.state == "open")
    found = found.where(newest.not_in(asked_still))
    return list(db.session.scalars(found.order_by(Asset.id).limit(MOST_SHOWN)))


def people_to_ask(asset: Asset, version: Version) -> list[User]:
    """Return who can be asked about a version: those asked about this content before first, then by name."""
    before = select(Reviewer.user_id).join(Review, Review.id == Reviewer.review_id)
    before = before.where(Review.asset_id == asset.id)
    found = select(User).where(User.status == "active", User.id.is_distinct_from(version.created_by_id))
    return list(db.session.scalars(found.order_by(User.id.not_in(before), func.lower(User.name))))


def asked_last_time(asset: Asset) -> set[int]:
    """Return the ids of the people whom the last review of this content asked."""
    last = select(func.max(Review.id)).where(Review.asset_id == asset.id).scalar_subquery()
    return set(db.session.scalars(select(Reviewer.user_id).where(Reviewer.review_id == last)))


@dataclass(frozen=True)
class ReviewPanel:
    """What the page of content shows of its reviews to one person.

    `version` is the one that people can be asked about, `open` what is being asked, `mine` this person's place in it,
    `last` how the latest review of that version ended. `approvals` are by version, of all that the person may see.
    """

    version: Version | None
    open: Review | None
    mine: Reviewer | None
    last: Review | None
    approvals: dict[int, list[Approval]]
    is_approved: bool
    can_approve: bool

    @property
    def publish_question(self) -> str | None:
        """What is asked before that version is published: somebody may have asked for changes to it."""
        if self.last is None or self.last.state != "sent_back":
            return None
        critics = [one.user.name for one in self.last.reviewers if one.answer == "changes"]
        return f"{', '.join(critics)} asked for changes. Publish all the same?"


def review_panel(asset: Asset, user: User, versions: Sequence[Version]) -> ReviewPanel:
    """Return what content's page shows of its reviews; `versions` are those the person may see, newest first."""
    newest = versions[0] if versions else None
    in_use = newest is not None and asset.is_published and newest.id == asset.current_version_id
    reviews = _reviews_of_versions(version.id for version in versions)
    approvals = _approvals(reviews)
    if not _sees_answers(asset, user, newest):
        reviews = []
    about_newest = [review for review in reviews if newest is not None and review.version_id == newest.id]
    being_asked = next((review for review in about_newest if review.state == "open"), None)
    ended = next((review for review in about_newest if review.state != "open"), None)
    places = being_asked.reviewers if being_asked else []
    mine = next((reviewer for reviewer in places if reviewer.user_id == user.id), None)
    said_yes = newest is not None and newest.id in approvals
    return ReviewPanel(
        version=None if in_use else newest,
        open=being_asked,
        mine=mine,
        last=ended,
        approvals=approvals,
        is_approved=said_yes and being_asked is None,
        can_approve=_can_approve(asset, user, newest, already=said_yes and not being_asked),
    )


def closed_reviews(version: Version, asset: Asset, user: User) -> list[Review]:
    """Return the reviews of a version that are over and were answered, as far as they concern a person."""
    found = select(Review).where(Review.version_id == version.id, Review.state != "open")
    answered = select(Reviewer.review_id).where(Reviewer.answer.is_not(None))
    found = found.where(Review.id.in_(answered), *_concerns(asset, user)).order_by(Review.id.desc())
    return list(db.session.scalars(_with_people(found)))


def comments_on(asset: Asset, user: User) -> dict[tuple[int | None, int | None, str | None], str]:
    """Return what was said with each answer, by review, person and answer, as far as it concerns a person."""
    found = select(Reviewer.review_id, Reviewer.user_id, Reviewer.answer, Reviewer.comment)
    found = found.join(Review, Review.id == Reviewer.review_id)
    found = found.where(Review.asset_id == asset.id, Reviewer.comment != "", *_concerns(asset, user))
    return {(review, person, answer): said for review, person, answer, said in db.session.execute(found)}


def _concerns(asset: Asset, user: User) -> list[ColumnElement[bool]]:
    """Say in SQL whose closed reviews a person reads: all of marketing's and an owner's, else those that asked them."""
    if user.is_marketing or asset.owner_id == user.id:
        return []
    return [Review.id.in_(select(Reviewer.review_id).where(Reviewer.user_id == user.id))]


def _can_approve(asset: Asset, user: User, version: Version | None, *, already: bool) -> bool:
    if version is None or not user.is_marketing or already or version.created_by_id == user.id:
        return False
    return asset.state in ("draft", "in_review", "published") and version.state not in ("waiting", "refused")


def _sees_answers(asset: Asset, user: User, newest: Version | None) -> bool:
    """Say whether what was asked and answered concerns this person: of what is in use, sales reads who approved it."""
    waits = newest is not None and newest.id != asset.current_version_id
    return user.is_marketing or not asset.is_published or waits


def _reviews_of_versions(version_ids: Iterable[int]) -> list[Review]:
    """Return the reviews of some versions, the latest first, in one statement; what was taken back is left out."""
    found = select(Review).where(Review.version_id.in_(set(version_ids)), Review.state != "withdrawn")
    found = found.options(
        joinedload(Review.asked_by),
        joinedload(Review.version),
        joinedload(Review.reviewers).joinedload(Reviewer.user),
    )
    return list(db.session.scalars(found.order_by(Review.id.desc())).unique())
