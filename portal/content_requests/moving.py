"""Moving a request from one state to another, and giving it to somebody to make."""

from __future__ import annotations

from sqlalchemy import select

from portal.content_requests.history import STATUS_WORDS, note, step_to, tell
from portal.content_requests.models import COLUMNS, OPEN_STATUSES, ContentRequest, Supporter
from portal.content_requests.services import decline, reopen
from portal.db import db
from portal.errors import Conflict, Invalid
from portal.users.models import User

NEWS = {
    "new": "Back among the new requests: ",
    "accepted": "Accepted: ",
    "in_progress": "Work has begun on your request: ",
    "in_review": "In review: ",
}


def move(request: ContentRequest, by: User, to: str, reason: str = "") -> bool:
    """Move a request to another column of the board and say whether anything changed.

    Declining and opening again take a reason; delivering takes content, so it is done elsewhere.
    """
    if to not in COLUMNS:
        raise Invalid("Please choose one of the columns.", field="to")
    if request.status == to:
        return False
    if request.status == "merged":
        raise Conflict("This request is part of another one now. Move that one instead.")
    if to == "delivered":
        raise Invalid("Choose the content that answers it on the page of the request.", field="to")
    if to == "declined":
        if not request.is_open:
            raise Conflict("It is delivered. Open it again before it is declined.")
        decline(request, by, reason)
    elif not request.is_open:
        reopen(request, by, reason, to)
    else:
        _move_open(request, by, to)
    return True


def _move_open(request: ContentRequest, by: User, to: str) -> None:
    words = ""
    if to == "new":
        request.assigned_to_id = None
    elif request.assigned_to_id is None:
        request.assigned_to_id = by.id
        words = f"{by.name} makes it"
    step_to(request, by, to, words, f"{NEWS[to]}{request.need}")


def assign(request: ContentRequest, by: User, to: User | None) -> bool:
    """Give a request to somebody of marketing to make, or to nobody; say whether anything changed."""
    if request.status not in OPEN_STATUSES:
        raise Conflict(f"This request is {STATUS_WORDS[request.status].lower()}; nobody needs to make it.")
    if to is not None and not (to.is_marketing and to.is_active):
        raise Invalid("Please choose somebody of marketing who works here.", field="user_id")
    former = request.assigned_to_id
    if former == (to.id if to else None):
        return False
    request.assigned_to_id = to.id if to else None
    is_accepted = to is not None and request.status == "new"
    status = "accepted" if is_accepted else request.status
    request.status = status
    if to is None:
        words = "Given back: nobody makes it for now"
    else:
        words = f"{to.name} makes it" if is_accepted or to.id == by.id else f"Given to {to.name}"
    change = note(request, by, status, words)
    if to is not None:
        tell([to.id], by, request, change, f"{by.name} gave you a request: {request.need}")
    makes = f"{to.name} makes it now" if to else "It was taken off you"
    tell([former], by, request, change, f"{makes}: {request.need}")
    if is_accepted and to is not None:
        needing = select(Supporter.user_id).where(Supporter.request_id == request.id)
        tell(
            db.session.scalars(needing), by, request, change, f"{to.name} makes your request: {request.need}"
        )
    return True
