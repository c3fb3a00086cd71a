"""Whom an @ can call: people and teams by name, and those of the same name told apart by their team."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from portal.db import db
from portal.users.models import Team, User

NO_TEAM = "no team"
MOST_SUGGESTED = 8


@dataclass(frozen=True)
class Called:
    """Whom one name calls: nobody where several people bear it and it does not say which is meant (`unclear`)."""

    name: str
    user_ids: tuple[int, ...] = ()
    team_id: int | None = None
    unclear: bool = False


@dataclass(frozen=True)
class Suggestion:
    """One line under the text box: what is typed after the @, and a note beside it."""

    label: str
    note: str
    is_team: bool


def labels(beginnings: Collection[str]) -> dict[str, Called]:
    """Return whom each label calls that begins with one of some letters, by the label casefolded.

    That is people, those who have left too, and teams. `beginnings` are single casefolded letters.
    """
    bearers: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    names: dict[str, str] = {}
    told_apart: set[str] = set()
    found = select(User.id, User.name, User.status, Team.name).outerjoin(Team, Team.id == User.team_id)
    for user_id, name, status, team in db.session.execute(found):
        if name[:1].casefold()[:1] not in beginnings:
            continue
        told_apart.add(_apart(name, team).casefold())
        for label in (name, _apart(name, team)):
            names[label.casefold()] = label
            bearers[label.casefold()].append((user_id, status == "active"))
    known = {
        label: _called(names[label], people, is_apart=label in told_apart)
        for label, people in bearers.items()
    }
    teams = db.session.execute(select(Team.name, Team.id)).tuples()
    return known | {name.casefold(): Called(name, team_id=team_id) for name, team_id in teams}


def _called(name: str, bearers: list[tuple[int, bool]], *, is_apart: bool) -> Called:
    """Say whom a name calls: who is here before who has left; several only where their team is said too."""
    here = [user_id for user_id, is_active in bearers if is_active]
    if len(here) > 1 and not is_apart:
        return Called(name, unclear=True)
    return Called(name, tuple(here or [user_id for user_id, _ in bearers]))


def _apart(name: str, team: str | None) -> str:
    return f"{name} ({team or NO_TEAM})"


def labels_of(people: list[User], teams: list[Team]) -> list[str]:
    """Return, casefolded, the labels by which some people and teams may have been called."""
    names = [label for person in people for label in (person.name, _full(person))]
    return [name.casefold() for name in [*names, *(team.name for team in teams)]]


def _full(person: User) -> str:
    return _apart(person.name, person.team.name if person.team else None)


def suggest(text: str) -> list[Suggestion]:
    """Return the active people and the teams that fit what is typed after an @, those that begin so first.

    Two statements, and MOST_SUGGESTED lines at most.
    """
    typed = " ".join(text.split())
    other, homonym = aliased(User), aliased(Team)
    same = select(other.id).where(
        other.id != User.id, other.status == "active", func.lower(other.name) == func.lower(User.name)
    )
    team_too = select(homonym.id).where(func.lower(homonym.name) == func.lower(User.name))
    fit = select(User.id).where(User.status == "active", _fits(User.name, typed))
    best = fit.order_by(*_order(User.name, typed), User.id).limit(MOST_SUGGESTED).subquery()
    people = select(User, or_(same.exists(), team_too.exists())).join(best, best.c.id == User.id)
    found = [
        Suggestion(_full(user) if shared else user.name, user.team.name if user.team else "", is_team=False)
        for user, shared in db.session.execute(people.order_by(*_order(User.name, typed), User.id))
    ]
    return _best([*found, *_teams(typed)], typed)


def _teams(typed: str) -> list[Suggestion]:
    size = func.count(User.id)
    teams = select(Team.name, size).outerjoin(User, (User.team_id == Team.id) & (User.status == "active"))
    teams = teams.where(_fits(Team.name, typed)).group_by(Team.id).order_by(*_order(Team.name, typed))
    return [
        Suggestion(name, f"Team, {people} {'person' if people == 1 else 'people'}", is_team=True)
        for name, people in db.session.execute(teams.limit(MOST_SUGGESTED))
    ]


def _best(found: list[Suggestion], typed: str) -> list[Suggestion]:
    begins = typed.casefold()

    def place(one: Suggestion) -> tuple[bool, bool]:
        label = one.label.casefold()
        return label != begins, not label.startswith(begins)

    return sorted(found, key=place)[:MOST_SUGGESTED]


def _fits(name: InstrumentedAttribute[str], typed: str) -> ColumnElement[bool]:
    """Say in SQL that a name, or a word of it, begins as typed."""
    return or_(name.istartswith(typed, autoescape=True), name.icontains(f" {typed}", autoescape=True))


def _order(name: InstrumentedAttribute[str], typed: str) -> tuple[ColumnElement[bool], ColumnElement[str]]:
    return name.istartswith(typed, autoescape=True).desc(), func.lower(name)
