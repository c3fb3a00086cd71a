"""Asking people about a version, their answers, and what these do to the content."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select

from portal.db import db, now
from portal.errors import Conflict, Forbidden, Invalid
from portal.library import history
from portal.library.models import ANSWERS, Asset, Review, Reviewer, Version
from portal.library.reviewing.ending import close, end_reviews, ending_key, tell_unanswered
from portal.library.reviewing.queries import approved_by, open_review, reviewed_version
from portal.library.services import checked_text
from portal.notifications.services import notify, notify_many
from portal.users.models import User

QUESTION = "Does this work in front of a customer?"
MAX_QUESTION = 1_000
MAX_ANSWER = 2_000
MOST_ASKED = 50


def ask_review(
    asset: Asset, version: Version, *, by: User, reviewer_ids: Collection[int], question: str = ""
) -> Review:
    """Ask people about the newest version before everyone uses it; asking again adds people to the open review."""
    _check_reviewable(asset, version)
    if version.id != getattr(reviewed_version(asset), "id", None):
        raise Conflict("Everyone uses this version already, or there is a newer one. Ask about the newest.")
    question = checked_text(question, MAX_QUESTION, "question")
    people = _people_to_ask(reviewer_ids, version, by)
    review = open_review(asset)
    if review is None:
        review = Review(asset_id=asset.id, version_id=version.id, asked_by_id=by.id)
        db.session.add(review)
        history.note(asset, by, "review_asked", version=version, why=question)
    known = {reviewer.user_id for reviewer in review.reviewers}
    fresh = [person for person in people if person.id not in known]
    if not fresh:
        raise Conflict("They are all asked already.", field="people")
    review.question = question or review.question or QUESTION
    review.reviewers += [Reviewer(user_id=person.id) for person in fresh]
    if asset.state == "draft":
        asset.state = "in_review"
    db.session.flush()
    notify_many(
        (person.id for person in fresh if person.id != by.id),
        kind="review",
        title=f"{by.name} asks about “{asset.title[:150]}”: {review.question}",
        address=address_of(asset, version),
        event_key=f"review:{review.id}:asked",
    )
    return review


def address_of(asset: Asset, version: Version) -> str:
    """Return where a version under review is looked at."""
    shown = "" if version.id == asset.current_version_id else f"/v/{version.number}"
    return f"/library/{asset.slug}{shown}#review"


def _check_reviewable(asset: Asset, version: Version) -> None:
    if asset.state == "archived":
        raise Conflict("It is archived. Restore it first.")
    if asset.state == "from_sales":
        raise Conflict("It comes from sales. Adopt it first.")
    if version.asset_id != asset.id:
        raise Conflict("This version belongs to other content.")
    if version.state == "refused":
        raise Conflict(f"Its file was refused. {version.state_reason} Replace the file first.")
    if version.state == "waiting":
        raise Conflict("It is still being read. Try again in a moment.")


def _people_to_ask(reviewer_ids: Collection[int], version: Version, by: User) -> list[User]:
    wanted = set(reviewer_ids)
    if not wanted:
        raise Invalid("Please choose at least one person.", field="people")
    if len(wanted) > MOST_ASKED:
        raise Invalid(f"A review asks {MOST_ASKED} people at most.", field="people")
    if wanted == {by.id}:
        raise Invalid("Please ask somebody else: you cannot ask only yourself.", field="people")
    found = select(User).where(User.id.in_(wanted), User.status == "active").order_by(User.id)
    people = list(db.session.scalars(found))
    if len(people) != len(wanted):
        raise Invalid("One of these people cannot sign in, so they cannot be asked.", field="people")
    maker = next((person for person in people if person.id == version.created_by_id), None)
    if maker is not None:
        whose = "You made" if maker.id == by.id else f"{maker.name} made"
        raise Invalid(f"{whose} this version. Somebody else has to look at it.", field="people")
    return people


def answer_review(review: Review, user: User, answer: str, comment: str = "") -> None:
    """Take one person's answer; the first who asks for changes sends it back, the last who approves approves it."""
    reviewer = next((one for one in review.reviewers if one.user_id == user.id), None)
    if reviewer is None:
        raise Forbidden("You were not asked about this version.")
    if review.state != "open":
        raise Conflict("This review is over.")
    if answer not in ANSWERS:
        raise Invalid("Please approve it, or ask for changes.", field="answer")
    comment = checked_text(comment, MAX_ANSWER, "comment")
    if answer == "changes" and not comment:
        raise Invalid("Please say what has to change.", field="comment")
    _keep_answer(review, reviewer, user, answer, comment)


