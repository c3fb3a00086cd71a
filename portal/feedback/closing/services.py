"""Writing down what an owner says of a closed deal, and what marketing does with what nothing answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import delete, update

from portal.content_requests.models import UNWORDED_QUESTION, ContentRequest
from portal.content_requests.services import ask, support
from portal.db import db, insert_rows, now
from portal.deals.models import Deal
from portal.errors import Conflict, Invalid
from portal.feedback.asking.services import put_off
from portal.feedback.closing.queries import Unanswered, answer_of, offered_on
from portal.feedback.models import ClosingAnswer, MatteredAsset, Question
from portal.notifications.services import notify
from portal.users.models import User

MAX_UNANSWERED = 500


def say_what_mattered(
    deal: Deal, by: User, *, mattered: Iterable[int], none_of_them: bool, unanswered: str
) -> ClosingAnswer:
    """Keep what the owner says of a closed deal, or change what they said; their question is answered by it."""
    chosen, words = set(mattered), unanswered.strip()
    answer = answer_of(deal.id, by.id)
    _check(deal, by, chosen, none_of_them, words, is_first=answer is None)
    if answer is None:
        answer = ClosingAnswer(deal_id=deal.id, user_id=by.id, unanswered="")
        db.session.add(answer)
    if answer.unanswered != words:
        # Marketing decides on words; other words are for it to decide on anew.
        answer.settled_at = answer.settled_by_id = None
    answer.unanswered, answer.at = words, now()
    db.session.flush()
    db.session.execute(delete(MatteredAsset).where(MatteredAsset.answer_id == answer.id))
    insert_rows(MatteredAsset, [{"answer_id": answer.id, "asset_id": number} for number in sorted(chosen)])
    _note(deal.id, by.id, answered_at=now())
    return answer


def _check(deal: Deal, by: User, chosen: set[int], none_of_them: bool, words: str, *, is_first: bool) -> None:
    offered = {asset.id for asset in offered_on(by, deal)}
    if chosen - offered:
        raise Invalid(
            "Some of this content is not on the deal any more. Look at the list again.", field="mattered"
        )
    if chosen and none_of_them:
        raise Invalid("Please tick either content or “None of them”.", field="mattered")
    if offered and not chosen and not none_of_them:
        raise Invalid("Please tick what mattered, or “None of them”.", field="mattered")
    if not offered and not words and is_first:
        raise Invalid("Please say in a few words what the buyer asked.", field="unanswered")
    if len(words) > MAX_UNANSWERED:
        raise Invalid(
            f"Please say it in up to {MAX_UNANSWERED} characters; these are {len(words):,}.",
            field="unanswered",
        )


def leave_unsaid(deal: Deal, by: User, *, day: date) -> None:
    """Never ask the owner about this deal again; its page keeps the form."""
    put_off(user_id=by.id, day=day, deal_id=deal.id, asset_id=None)


def _note(deal_id: int, user_id: int, **moment: object) -> None:
    about = (Question.deal_id == deal_id) & Question.asset_id.is_(None) & (Question.user_id == user_id)
    is_open = Question.answered_at.is_(None) & Question.dismissed_at.is_(None)
    db.session.execute(update(Question).where(about, is_open).values(**moment))


def seen_of(answer: ClosingAnswer) -> str:
    """Return what a form carries of an answer, so that nobody decides on words they have not read."""
    return answer.at.isoformat()


def make_request(asked: Unanswered, by: User, seen: str) -> ContentRequest:
    """Make a request of what a buyer asked; marketing puts it into words for everybody on the request's page."""
    _check_waiting(asked, seen)
    return _carry(asked, ask(by=by, need=UNWORDED_QUESTION), by, "made a request of")


def join_request(asked: Unanswered, request: ContentRequest, by: User, seen: str) -> ContentRequest:
    """Let what a buyer asked join a request that is open already."""
    _check_waiting(asked, seen)
    if not request.is_open:
        raise Conflict("This request is closed; nobody can join it any more.", field="request_id")
    return _carry(asked, request, by, "added to a request")


def _carry(asked: Unanswered, request: ContentRequest, by: User, did: str) -> ContentRequest:
    """Let the owner need the request too, with the deal where it is open again, and tell them."""
    owner, deal = asked.who, asked.deal
    if owner.status == "active":
        support(request, owner, deal_id=deal.id if deal.status == "open" else None)
    asked.answer.request_id = request.id
    _settle(asked.answer, by)
    if owner.status == "active" and owner.id != by.id:
        notify(
            recipient_id=owner.id,
            kind="request",
            title=f"{by.name[:80]} {did} what your buyer asked and nothing answered",
            address=f"/requests/{request.id}",
            event_key=f"closing:{asked.answer.id}:{request.id}",
        )
    return request


def leave_it(asked: Unanswered, by: User, seen: str) -> None:
    """Decide that nothing is made of what a buyer asked."""
    _check_waiting(asked, seen)
    _settle(asked.answer, by)


def _settle(answer: ClosingAnswer, by: User) -> None:
    answer.settled_at, answer.settled_by_id = now(), by.id
    db.session.flush()


def _check_waiting(asked: Unanswered, seen: str) -> None:
    answer = asked.answer
    if answer.settled_at is not None:
        by = db.session.get(User, answer.settled_by_id) if answer.settled_by_id else None
        raise Conflict(f"{by.name if by else 'Somebody'} has decided on this already.")
    if not answer.unanswered:
        raise Conflict(f"{asked.who.name} has taken these words back.")
    if seen != seen_of(answer):
        raise Conflict(f"{asked.who.name} has changed these words meanwhile. Please read them again.")
