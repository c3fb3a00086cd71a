"""What happens to a request, step by step: written down, told, and shown in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.content_requests.following import NEWS, tell_followers
from portal.content_requests.models import OPEN_STATUSES, ContentRequest, RequestChange, Supporter
from portal.db import db
from portal.errors import Conflict
from portal.notifications.services import notify_many
from portal.users.models import User
from portal.web.formatting import ago, day, kind_words

STATUS_WORDS = {
    "new": "New",
    "accepted": "Accepted",
    "in_progress": "In progress",
    "in_review": "In review",
    "delivered": "Delivered",
    "declined": "Declined",
    "merged": "Merged",
}
# What marketing fills in, and what it is called in the history.
FIELDS = {
    "kind": "kind",
    "audience": "for whom",
    "needed_by": "needed by",
    "details": "what it must say",
    "examples": "examples",
}
ICONS = {"new": "inbox", "delivered": "circle-check", "declined": "circle-x", "merged": "layers"}
TONES = {"delivered": "good", "declined": "warn"}
MOST_TOLD = 3
# Who needs it: said in the history, but no reason to refuse what marketing decided before.
JOINED, NAMED_DEAL, LEFT = ABOUT_PEOPLE = ("Needs it too", "Names a deal that waits", "No longer needs it")


@dataclass(frozen=True)
class Step:
    """One line of a request's history as people read it."""

    title: str
    words: str
    who: str | None
    at: datetime
    icon: str
    tone: str


class ChangedMeanwhile(Conflict):
    """Somebody else changed the request after this person had opened it."""

    title = "Changed meanwhile"


def note(request: ContentRequest, by: User | None, status: str, words: str) -> RequestChange:
    """Write a step of the history down, tell followers of a move, and whoever looks at the request as it was."""
    steps = select(RequestChange.status).where(RequestChange.request_id == request.id)
    former = db.session.scalar(steps.order_by(RequestChange.id.desc()).limit(1))
    change = RequestChange(request_id=request.id, status=status, words=words, by_id=by.id if by else None)
    request.revision = (request.revision or 0) + 1
    db.session.add(change)
    db.session.flush()
    if status != (former or "new") and status in NEWS:
        tell_followers(request, by, change)
    return change


def note_person(request: ContentRequest, by: User, words: str) -> None:
    """Write down who joined or left; whoever looks at the request may go on, since nothing was moved."""
    db.session.add(RequestChange(request_id=request.id, status=request.status, words=words, by_id=by.id))
    db.session.flush()


def step_to(request: ContentRequest, by: User, status: str, words: str, title: str) -> None:
    """Move a request to another status, and tell everybody who needs or makes it, but not who moved it."""
    request.status = status
    change = note(request, by, status, words)
    people = db.session.scalars(select(Supporter.user_id).where(Supporter.request_id == request.id))
    tell({*people, request.assigned_to_id}, by, request, change, title)


def tell(
    people: Iterable[int | None], by: User, about: ContentRequest, change: RequestChange, title: str
) -> None:
    """Tell people of a step, and lead them to a request; once per person and step."""
    notify_many(
        sorted({person for person in people if person and person != by.id}),
        kind="request",
        title=title,
        address=f"/requests/{about.id}",
        event_key=f"request:{change.request_id}:{change.id}",
    )


def must_be_open(request: ContentRequest) -> None:
    """Refuse what can only be done to an open request."""
    if not request.is_open:
        raise Conflict(f"This request is {request.status} already. Reload the page to see what happened.")


def check_revision(request: ContentRequest, revision: int | None) -> None:
    """Refuse what was decided on an older state of a request, and say who did what since."""
    if revision is None or revision == request.revision:
        return
    moves = [step for step in steps_of(request) if not step.title.startswith(ABOUT_PEOPLE)]
    done = [
        f"{step.who or 'The portal'}, {ago(step.at)}: {step.title}{f' ({step.words})' if step.words else ''}"
        for step in moves[-max(1, request.revision - revision) :]
    ]
    told = "; ".join(done[-MOST_TOLD:]) or "it was changed"
    raise ChangedMeanwhile(f"Somebody was quicker, so nothing was changed now. Since you opened it: {told}.")


def as_it_is(request: ContentRequest) -> dict[str, Any]:
    """Return what is filled in, to say later what of it was changed."""
    return {name: getattr(request, name) for name in FIELDS}


def filled_in(before: dict[str, Any], request: ContentRequest) -> str:
    """Say which fields differ from before, or nothing."""
    said = [
        _field_words(name, getattr(request, name))
        for name, former in before.items()
        if (former or None) != (getattr(request, name) or None)
    ]
    return f"Filled in: {', '.join(said)}" if said else ""


def _field_words(name: str, value: object) -> str:
    label = FIELDS[name]
    if not value:
        return f"{label} taken out"
    if isinstance(value, date):
        return f"{label} {day(value)}"
    if name == "kind":
        return f"{label} {kind_words(str(value))}"
    return f"{label} “{value}”" if name == "audience" else label


def steps_of(request: ContentRequest) -> list[Step]:
    """Return what happened to a request, oldest first."""
    found = select(RequestChange).where(RequestChange.request_id == request.id).order_by(RequestChange.id)
    former: str | None = None
    steps = []
    for change in db.session.scalars(found.options(joinedload(RequestChange.by))):
        steps.append(_step(change, former))
        former = change.status
    return steps


def _step(change: RequestChange, former: str | None) -> Step:
    is_move = change.status != former and not (former is None and change.status == "new" and change.words)
    title, words = STATUS_WORDS[change.status], change.words
    if not is_move:
        title, _, words = change.words.partition(": ")
    elif former is None and change.status == "new":
        title = "Asked"
    elif former in STATUS_WORDS and former not in OPEN_STATUSES and change.status in OPEN_STATUSES:
        title = "Opened again"
    elif change.status == "new":
        title = "Back to new"
    return Step(
        title or "Changed",
        words,
        change.by.name if change.by else None,
        change.at,
        ICONS.get(change.status, "pencil") if is_move else _icon_of(title),
        TONES.get(change.status, "neutral") if is_move else "neutral",
    )


def _icon_of(title: str) -> str:
    return "users" if title.startswith(ABOUT_PEOPLE) else "pencil"
