"""Questions about what a request can be answered with, and about the drafts that were sent to those who asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from portal.content_requests.drafts import people_to_ask
from portal.content_requests.models import ContentRequest, RequestDraft
from portal.db import db
from portal.library.models import Asset, Review, Reviewer, Version
from portal.library.queries import live
from portal.library.reviewing.queries import reviewed_version
from portal.users.models import User

MOST_WORDS = 6
NEWEST = (Asset.published_at.desc(), Asset.id.desc())


def deliverable_assets(text: str = "", *, limit: int) -> list[Asset]:
    """Return the published content with these words in its title that a request can be answered with, newest first."""
    return _titled(_deliverable().order_by(*NEWEST), text, limit)


def deliverable_first(asset_ids: Sequence[int], *, limit: int) -> list[Asset]:
    """Return those of some content, in their order, that a request can be answered with, then the newest."""
    newest = _deliverable().with_only_columns(Asset.id).order_by(*NEWEST).limit(limit).subquery()
    found = _deliverable().where(or_(Asset.id.in_(asset_ids), Asset.id.in_(select(newest.c.id))))
    place = {number: index for index, number in enumerate(asset_ids)}
    assets = db.session.scalars(found.order_by(*NEWEST))
    return sorted(assets, key=lambda asset: place.get(asset.id, len(place)))


def _deliverable() -> Select[tuple[Asset]]:
    return select(Asset).where(live(), Asset.current_version_id.is_not(None))


def sendable_drafts(text: str = "", *, limit: int) -> list[Asset]:
    """Return the content with these words in its title whose newest version nobody but marketing uses yet.

    That is a draft, or published content with a newer version; the latest begun first.
    """
    newest = select(func.max(Version.id)).where(Version.asset_id == Asset.id).scalar_subquery()
    waits = or_(
        Asset.state.in_(("draft", "in_review")) & newest.is_not(None),
        and_(Asset.state == "published", newest > Asset.current_version_id),
    )
    return _titled(select(Asset).where(waits).order_by(newest.desc()), text, limit)


def _titled(found: Select[tuple[Asset]], text: str, limit: int) -> list[Asset]:
    for word in text.split()[:MOST_WORDS]:
        found = found.where(Asset.title.icontains(word, autoescape=True))
    return list(db.session.scalars(found.limit(limit)))


@dataclass(frozen=True)
class DraftPanel:
    """What the page of a request shows one person of the draft that was sent last.

    Whoever may not open the draft reads only how many answered. `mine` is this person's place among those asked,
    `fresh` counts who needs the request and could still be asked, `newer` says that there is a later version to send.
    """

    review: Review
    is_seen: bool
    mine: Reviewer | None
    fresh: int
    newer: bool

    @property
    def asset(self) -> Asset:
        return self.review.asset

    @property
    def answered(self) -> int:
        return sum(one.answer is not None for one in self.review.reviewers)

    @property
    def waits_for_me(self) -> bool:
        return self.review.state == "open" and self.mine is not None and self.mine.answer is None

    @property
    def is_in_use(self) -> bool:
        """Whether everyone uses by now what was sent, or what followed it."""
        current = self.asset.current_version
        return self.asset.is_live and current is not None and current.number >= self.review.version.number


def draft_panel(request: ContentRequest, user: User) -> DraftPanel | None:
    """Return how the draft stands that was sent last for an open request, or None when nobody is or was asked."""
    if not request.is_open:
        return None
    found = select(Review).join(RequestDraft, RequestDraft.review_id == Review.id)
    found = found.where(RequestDraft.request_id == request.id).options(
        joinedload(Review.asked_by),
        joinedload(Review.asset).joinedload(Asset.current_version),
        joinedload(Review.version),
        selectinload(Review.reviewers).joinedload(Reviewer.user),
    )
    review = db.session.scalar(found.order_by(Review.state != "open", Review.id.desc()).limit(1))
    if review is None or review.state == "withdrawn":
        return None
    mine = next((one for one in review.reviewers if one.user_id == user.id), None)
    is_open, marketing = review.state == "open", user.is_marketing
    asked = {one.user_id for one in review.reviewers}
    waiting = reviewed_version(review.asset) if marketing and not is_open else None
    return DraftPanel(
        review=review,
        is_seen=marketing or mine is not None,
        mine=mine,
        fresh=len(people_to_ask(request, review.version, user, asked)) if marketing and is_open else 0,
        newer=waiting is not None and waiting.number > review.version.number,
    )
