"""Drafts sent for review to those who asked: they accept, or say what is missing, and the request moves with them."""

from __future__ import annotations

from sqlalchemy import select

from portal.content_requests.history import must_be_open, note
from portal.content_requests.models import ContentRequest, RequestContent, RequestDraft, Supporter
from portal.db import db
from portal.errors import Invalid, PortalError
from portal.library.models import Asset, Review, Version
from portal.library.reviewing.ending import end_reviews, ending_key, when_ended
from portal.library.reviewing.queries import open_review, reviewed_version
from portal.library.reviewing.services import MAX_QUESTION, MOST_ASKED, ask_review, excuse
from portal.notifications.services import notify_many
from portal.users.models import User


def send_draft(request: ContentRequest, by: User, asset: Asset, question: str = "") -> Review:
    """Ask those who need it whether a draft is it; sent again, it asks those who joined since."""
    must_be_open(request)
    version = _version_to_send(asset)
    being_asked = open_review(asset)
    _check_free(request, asset, being_asked)
    asked = {one.user_id for one in being_asked.reviewers} if being_asked else set()
    people = people_to_ask(request, version, by, asked)
    if not people:
        raise Invalid(
            "Nobody is left to ask: they were all asked, made it themselves, or cannot sign in any more. Publish it "
            "and deliver it.",
            field="draft_id",
        )
    question = question.strip() or question_about(request)
    try:
        review = ask_review(asset, version, by=by, reviewer_ids=people, question=question)
    except PortalError as error:
        error.field = "question" if error.field == "question" else "draft_id"
        raise
    request.status = "in_review"
    request.assigned_to_id = request.assigned_to_id or by.id
    if db.session.get(RequestDraft, review.id) is None:
        db.session.add(RequestDraft(review_id=review.id, request_id=request.id))
        db.session.flush()
        end_drafts(request, by, why="Another draft was sent instead.", but=review)
    if db.session.get(RequestContent, (request.id, asset.id)) is None:
        db.session.add(RequestContent(request_id=request.id, asset_id=asset.id))
    note(request, by, "in_review", f"A draft is with {_count(len(people))} who asked for it")
    return review


def _count(people: int) -> str:
    return "1 person" if people == 1 else f"{people} people"


def question_about(request: ContentRequest) -> str:
    """Return what people are asked of a draft unless marketing asks something else."""
    return f"Is this what you need? You asked for: {request.need}"[:MAX_QUESTION]


def _version_to_send(asset: Asset) -> Version:
    if asset.state == "archived":
        raise Invalid(f"“{asset.title}” is archived. Restore it first.", field="draft_id")
    version = reviewed_version(asset)
    if version is not None:
        return version
    if asset.current_version_id is None:
        raise Invalid(f"There is nothing in “{asset.title}” yet. Add its file first.", field="draft_id")
    raise Invalid(
        f"Everyone uses the newest version of “{asset.title}” already. Deliver it.", field="draft_id"
    )


def _check_free(request: ContentRequest, asset: Asset, review: Review | None) -> None:
    """Refuse what another request's people are looking at: one answer cannot move two requests."""
    draft = db.session.get(RequestDraft, review.id) if review else None
    if draft is not None and draft.request_id != request.id:
        other = db.session.get_one(ContentRequest, draft.request_id)
        raise Invalid(
            f"“{asset.title}” is with those who asked for “{other.need[:100]}”. Wait for their answers, or merge the "
            "two requests.",
            field="draft_id",
        )


def people_to_ask(request: ContentRequest, version: Version, by: User, asked: set[int]) -> list[int]:
    """Return whom to ask about a version: up to fifty with those who are `asked` already, the asker first.

    Whoever made it, sends it, or cannot sign in any more is left out.
    """
    found = select(User.id).join(Supporter, Supporter.user_id == User.id)
    found = found.where(Supporter.request_id == request.id, User.status == "active")
    found = found.where(User.id.not_in(asked | {by.id, version.created_by_id or by.id}))
    order = (User.id != request.asked_by_id, Supporter.created_at, User.id)
    return list(db.session.scalars(found.order_by(*order).limit(max(0, MOST_ASKED - len(asked)))))


def end_drafts(request: ContentRequest, by: User | None, *, why: str, but: Review | None = None) -> None:
    """Take back what is still asked about drafts of a request, and tell those who had not answered why."""
    sent = select(RequestDraft.review_id).where(RequestDraft.request_id == request.id)
    found = select(Review).where(Review.id.in_(sent), Review.state == "open")
    if but is not None:
        found = found.where(Review.id != but.id)
    for review in db.session.scalars(found).all():
        end_reviews(review.asset, by, why=why)
        if review.asset.state == "in_review":
            review.asset.state = "draft"


def ask_no_more(request: ContentRequest, person: User) -> None:
    """Ask a person who needs a request no longer nothing more about its drafts; those who are left decide."""
    sent = select(RequestDraft.review_id).where(RequestDraft.request_id == request.id)
    found = select(Review).where(Review.id.in_(sent), Review.state == "open").order_by(Review.id)
    for review in db.session.scalars(found).all():
        excuse(review, person, why="Nobody who was asked needs it any more.")


@when_ended
def move_with(review: Review, by: User | None) -> None:
    """Let the request of a draft go on or back as its review ends, and tell who makes it what to do next."""
    draft = db.session.get(RequestDraft, review.id)
    request = db.session.get(ContentRequest, draft.request_id) if draft else None
    if request is None or not request.is_open or _is_another_open(review.id, request.id):
        return
    if review.state == "approved":
        note(request, by, request.status, "Draft accepted: everybody who was asked says that this is it")
        _tell_maker(
            request, review, by, f"Accepted, ready to publish and deliver: {review.asset.title[:150]}"
        )
    elif review.state == "sent_back":
        said = next(
            (one for one in review.reviewers if one.answer == "changes" and by and one.user_id == by.id), None
        )
        words = said.comment if said else ""
        request.status = "in_progress"
        note(request, by, "in_progress", f"Something is missing: {words}")
        name = by.name if by else "Somebody"
        _tell_maker(
            request, review, by, f"{name} says what is missing in “{review.asset.title[:100]}”: {words}"
        )
    elif request.status == "in_review":
        request.status = "in_progress"
        note(request, by, "in_progress", "Nobody is asked about the draft any more")


def _is_another_open(review_id: int, request_id: int) -> bool:
    sent = select(Review.id).join(RequestDraft, RequestDraft.review_id == Review.id)
    others = sent.where(RequestDraft.request_id == request_id, Review.id != review_id, Review.state == "open")
    return db.session.scalar(others.limit(1)) is not None


def _tell_maker(request: ContentRequest, review: Review, by: User | None, title: str) -> None:
    told = {request.assigned_to_id, review.asked_by_id, review.version.created_by_id}
    told -= {None, by.id if by else None}
    notify_many(
        sorted(person for person in told if person),
        kind="request",
        title=title,
        address=f"/requests/{request.id}#draft",
        event_key=ending_key(review),
    )