def _keep_answer(review: Review, reviewer: Reviewer, user: User, answer: str, comment: str) -> None:
    asset, version = review.asset, review.version
    if answer == "approve":
        _check_approving(asset, version, user)
    if answer != reviewer.answer:
        action = "approved" if answer == "approve" else "sent_back"
        # What was said stays with the answer: the history is read by everyone who sees the content.
        history.note(asset, user, action, version=version, review_id=review.id)
    reviewer.answer, reviewer.comment, reviewer.answered_at = answer, comment, now()
    db.session.flush()
    if answer == "changes":
        close(review, "sent_back", user)
        if asset.state == "in_review":
            asset.state = "draft"
        _tell_askers(review, user, f"{user.name} asks for changes to “{asset.title[:100]}”: {comment}")
        tell_unanswered(review, user, f"{user.name} asks for changes.")
    else:
        _approve_when_all_did(review, user)
    db.session.flush()


def _approve_when_all_did(review: Review, by: User | None) -> None:
    if _still_waiting(review):
        return
    close(review, "approved", by)
    _tell_askers(review, by, f"“{review.asset.title[:150]}” is approved and ready to publish")


def settle_without(user: User, by: User | None) -> None:
    """Settle what waited only for a person who cannot sign in any more: approved by the others, else closed."""
    waits = select(Reviewer.review_id).where(Reviewer.user_id == user.id)
    found = select(Review).where(Review.state == "open", Review.id.in_(waits)).order_by(Review.id)
    for review in db.session.scalars(found).all():
        _settle(review, by, why="Nobody who was asked can sign in any more.")


def excuse(review: Review, user: User, *, why: str) -> None:
    """Ask a person no more who has not answered, and settle what waited only for them; `why` it is closed then."""
    mine = next((one for one in review.reviewers if one.user_id == user.id and one.answer is None), None)
    if mine is not None:
        db.session.delete(mine)
        db.session.flush()
        db.session.expire(review, ["reviewers"])
        _settle(review, None, why=why)


def _settle(review: Review, by: User | None, *, why: str) -> None:
    """Approve what all who are left approve, and close what nobody is left to look at."""
    if any(one.answer == "approve" for one in review.reviewers):
        _approve_when_all_did(review, by)
    elif not any(one.user.status == "active" for one in review.reviewers):
        end_reviews(review.asset, by, why=why)
        if review.asset.state == "in_review":
            review.asset.state = "draft"
    db.session.flush()


def _check_approving(asset: Asset, version: Version, user: User) -> None:
    _check_reviewable(asset, version)
    if version.created_by_id == user.id:
        raise Forbidden("You made this version. Somebody else has to approve it.")


def _still_waiting(review: Review) -> int:
    """Count who has not approved; people who cannot sign in any more hold nothing up."""
    waiting = select(func.count()).select_from(Reviewer).join(User, User.id == Reviewer.user_id)
    waiting = waiting.where(Reviewer.review_id == review.id, User.status == "active")
    return db.session.scalar(waiting.where(Reviewer.answer.is_distinct_from("approve"))) or 0


def _tell_askers(review: Review, by: User | None, words: str) -> None:
    """Tell who asked, and who made the version, what became of it."""
    told = {review.asked_by_id, review.version.created_by_id} - {None, by.id if by else None}
    for person_id in sorted(number for number in told if number is not None):
        notify(
            recipient_id=person_id,
            kind="review",
            title=words,
            address=address_of(review.asset, review.version),
            event_key=ending_key(review),
        )


def withdraw_review(review: Review, by: User) -> None:
    """Take a question back; a draft is a draft again."""
    if review.state != "open":
        raise Conflict("This review is over already.")
    asset = review.asset
    end_reviews(asset, by, why="")
    if asset.state == "in_review":
        asset.state = "draft"
    db.session.flush()


def approve_version(asset: Asset, version: Version, by: User) -> Review:
    """Approve a version unasked, as a marketer who did not make it; where a review is open, as part of that."""
    _check_approving(asset, version, by)
    current = asset.current_version
    if current is not None and version.number < current.number:
        raise Conflict("A newer version is in use. Approve that one.")
    if by.id in approved_by(version.id):
        raise Conflict("You approved this version already.")
    review = open_review(asset)
    if review is None or review.version_id != version.id:
        review = Review(asset_id=asset.id, version_id=version.id, asked_by_id=by.id)
        db.session.add(review)
    reviewer = next((one for one in review.reviewers if one.user_id == by.id), None)
    if reviewer is None:
        reviewer = Reviewer(user_id=by.id)
        review.reviewers.append(reviewer)
    db.session.flush()
    _keep_answer(review, reviewer, by, "approve", reviewer.comment or "")
    return review
