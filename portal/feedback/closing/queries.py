"""Whom to ask about which closed deal, and what owners said of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import joinedload

from portal.content_requests.models import ContentRequest
from portal.db import db, now
from portal.deals.models import Deal, DealChange, DealImport
from portal.deals.queries import in_crm, visible_deal, visible_deals
from portal.errors import Conflict, Forbidden, NotFound
from portal.feedback.closing.used import named_to, used_on
from portal.feedback.models import ClosingAnswer, MatteredAsset, Question
from portal.library.models import Asset
from portal.usage.sums import local_day
from portal.users.models import User

CLOSED = ("won", "lost")
# What decided a deal is remembered for weeks; a first import of years of deals asks nobody about all of them.
ASKED_WITHIN = timedelta(days=30)


@dataclass(frozen=True)
class ClosingQuestion:
    """What is asked of a closed deal: which of the content offered mattered, and what nothing answered."""

    deal: Deal
    offered: list[Asset]
    asset_id: None = None

    @property
    def deal_id(self) -> int:
        return self.deal.id


def closing_to_ask(user: User) -> ClosingQuestion | None:
    """Return the closed deal that its owner is to be asked about next, the latest first; about each end once."""
    about = (Question.deal_id == Deal.id) & Question.asset_id.is_(None)
    ended_since = _other_end(DealImport.applied_at > Question.asked_at)
    asked = exists().where(about, Question.user_id == user.id, ~ended_since)
    deal = db.session.scalar(_to_ask(user).where(~asked).limit(1))
    return _question(user, deal) if deal else None


def closing_still_asked(user: User, deal_id: int | None) -> ClosingQuestion | None:
    """Return the question about a deal that was asked today, unless there is nothing to ask about it any more."""
    deal = db.session.scalar(_to_ask(user).where(Deal.id == deal_id))
    return _question(user, deal) if deal else None


def _to_ask(user: User) -> Select[tuple[Deal]]:
    today = local_day(now())
    given = (ClosingAnswer.deal_id == Deal.id) & (ClosingAnswer.user_id == user.id)
    answered = exists().where(given, ~_other_end(DealImport.applied_at > ClosingAnswer.at))
    found = select(Deal).where(Deal.owner_id == user.id, Deal.status.in_(CLOSED), in_crm(), ~answered)
    found = found.where(Deal.closed_on > today - ASKED_WITHIN, Deal.closed_on <= today)
    return found.options(joinedload(Deal.account)).order_by(Deal.closed_on.desc(), Deal.id.desc())


def _other_end(since: ColumnElement[bool]) -> ColumnElement[bool]:
    """Say in SQL that an import found a deal ended otherwise than it has now: what was said then is of another end."""
    before = DealChange.before["status"].as_string()
    changed = exists().where(DealChange.deal_id == Deal.id, DealImport.id == DealChange.import_id, since)
    return changed.where(before.in_(CLOSED), before != Deal.status, DealImport.undone_at.is_(None))


def _question(user: User, deal: Deal) -> ClosingQuestion:
    return ClosingQuestion(deal, offered_on(user, deal))


def offered_on(user: User, deal: Deal) -> list[Asset]:
    """Return the content of which the owner of a closed deal may say that it mattered."""
    used = used_on([deal])[deal.id]
    named = named_to(user, used)
    return [one.asset for one in used if one.asset.id in named]


def own_closed_deal(user: User, deal_id: int) -> Deal:
    """Return a closed deal for its owner; others who see it are refused, and to all others it does not exist."""
    deal = visible_deal(user, deal_id)
    if deal.owner_id != user.id:
        raise Forbidden("Only the owner of a deal says what mattered on it.")
    if deal.status not in CLOSED:
        raise Conflict("This deal is open. What mattered on it is asked once it is won or lost.")
    return deal


def answer_of(deal_id: int, user_id: int | None) -> ClosingAnswer | None:
    """Return what a person said of a deal."""
    given = select(ClosingAnswer).where(ClosingAnswer.deal_id == deal_id, ClosingAnswer.user_id == user_id)
    return db.session.scalar(given)


def mattered_ids(answer: ClosingAnswer | None) -> set[int]:
    """Return which content an answer names."""
    if answer is None:
        return set()
    return set(db.session.scalars(select(MatteredAsset.asset_id).where(MatteredAsset.answer_id == answer.id)))


@dataclass(frozen=True)
class DealAnswer:
    """What the page of a closed deal shows of its owner's answer; `hidden` counts content not shared with the reader.

    `is_mine` says that the reader is asked, `answer` is None as long as nothing was said, and `has_content` whether
    content was used on the deal at all.
    """

    answer: ClosingAnswer | None
    who: str
    mattered: list[Asset]
    hidden: int
    is_mine: bool
    has_content: bool

    @property
    def words(self) -> str:
        """What mattered, in a line."""
        titles = [f"“{asset.title}”" for asset in self.mattered]
        titles += [f"{self.hidden} not shared with you"] if self.hidden else []
        if titles:
            return f"It was {', '.join(titles)}."
        return "Nothing that was used mattered." if self.has_content else "No content was used on it."


def deal_answer(user: User, deal: Deal) -> DealAnswer | None:
    """Return the answer of a closed deal for somebody who sees the deal; None when there is nothing to show."""
    is_mine = deal.owner_id == user.id
    answer = answer_of(deal.id, deal.owner_id) if deal.status in CLOSED else None
    if deal.status not in CLOSED or (answer is None and not is_mine):
        return None
    every = used_on([deal])[deal.id]
    used = [one for one in every if one.mattered]
    named = named_to(user, used)
    shown = [one.asset for one in used if one.asset.id in named]
    who = deal.owner.name if deal.owner else ""
    return DealAnswer(answer, who, shown, len(used) - len(shown), is_mine, bool(every))


def _waiting() -> Select[Any]:
    return (
        select(ClosingAnswer, Deal, User)
        .join(Deal, Deal.id == ClosingAnswer.deal_id)
        .join(User, User.id == ClosingAnswer.user_id)
        .where(ClosingAnswer.unanswered != "", ClosingAnswer.settled_at.is_(None))
        .order_by(ClosingAnswer.at.desc(), ClosingAnswer.id.desc())
    )


@dataclass(frozen=True)
class Unanswered:
    """What a buyer asked and nothing answered, as the owner of the deal put it."""

    answer: ClosingAnswer
    deal: Deal
    who: User


def unanswered_waiting(limit: int) -> list[Unanswered]:
    """Return what buyers asked that marketing has not decided on, the newest first, for those who see all deals."""
    rows = db.session.execute(_waiting().options(joinedload(Deal.account)).limit(limit))
    return [Unanswered(*row) for row in rows]


def unanswered_or_404(answer_id: int) -> Unanswered:
    """Return what a buyer asked by number, settled or not, or raise NotFound."""
    found = (
        select(ClosingAnswer, Deal, User)
        .join(Deal, Deal.id == ClosingAnswer.deal_id)
        .join(User, User.id == ClosingAnswer.user_id)
        .where(ClosingAnswer.id == answer_id)
    )
    row = db.session.execute(found.options(joinedload(Deal.account))).one_or_none()
    if row is None:
        raise NotFound
    return Unanswered(*row)


@dataclass(frozen=True)
class BuyersAsked:
    """What buyers asked that led to a request: the words on deals that the reader sees, and how many more there are."""

    said: list[Unanswered]
    others: int


def behind_request(request_id: int, user: User) -> BuyersAsked:
    """Return what buyers asked behind a request and those merged into it, as far as a person sees the deals."""
    merged = select(ContentRequest.id).where(ContentRequest.merged_into_id == request_id)
    here = (ClosingAnswer.request_id == request_id) | ClosingAnswer.request_id.in_(merged)
    about = here & (ClosingAnswer.unanswered != "")
    total = db.session.scalar(select(func.count()).select_from(ClosingAnswer).where(about)) or 0
    if not total:
        return BuyersAsked([], 0)
    found = visible_deals(user).join(ClosingAnswer, ClosingAnswer.deal_id == Deal.id).where(about)
    found = found.join(User, User.id == ClosingAnswer.user_id)
    rows = db.session.execute(
        found.with_only_columns(ClosingAnswer, Deal, User).order_by(ClosingAnswer.at, ClosingAnswer.id)
    )
    said = [Unanswered(*row) for row in rows]
    return BuyersAsked(said, total - len(said))


def words_behind(request_ids: Sequence[int]) -> dict[int, str]:
    """Return for requests the first words of a buyer that led to them, for those who see all deals."""
    about = ClosingAnswer.request_id.in_(request_ids) & (ClosingAnswer.unanswered != "")
    found = select(ClosingAnswer.request_id, ClosingAnswer.unanswered).where(about)
    words: dict[int, str] = {}
    for request_id, said in db.session.execute(found.order_by(ClosingAnswer.id)):
        words.setdefault(request_id, said)
    return words
