"""Who is told of what is said in a thread: those who take part, those who are named, and nobody who may not read it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.feedback.models import Comment, Mention, Thread
from portal.feedback.threads.naming import beginnings, called
from portal.feedback.threads.people import labels
from portal.feedback.threads.queries import is_early, seen_by
from portal.feedback.threads.subjects import Subject, those_who_see
from portal.notifications.services import Group, notify_many
from portal.richtext import short_html
from portal.users.models import Team, User

EXCERPT = 120
MOST_UNTOLD = 5


@dataclass(frozen=True)
class Named:
    """Whom a comment names that it did not name before, and the names in it that several people bear."""

    user_ids: frozenset[int]
    team_ids: frozenset[int]
    unclear: tuple[str, ...]


def keep_mentions(comment: Comment) -> Named:
    """Bring what is stored of whom a comment names in step with its words; return what is new."""
    markup = short_html(comment.body) if "@" in comment.body else ""
    letters = beginnings(markup)
    known = labels(letters) if letters else {}
    labelled = called(markup, known)
    meant = [known[label] for label in labelled]
    users = {user_id for one in meant for user_id in one.user_ids}
    teams = {one.team_id for one in meant if one.team_id is not None}
    stored = list(db.session.scalars(select(Mention).where(Mention.comment_id == comment.id)))
    old_users, old_teams = {row.user_id for row in stored}, {row.team_id for row in stored}
    gone = [row.id for row in stored if not (row.user_id in users or row.team_id in teams)]
    if gone:
        db.session.execute(delete(Mention).where(Mention.id.in_(gone)))
    new_users, new_teams = frozenset(users - old_users), frozenset(teams - old_teams)
    db.session.add_all(Mention(comment_id=comment.id, user_id=one) for one in sorted(new_users))
    db.session.add_all(Mention(comment_id=comment.id, team_id=one) for one in sorted(new_teams))
    db.session.flush()
    return Named(new_users, new_teams, tuple(one.name for one in meant if one.unclear))


def tell_named(
    subject: Subject, comment: Comment, by: User, named: Named
) -> tuple[set[int], tuple[str, ...]]:
    """Tell those who are named, each once per comment; return who they are, and sentences on who is not told."""
    if not (named.user_ids or named.team_ids or named.unclear):
        return set(), ()
    untold = [
        f"Several people are called {name}, so none was told: add the team, as in @{name} (Team)."
        for name in named.unclear
    ]
    people = _people(User.id.in_(named.user_ids)) if named.user_ids else []
    teams = list(db.session.scalars(select(Team).where(Team.id.in_(named.team_ids)).order_by(Team.name)))
    members = _people(User.team_id.in_(named.team_ids), User.status == "active") if teams else []
    here = [person for person in people if person.status == "active"]
    seeing = set(_who_reads(subject, comment.thread, {one.id: one for one in [*here, *members]}.values()))
    untold += [_left(person) for person in people if person.status != "active"]
    untold += [
        f"{person.name} does not see this, so was not told."
        for person in here
        if person.id not in seeing | {by.id}
    ]
    untold += filter(None, (_team_untold(team, members, seeing | {by.id}) for team in teams))
    direct = {person.id for person in here} & seeing - {by.id}
    _tell_of_mention(direct, "you", subject, comment, by)
    _tell_of_mention(seeing - direct - {by.id}, "your team", subject, comment, by)
    if len(untold) > MOST_UNTOLD:
        untold = [*untold[:MOST_UNTOLD], f"{len(untold) - MOST_UNTOLD} more who are named were not told."]
    return seeing, tuple(untold)


def tell_of_comment(subject: Subject, comment: Comment, by: User, but: Collection[int]) -> None:
    """Tell who takes part in a thread, and who looks after what it is about, that something was said."""
    thread = comment.thread
    said = select(Comment.author_id).where(Comment.thread_id == thread.id).distinct()
    people = {*db.session.scalars(said), thread.created_by_id, *subject.people} - {by.id, None, *but}
    notify_many(
        who_still_reads(subject, thread, people),
        kind="comment",
        title=_title(f"{by.name} on", subject, comment),
        address=address_of(subject, thread),
        event_key=f"comment:{comment.id}",
        group=Group(f"comments:{thread.id}", f"new comments on “{subject.title[:150]}”"),
    )


def who_still_reads(subject: Subject, thread: Thread, person_ids: Collection[int | None]) -> list[int]:
    """Return those of some people who can sign in and read a thread, a handful as a rule."""
    return _who_reads(subject, thread, _people(User.id.in_(person_ids), User.status == "active"))


def address_of(subject: Subject, thread: Thread) -> str:
    """Return where a thread stands on the page of what it is about."""
    return f"{subject.address}#thread-{thread.id}"


def _people(*conditions: object) -> list[User]:
    found = select(User).where(*conditions).options(joinedload(User.team))  # type: ignore[arg-type]
    return list(db.session.scalars(found.order_by(User.name, User.id)))


def _who_reads(subject: Subject, thread: Thread, people: Iterable[User]) -> list[int]:
    if thread.team_id is not None:
        people = [person for person in people if person.team_id == thread.team_id]
    seeing, asset = those_who_see(subject, people), subject.asset
    if asset and (is_early(thread, asset) or not asset.is_live):
        mine = select(Thread.id).where(Thread.id == thread.id)
        seeing = [one for one in seeing if db.session.scalar(mine.where(seen_by(one, subject))) is not None]
    return [person.id for person in seeing]


def _tell_of_mention(
    people: Collection[int], whom: str, subject: Subject, comment: Comment, by: User
) -> None:
    notify_many(
        sorted(people),
        kind="mention",
        title=_title(f"{by.name} named {whom} on", subject, comment),
        address=address_of(subject, comment.thread),
        event_key=f"mention:{comment.id}",
    )


def _title(opening: str, subject: Subject, comment: Comment) -> str:
    """Say what is said; what a team says among itself is not repeated where somebody who left it still reads it."""
    if comment.thread.team_id is not None:
        return f"{opening} “{subject.title[:100]}”, in a conversation of your team"
    excerpt = " ".join(comment.body.split())
    excerpt = excerpt if len(excerpt) <= EXCERPT else f"{excerpt[:EXCERPT].rstrip()}…"
    return f"{opening} “{subject.title[:100]}”: {excerpt}"


def _left(person: User) -> str:
    if person.status == "disabled":
        return f"{person.name} has left and is not told."
    return f"{person.name} does not sign in here and is not told."


def _team_untold(team: Team, members: list[User], told: Collection[int]) -> str:
    own = [member.id for member in members if member.team_id == team.id]
    out = sum(member not in told for member in own)
    if not own:
        return f"Nobody is in {team.name} at present, so nobody was told."
    if out == len(own):
        return f"{team.name} does not see this, so was not told."
    return f"{out} of {len(own)} in {team.name} do not see this, so were not told." if out else ""
