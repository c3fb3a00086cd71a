"""Questions about threads; which of them a person may see is decided here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, and_, case, or_, select
from sqlalchemy.orm import joinedload

from portal.content_requests.models import ContentRequest
from portal.db import chunks, db
from portal.errors import NotFound
from portal.feedback.models import Comment, CommentEdit, Mention, Thread
from portal.feedback.threads.naming import marked
from portal.feedback.threads.people import labels_of
from portal.feedback.threads.subjects import About, Subject, subject_of, visible_subject
from portal.library.models import Asset, Contribution, Review, Reviewer, Version
from portal.library.queries import shown_versions
from portal.library.serving import page_word
from portal.richtext import short_html
from portal.users.models import Team, User

MOST_SHOWN = 200
MOST_FORMER = 300


@dataclass(frozen=True)
class ThreadPanel:
    """The conversations about one thing that a person may see, the latest MOST_SHOWN of them.

    `resolvable` are the ids of those that this person may resolve or open again; `words` says by id what the pages of
    the thread's version are called. `early` are those from before what they are about was published, which are not
    for everyone. `html` and `former` give by comment its words, and what it said before (the newest MOST_FORMER).
    """

    subject: Subject
    open: list[Thread]
    resolved: list[Thread]
    resolvable: set[int]
    removable: set[int]
    early: set[int]
    words: dict[int, str]
    html: dict[int, Markup]
    former: dict[int, list[CommentEdit]]
    more: bool


def threads_of(subject: Subject, user: User) -> Select[tuple[Thread]]:
    """Select the threads about something that this person sees, who sees the thing itself; newest first."""
    seen = select(Thread).where(_is_about(subject.about), seen_by(user, subject))
    return seen.order_by(Thread.resolved_at.is_not(None), Thread.id.desc())


def _whole(threads: Select[tuple[Thread]]) -> Select[tuple[Thread]]:
    """Load what a page shows of threads with them, all in one statement."""
    comments = joinedload(Thread.comments)
    return threads.options(
        joinedload(Thread.version).load_only(Version.number, Version.filename, Version.published_at),
        joinedload(Thread.resolved_by),
        joinedload(Thread.team),
        comments.joinedload(Comment.author),
        comments.joinedload(Comment.removed_by),
    )


def _is_about(about: About) -> ColumnElement[bool]:
    if isinstance(about, Asset):
        return Thread.asset_id == about.id
    return Thread.request_id == about.id if isinstance(about, ContentRequest) else Thread.deal_id == about.id


def seen_by(user: User, subject: Subject) -> ColumnElement[bool]:
    """Say in SQL which threads about something a person sees who sees the thing itself.

    One with a team is for those who are in it now, whatever their role.
    """
    own_team = and_(Thread.team_id == user.team_id, Thread.team_id.is_not(None))
    audience = or_(Thread.team_id.is_(None), own_team)
    return and_(audience, _seen_in_time(user, subject.asset)) if subject.asset else audience


def _seen_in_time(user: User, asset: Asset) -> ColumnElement[bool]:
    """Say which threads about content are not from before a person could see it.

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


def is_early(thread: Thread, asset: Asset) -> bool:
    """Say whether a thread is from before what it is about was published, and so not for everyone."""
    since = thread.version.published_at if thread.version else asset.published_at
    return asset.is_published and (since is None or since > thread.created_at)


def thread_panel(about: About, user: User) -> ThreadPanel:
    """Return what the page of content, a request or a deal shows of its threads, in three statements at most."""
    subject = subject_of(about)
    found = _whole(threads_of(subject, user).limit(MOST_SHOWN + 1))
    threads = list(db.session.scalars(found).unique())
    shown, asset = threads[:MOST_SHOWN], subject.asset
    comments = [said for thread in shown for said in thread.comments if said.removed_at is None]
    return ThreadPanel(
        subject=subject,
        open=[thread for thread in shown if thread.resolved_at is None],
        resolved=[thread for thread in shown if thread.resolved_at is not None],
        resolvable={thread.id for thread in shown if may_resolve(thread, subject, user)},
        removable={said.id for said in comments if may_remove(said, user)},
        early={thread.id for thread in shown if asset and is_early(thread, asset)},
        words={thread.id: page_word(thread.version) for thread in shown},
        html=_html_of(comments),
        former=_former_of(comments),
        more=len(threads) > MOST_SHOWN,
    )


def _html_of(comments: Sequence[Comment]) -> dict[int, Markup]:
    """Return the words of comments by id as HTML, with whom they call set apart; one statement where any is."""
    calling = [said.id for said in comments if "@" in said.body]
    people: dict[int, list[User]] = defaultdict(list)
    teams: dict[int, list[Team]] = defaultdict(list)
    options = joinedload(Mention.user), joinedload(Mention.team)
    for part in chunks(calling):
        found = select(Mention).where(Mention.comment_id.in_(part)).options(*options)
        for mention in db.session.scalars(found):
            if mention.user:
                people[mention.comment_id].append(mention.user)
            if mention.team:
                teams[mention.comment_id].append(mention.team)
    html = {said.id: short_html(said.body) for said in comments}
    for comment_id in {*people, *teams}:
        named = labels_of(people[comment_id], teams[comment_id])
        html[comment_id] = marked(html[comment_id], set(named))
    return html


def _former_of(comments: Sequence[Comment]) -> dict[int, list[CommentEdit]]:
    """Return what comments said before they were changed, by id and newest first; one statement where any was."""
    changed = [said.id for said in comments if said.edited_at]
    former: dict[int, list[CommentEdit]] = defaultdict(list)
    for part in chunks(changed):
        found = select(CommentEdit).where(CommentEdit.comment_id.in_(part)).order_by(CommentEdit.id.desc())
        for edit in db.session.scalars(found.limit(MOST_FORMER)):
            former[edit.comment_id].append(edit)
    return former


def may_resolve(thread: Thread, subject: Subject, user: User) -> bool:
    """Say whether a person who sees a thread may close it.

    That is whoever began it, marketing, who looks after what it is about, and in a team's own thread anybody in it.
    """
    return (
        user.is_marketing or thread.team_id is not None or user.id in {thread.created_by_id, *subject.people}
    )


def may_remove(comment: Comment, user: User) -> bool:
    """Say whether a person who sees a comment may take its words away: its author and marketing, once."""
    return comment.removed_at is None and (user.is_marketing or comment.author_id == user.id)


def visible_thread(user: User, thread_id: int) -> tuple[Subject, Thread]:
    """Return a thread and what it is about, or raise NotFound where the person may not see either."""
    thread = db.session.get(Thread, thread_id)
    if thread is None:
        raise NotFound
    subject = visible_subject(user, thread)
    if db.session.scalar(threads_of(subject, user).where(Thread.id == thread_id)) is None:
        raise NotFound
    return subject, thread


def visible_comment(user: User, comment_id: int) -> tuple[Subject, Comment]:
    """Return a comment and what it is about, or raise NotFound where the person may not see either."""
    comment = db.session.get(Comment, comment_id)
    if comment is None:
        raise NotFound
    subject, _ = visible_thread(user, comment.thread_id)
    return subject, comment
