"""Questions about threads; which of them a person may see is decided here."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from portal.db import db
from portal.errors import NotFound
from portal.feedback.models import Comment, Thread
from portal.library.models import Asset, Version
from portal.library.queries import shown_versions, visible_assets
from portal.library.serving import page_word
from portal.users.models import User

MOST_SHOWN = 200


@dataclass(frozen=True)
class ThreadPanel:
    """The conversations about one piece of content that a person may see, the latest MOST_SHOWN of them.

    `resolvable` are the ids of those that this person may resolve or open again; `words` says by id what the pages of
    the thread's version are called.
    """

    open: list[Thread]
    resolved: list[Thread]
    resolvable: set[int]
    words: dict[int, str]
    more: bool


def threads_of(asset: Asset, user: User) -> Select[tuple[Thread]]:
    """Select the threads about content that this person sees, newest first."""
    versions = shown_versions(user, asset).with_only_columns(Version.id)
    seen = or_(Thread.version_id.is_(None), Thread.version_id.in_(versions))
    return (
        select(Thread)
        .where(Thread.asset_id == asset.id, seen)
        .options(
            joinedload(Thread.version).load_only(Version.number, Version.filename),
            joinedload(Thread.resolved_by),
            selectinload(Thread.comments).joinedload(Comment.author),
        )
        .order_by(Thread.resolved_at.is_not(None), Thread.id.desc())
    )


def thread_panel(asset: Asset, user: User) -> ThreadPanel:
    """Return what the page of content shows of its threads, in two statements however many there are."""
    threads = list(db.session.scalars(threads_of(asset, user).limit(MOST_SHOWN + 1)))
    shown = threads[:MOST_SHOWN]
    return ThreadPanel(
        open=[thread for thread in shown if thread.resolved_at is None],
        resolved=[thread for thread in shown if thread.resolved_at is not None],
        resolvable={thread.id for thread in shown if may_resolve(thread, asset, user)},
        words={thread.id: page_word(thread.version) for thread in shown},
        more=len(threads) > MOST_SHOWN,
    )


def may_resolve(thread: Thread, asset: Asset, user: User) -> bool:
    """Say whether a person who sees a thread may close it: whoever began it, marketing, and the owner."""
    return user.is_marketing or user.id in (thread.created_by_id, asset.owner_id)


def visible_thread(user: User, thread_id: int) -> tuple[Asset, Thread]:
    """Return a thread and what it is about, or raise NotFound where the person may not see either."""
    found = visible_assets(user).join(Thread, Thread.asset_id == Asset.id).where(Thread.id == thread_id)
    asset = db.session.scalar(found)
    thread = db.session.scalar(threads_of(asset, user).where(Thread.id == thread_id)) if asset else None
    if asset is None or thread is None:
        raise NotFound
    return asset, thread


def visible_comment(user: User, comment_id: int) -> tuple[Asset, Comment]:
    """Return a comment and what it is about, or raise NotFound where the person may not see either."""
    comment = db.session.get(Comment, comment_id)
    if comment is None:
        raise NotFound
    asset, _ = visible_thread(user, comment.thread_id)
    return asset, comment
