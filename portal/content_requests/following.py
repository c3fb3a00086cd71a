"""Which requests people follow, and telling them when one moves; who needs or makes it is told of that anyway."""

from __future__ import annotations

from sqlalchemy import select

from portal.content_requests.models import ContentRequest, RequestChange, Supporter
from portal.db import db
from portal.notifications.following import active_followers, followed_by
from portal.notifications.services import Group, notify_selected
from portal.users.models import User

MOST_LISTED = 500
_LONGEST = 120
# A delivery is told with the content that it leads to, by what delivers it.
NEWS = {
    "new": "Waits for somebody to make it: {}",
    "accepted": "Accepted: {}",
    "in_progress": "In progress: {}",
    "in_review": "A draft is with those who asked: {}",
    "declined": "Declined: {}",
    "merged": "Part of another request now: {}",
}


def followed_requests(user: User) -> list[ContentRequest]:
    """Return the requests that a person follows, the newest first."""
    found = select(ContentRequest).where(ContentRequest.id.in_(followed_by(user.id, "request")))
    return list(db.session.scalars(found.order_by(ContentRequest.id.desc()).limit(MOST_LISTED)))


def tell_followers(request: ContentRequest, by: User | None, change: RequestChange) -> None:
    """Tell those who follow a request, and neither need nor make it, that it has moved."""
    # Those who followed one that was merged follow by now what it is part of.
    number = request.merged_into_id or request.id
    needing = select(Supporter.user_id).where(Supporter.request_id == number)
    people = active_followers("request", number, besides=by.id if by else None).where(User.id.not_in(needing))
    if request.assigned_to_id is not None:
        people = people.where(User.id != request.assigned_to_id)
    need = request.need if len(request.need) <= _LONGEST else f"{request.need[: _LONGEST - 1]}…"
    notify_selected(
        people,
        kind="follow",
        title=NEWS[change.status].format(need),
        address=f"/requests/{number}",
        event_key=f"request:{request.id}:{change.id}",
        group=Group(f"follow:request:{number}", f"changes of the request “{need}”"),
    )
