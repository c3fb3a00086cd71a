"""Questions about threads; which of them a person may see is decided here."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, or_, select
from sqlalchemy.orm import joinedload, selectinload

from portal.db import db
from portal.errors import NotFound
from portal.feedback.models import Comment, Thread
from portal.library.models import Asset, Contribution, Review, Reviewer, Version
from portal.library.queries import reachable_assets, shown_versions
from portal.library.serving import page_word
from portal.users.models import User

MOST_SHOWN = 200


@dataclass(frozen=True)
class ThreadPanel:
    """The conversations about one piece of content that a person may see, the latest MOST_SHOWN of them.

    `resolvable` are the ids of those that this person may resolve or open again; `words` says by id what the pages of
    the thread's version are called. `early` are those from before what they are about was published, which are not
    for everyone.
    """

    open: list[Thread]
    resolved: list[Thread]
    resolvable: set[int]
    removable: set[int]
    early: set[int]
    words: dict[int, str]
    more: bool


def threads_of(asset: Asset, user: User) -> Select[tuple[Thread]]:
    """Select the threads about content that this person sees, newest first."""
    comments = selectinload(Thread.comments)
    return (
        select(Thread)
        .where(Thread.asset_id == asset.id, seen_by(user, asset))
        .options(
            joinedload(Thread.version).load_only(Version.number, Version.filename, Version.published_at),
            joinedload(Thread.resolved_by),
            comments.joinedload(Comment.author),
            comments.joinedload(Comment.removed_by),
        )
        .order_by(Thread.resolved_at.is_not(None), Thread.id.desc())
    )


def seen_by(user: User, asset: Asset) -> ColumnElement[bool]:
    """Say in SQL which threads about content a person sees who sees the content.

    What was said before it was published stays among those who saw it then: marketing, the owner, those who were
    asked, the team of the rep who brought it, and whoever took part.
    """
    versions = shown_versions(user, asset).with_only_columns(Version.id)
    shown = or_(Thread.version_id.is_(None), Thread.version_id.in_(versions))
    if user.is_marketing or user.id == asset.owner_id:
        return shown
    said = select(Comment.id).where(Comment.thread_id == Thread.id, Comment.author_id == user.id)
    took_part = or_(Thread.created_by_id == user.id, said.exists())
    return and_(shown, or_(_is_public(asset), took_part, _was_asked(user), _of_the_team(user)))


def _is_public(asset: Asset) -> ColumnElement[bool]:
    published = select(Version.published_at).where(Version.id == Thread.version_id).scalar_subquery()
    return case((Thread.version_id.is_(None), asset.published_at), else_=published) <= Thread.created_at


def _was_asked(user: User) -> ColumnElement[bool]:
    asked = select(Review.id).join(Reviewer, Reviewer.review_id == Review.id)
    asked = asked.where(Reviewer.user_id == user.id, Review.version_id == Thread.version_id)
    # Who had been asked no more when it began has not seen it.
    return asked.where(or_(Review.state != "withdrawn", Review.closed_at >= Thread.created_at)).exists()


def _of_the_team(user: User) -> ColumnElement[bool]:
    undecided = or_(Contribution.decided_at.is_(None), Contribution.decided_at >= Thread.created_at)
    brought = select(Contribution.id).join(User, User.id == Contribution.contributed_by_id)
    brought = brought.where(Contribution.asset_id == Thread.asset_id, undecided)
    mates = and_(User.team_id == user.team_id, User.team_id.is_not(None))
    return brought.where(or_(User.id == user.id, mates)).exists()


def _is_early(thread: Thread, asset: Asset) -> bool:
    since = thread.version.published_at if thread.version else asset.published_at
    return asset.is_published and (since is None or since > thread.created_at)


def thread_panel(asset: Asset, user: User) -> ThreadPanel:
    """Return what the page of content shows of its threads, in two statements however many there are."""
    threads = list(db.session.scalars(threads_of(asset, user).limit(MOST_SHOWN + 1)))
    shown = threads[:MOST_SHOWN]
    return ThreadPanel(
        open=[thread for thread in shown if thread.resolved_at is None],
        resolved=[thread for thread in shown if thread.resolved_at is not None],
        resolvable={thread.id for thread in shown if may_resolve(thread, asset, user)},
        removable={said.id for thread in shown for said in thread.comments if may_remove(said, user)},
        early={thread.id for thread in shown if _is_early(thread, asset)},
        words={thread.id: page_word(thread.version) for thread in shown},
        more=len(threads) > MOST_SHOWN,
    )


def may_resolve(thread: Thread, asset: Asset, user: User) -> bool:
    """Say whether a person who sees a thread may close it: whoever began it, marketing, and the owner."""
    return user.is_marketing or user.id in (thread.created_by_id, asset.owner_id)


def may_remove(comment: Comment, user: User) -> bool:
    """Say whether a person who sees a comment may take its words away: its author and marketing, once."""
    return comment.removed_at is None and (user.is_marketing or comment.author_id == user.id)


def visible_thread(user: User, thread_id: int) -> tuple[Asset, Thread]:
    """Return a thread and what it is about, or raise NotFound where the person may not see either."""
    found = reachable_assets(user).join(Thread, Thread.asset_id == Asset.id).where(Thread.id == thread_id)
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
