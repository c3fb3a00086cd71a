"""Threads begun, answered, mended, resolved and opened again; the caller has seen to who sees the content."""

from __future__ import annotations

from sqlalchemy import select

from portal.db import db, now
from portal.errors import Conflict, Forbidden, Invalid
from portal.feedback.models import Comment, Thread
from portal.feedback.threads.queries import may_remove, may_resolve, seen_by
from portal.library.models import Asset, Version
from portal.library.queries import may_open
from portal.library.services import checked_text
from portal.notifications.services import notify, notify_many, unsay
from portal.users.models import User

MAX_BODY = 4_000
EXCERPT = 120


def start_thread(
    asset: Asset, by: User, body: str, page_number: int | None = None, version: Version | None = None
) -> Thread:
    """Begin a conversation about content, or about one page of a version (the one in use unless another is given)."""
    version = version or asset.current_version
    body = _checked_body(body)
    if version is not None and version.asset_id != asset.id:
        raise Conflict("This version belongs to other content.")
    if page_number is not None and not 1 <= page_number <= (version.page_count if version else 0):
        raise Invalid("There is no such page in this version.", field="page")
    thread = Thread(
        asset_id=asset.id,
        version_id=version.id if version else None,
        page_number=page_number,
        created_by_id=by.id,
    )
    db.session.add(thread)
    db.session.flush()
    _say(thread, asset, by, body)
    return thread


def reply(thread: Thread, by: User, body: str) -> Comment:
    """Answer in a thread that is open."""
    if thread.resolved_at is not None:
        raise Conflict("This thread is resolved. Open it again to go on.")
    return _say(thread, _asset_of(thread), by, _checked_body(body))


def edit_comment(comment: Comment, by: User, body: str) -> None:
    """Mend one's own words while the thread is open; that they were changed is shown."""
    if comment.author_id != by.id:
        raise Forbidden("Only whoever wrote this can change it.")
    if comment.removed_at is not None:
        raise Conflict("This comment was removed.")
    if comment.thread.resolved_at is not None:
        raise Conflict("This thread is resolved. Open it again to go on.")
    body = _checked_body(body)
    if body != comment.body:
        comment.body, comment.edited_at = body, now()
        db.session.flush()


def remove_comment(comment: Comment, by: User) -> None:
    """Take a comment's words away for good, here and under the bell; that there was one stays."""
    if comment.removed_at is not None:
        raise Conflict("This comment was removed already.")
    if not may_remove(comment, by):
        raise Forbidden("Only whoever wrote this and marketing can remove it.")
    comment.body, comment.removed_at, comment.removed_by_id = "", now(), by.id
    unsay(f"comment:{comment.id}", f"A comment on “{_asset_of(comment.thread).title[:100]}” was removed")
    db.session.flush()


def resolve(thread: Thread, by: User) -> None:
    """Close a thread; its starter is told when somebody else does."""
    asset = _asset_of(thread)
    _check_may_resolve(thread, asset, by)
    if thread.resolved_at is not None:
        raise Conflict("This thread is resolved already.")
    thread.resolved_at, thread.resolved_by_id = now(), by.id
    db.session.flush()
    for person_id in _who_still_sees(asset, thread, {thread.created_by_id} - {by.id, None}):
        notify(
            recipient_id=person_id,
            kind="comment",
            title=f"{by.name} resolved your comment on “{asset.title[:150]}”",
            address=address_of(asset, thread),
            event_key=f"thread:{thread.id}:resolved:{thread.resolved_at.isoformat()}",
        )


def reopen(thread: Thread, by: User) -> None:
    """Take a resolved thread up again."""
    _check_may_resolve(thread, _asset_of(thread), by)
    if thread.resolved_at is None:
        raise Conflict("This thread is open already.")
    thread.resolved_at = thread.resolved_by_id = None
    db.session.flush()


def address_of(asset: Asset, thread: Thread) -> str:
    """Return where a thread stands on the page of its content."""
    return f"/library/{asset.slug}#thread-{thread.id}"


def _asset_of(thread: Thread) -> Asset:
    return db.session.get_one(Asset, thread.asset_id)


def _check_may_resolve(thread: Thread, asset: Asset, by: User) -> None:
    if not may_resolve(thread, asset, by):
        raise Forbidden(
            "Only whoever began this thread, the owner and marketing can resolve it or open it again."
        )


def _checked_body(body: str) -> str:
    body = checked_text(body, MAX_BODY, "body")
    if not body:
        raise Invalid("Please write something.", field="body")
    return body


def _say(thread: Thread, asset: Asset, by: User, body: str) -> Comment:
    comment = Comment(thread_id=thread.id, author_id=by.id, body=body)
    db.session.add(comment)
    db.session.flush()
    said = select(Comment.author_id).where(Comment.thread_id == thread.id).distinct()
    people = {*db.session.scalars(said), thread.created_by_id, asset.owner_id} - {by.id, None}
    excerpt = " ".join(body.split())
    excerpt = excerpt if len(excerpt) <= EXCERPT else f"{excerpt[:EXCERPT].rstrip()}…"
    notify_many(
        _who_still_sees(asset, thread, people),
        kind="comment",
        title=f"{by.name} on “{asset.title[:100]}”: {excerpt}",
        address=address_of(asset, thread),
        event_key=f"comment:{comment.id}",
    )
    return comment


def _who_still_sees(asset: Asset, thread: Thread, person_ids: set[int | None]) -> list[int]:
    """Return those of some people who can sign in and see what the thread is about, a handful as a rule."""
    found = select(User).where(User.id.in_(person_ids), User.status == "active").order_by(User.id)
    people = db.session.scalars(found).all() if person_ids else []
    return [person.id for person in people if person.is_marketing or _sees(person, asset, thread)]


def _sees(person: User, asset: Asset, thread: Thread) -> bool:
    if not may_open(person, asset):
        return False
    seen = select(Thread.id).where(Thread.id == thread.id, seen_by(person, asset))
    return db.session.scalar(seen) is not None
