"""Threads begun, answered, mended, resolved and opened again; the caller has seen to who sees what they are about."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import CursorResult, delete, update

from portal.content_requests.models import ContentRequest
from portal.db import db, now
from portal.errors import Conflict, Forbidden, Invalid
from portal.feedback.models import Comment, CommentEdit, Mention, Thread
from portal.feedback.threads.queries import may_remove, may_resolve
from portal.feedback.threads.subjects import About, Subject, subject_of, subject_of_thread
from portal.feedback.threads.telling import (
    address_of,
    keep_mentions,
    tell_named,
    tell_of_comment,
    who_still_reads,
)
from portal.library.models import Asset, Version
from portal.library.services import checked_text
from portal.notifications.services import notify, unsay
from portal.users.models import User

MAX_BODY = 4_000


@dataclass(frozen=True)
class Said:
    """A comment that was written, in its thread, and sentences on who is named in it and was not told."""

    thread: Thread
    comment: Comment
    untold: tuple[str, ...]


def start_thread(
    about: About,
    by: User,
    body: str,
    page_number: int | None = None,
    version: Version | None = None,
    team_id: int | None = None,
) -> Said:
    """Begin a conversation about content, one page of a version of it, a request or a deal.

    The version is the one in use unless another is given. With a team, which has to be the writer's, it is that team's
    alone.
    """
    body, subject = _checked_body(body), subject_of(about)
    if team_id is not None and team_id != by.team_id:
        raise Invalid("You are not in this team. Please choose again who reads it.", field="audience")
    if isinstance(about, ContentRequest) and about.merged_into is not None:
        raise Conflict(
            f"This is part of another request now: “{about.merged_into.need}”. Please write there."
        )
    if isinstance(about, Asset):
        version = version or about.current_version
        _check_place(about, version, page_number)
    thread = Thread(
        **{_column_of(subject): about.id},
        team_id=team_id,
        version_id=version.id if version else None,
        page_number=page_number,
        created_by_id=by.id,
    )
    db.session.add(thread)
    db.session.flush()
    return _say(thread, subject, by, body)


def _column_of(subject: Subject) -> str:
    return {"content": "asset_id", "request": "request_id", "deal": "deal_id"}[subject.kind]


def _check_place(asset: Asset, version: Version | None, page_number: int | None) -> None:
    if version is not None and version.asset_id != asset.id:
        raise Conflict("This version belongs to other content.")
    if page_number is not None and not 1 <= page_number <= (version.page_count if version else 0):
        raise Invalid("There is no such page in this version.", field="page")


def reply(thread: Thread, by: User, body: str) -> Said:
    """Answer in a thread that is open."""
    if thread.resolved_at is not None:
        raise Conflict("This thread is resolved. Open it again to go on.")
    return _say(thread, subject_of_thread(thread), by, _checked_body(body))


def edit_comment(comment: Comment, by: User, body: str) -> Said:
    """Mend one's own words while the thread is open; what they were is kept, and whom they name now is told."""
    if comment.author_id != by.id:
        raise Forbidden("Only whoever wrote this can change it.")
    if comment.removed_at is not None:
        raise Conflict("This comment was removed.")
    if comment.thread.resolved_at is not None:
        raise Conflict("This thread is resolved. Open it again to go on.")
    body = _checked_body(body)
    if body == comment.body:
        return Said(comment.thread, comment, ())
    moment = now()
    db.session.add(CommentEdit(comment_id=comment.id, body=comment.body, until=moment))
    comment.body, comment.edited_at = body, moment
    db.session.flush()
    named = keep_mentions(comment)
    _, untold = tell_named(subject_of_thread(comment.thread), comment, by, named)
    return Said(comment.thread, comment, untold)


def remove_comment(comment: Comment, by: User) -> None:
    """Take a comment's words away for good, those from before it was changed too, and under the bell.

    That there was a comment stays.
    """
    if comment.removed_at is not None:
        raise Conflict("This comment was removed already.")
    if not may_remove(comment, by):
        raise Forbidden("Only whoever wrote this and marketing can remove it.")
    comment.body, comment.removed_at, comment.removed_by_id = "", now(), by.id
    for kept in (CommentEdit, Mention):
        db.session.execute(delete(kept).where(kept.comment_id == comment.id))
    title = f"A comment on “{subject_of_thread(comment.thread).title[:100]}” was removed"
    for told in ("comment", "mention"):
        unsay(f"{told}:{comment.id}", title)
    db.session.flush()


def resolve(thread: Thread, by: User) -> None:
    """Close a thread; its starter is told when somebody else does."""
    subject = _check_may_resolve(thread, by)
    if thread.resolved_at is not None:
        raise Conflict("This thread is resolved already.")
    thread.resolved_at, thread.resolved_by_id = now(), by.id
    db.session.flush()
    for person_id in who_still_reads(subject, thread, {thread.created_by_id} - {by.id, None}):
        notify(
            recipient_id=person_id,
            kind="comment",
            title=f"{by.name} resolved your comment on “{subject.title[:150]}”",
            address=address_of(subject, thread),
            event_key=f"thread:{thread.id}:resolved:{thread.resolved_at.isoformat()}",
        )


def reopen(thread: Thread, by: User) -> None:
    """Take a resolved thread up again."""
    _check_may_resolve(thread, by)
    if thread.resolved_at is None:
        raise Conflict("This thread is open already.")
    thread.resolved_at = thread.resolved_by_id = None
    db.session.flush()


def move_threads(from_request: ContentRequest, to_request: ContentRequest) -> int:
    """Pass the conversations of a request, a team's own too, on to the one it is merged into; return how many."""
    passed = update(Thread).where(Thread.request_id == from_request.id).values(request_id=to_request.id)
    result = db.session.execute(passed)
    assert isinstance(result, CursorResult)
    return result.rowcount


def _check_may_resolve(thread: Thread, by: User) -> Subject:
    subject = subject_of_thread(thread)
    if not may_resolve(thread, subject, by):
        owners = "who asked, who makes it" if subject.kind == "request" else "the owner"
        raise Forbidden(
            f"Only whoever began this thread, {owners} and marketing can resolve it or open it again."
        )
    return subject


def _checked_body(body: str) -> str:
    body = checked_text(body, MAX_BODY, "body")
    if not body:
        raise Invalid("Please write something.", field="body")
    return body


def _say(thread: Thread, subject: Subject, by: User, body: str) -> Said:
    comment = Comment(thread_id=thread.id, author_id=by.id, body=body)
    db.session.add(comment)
    db.session.flush()
    told, untold = tell_named(subject, comment, by, keep_mentions(comment))
    tell_of_comment(subject, comment, by, but=told)
    return Said(thread, comment, untold)
