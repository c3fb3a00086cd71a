"""Whom the owner cells of a file name: people who are known, or placeholders that the import will add."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.db import db
from portal.deals.keeping import keep_before, keep_new
from portal.deals.owners.matching import Said
from portal.deals.owners.queries import OwnerKey
from portal.deals.reading import UserRow
from portal.errors import PortalError
from portal.users.models import Team, User
from portal.users.services import create_team, create_user, normal_email

LONGEST_NAME = 200
LONGEST_TEAM = 120
# An import never hands out what an admin may do.
IMPORTED_ROLES = ("rep", "marketer", "manager")


@dataclass(eq=False, slots=True)
class Person:
    """Somebody who can own deals; `id` is None until the import has added them."""

    id: int | None
    name: str
    email: str | None
    team: str | None
    role: str
    is_placeholder: bool
    changed: bool = False


class People:
    """All people known, with those that the files add.

    What somebody said of an owner comes first; then emails are compared, then whole names.
    """

    def __init__(self, known: Iterable[Person], said: Mapping[OwnerKey, int | None]) -> None:
        self.kept: dict[str, Person] = {}
        self.added: list[Person] = []
        self.unclear: dict[str, int] = {}
        self._all: list[Person] = []
        self._by_email: dict[str, Person] = {}
        self._by_name: dict[str, list[Person]] = {}
        self._said = Said(said)
        self._by_id: dict[int, Person] = {}
        for person in known:
            self._keep(person)

    @property
    def changed(self) -> list[Person]:
        """The people known before to whom the files add an email or a team."""
        return [person for person in self._all if person.changed and person.id is not None]

    def owner(self, name: str, email: str, known: Mapping[str, Any] | None = None) -> Person | None:
        """Return the person whom a deal's owner cells name, adding a placeholder for somebody unknown.

        `known` is the deal as it was: somebody known by name stays its owner when a file adds an email to the name.
        """
        email = _email(email)
        if not name and not email:
            return None
        answer = self._said.of(name, email)
        if answer is not None:
            return self._by_id.get(answer.user_id or 0)
        before = self._owner_before(name, email, known) if known and email else None
        if before is not None:
            return before
        person = self._find(name, email)
        if person is None:
            return None if self._is_unclear(name, email) else self._add(name, email)
        self._learn(person, email, "")
        return person

    def enrich(self, row: UserRow) -> str:
        """Take a row of the users file and say what came of it: new, changed or unchanged."""
        email, team = _email(row.email), row.team[:LONGEST_TEAM]
        if self._said.of(row.name, email) is not None:
            return "unchanged"
        person = self._find(row.name, email)
        if person is None:
            person = self._add(row.name, email)
            person.team = team or None
            person.role = row.role if row.role in IMPORTED_ROLES else "rep"
            return "new"
        return "changed" if self._learn(person, email, team) else "unchanged"

    def _find(self, name: str, email: str) -> Person | None:
        if email and email in self._by_email:
            return self._by_email[email]
        named = self._by_name.get(name.casefold(), []) if name else []
        if email:
            # Somebody of that name with another email is somebody else.
            named = [person for person in named if person.email is None]
        return named[0] if len(named) == 1 else None

    def _owner_before(self, name: str, email: str, known: Mapping[str, Any]) -> Person | None:
        before, other = self._by_id.get(known["owner_id"] or 0), self._by_email.get(email)
        is_same = name.casefold() == (known["owner_name"] or "").casefold()
        if not (name and is_same and known["owner_email"] in (None, email)):
            return None
        if before is None or before.is_placeholder or (other is not None and not other.is_placeholder):
            return None
        if known["owner_email"] is None:
            self.kept[email] = before
        return before

    def _learn(self, person: Person, email: str, team: str) -> bool:
        """Take over what a file adds about a placeholder; people who sign in have their facts from an admin."""
        facts = (person.email or email or None, team or person.team)
        if not person.is_placeholder or facts == (person.email, person.team):
            return False
        person.email, person.team = facts
        person.changed = True
        if person.email:
            self._by_email[person.email] = person
        return True

    def _is_unclear(self, name: str, email: str) -> bool:
        if email or len(self._by_name.get(name.casefold(), [])) < 2:
            return False
        self.unclear[name] = self.unclear.get(name, 0) + 1
        return True

    def _add(self, name: str, email: str) -> Person:
        person = Person(None, (name or email)[:LONGEST_NAME], email or None, None, "rep", True)
        self.added.append(person)
        self._keep(person)
        if name and len(name) > LONGEST_NAME:
            self._by_name.setdefault(name.casefold(), []).append(person)
        return person

    def _keep(self, person: Person) -> None:
        self._all.append(person)
        if person.id is not None:
            self._by_id[person.id] = person
        if person.email:
            self._by_email[person.email] = person
        self._by_name.setdefault(person.name.casefold(), []).append(person)


def _email(text: str) -> str:
    try:
        return normal_email(text) if text else ""
    except PortalError:
        return ""


def known_people(said: Mapping[OwnerKey, int | None]) -> People:
    """Return everybody in the portal, ready to be matched, with what was said of a CRM's owners."""
    found = select(User.id, User.name, User.email, Team.name, User.role, User.status)
    rows = db.session.execute(found.outerjoin(Team, Team.id == User.team_id).order_by(User.id))
    known = (
        Person(user_id, name, email, team, role, status == "placeholder")
        for user_id, name, email, team, role, status in rows
    )
    return People(known, said)


def store_people(people: People, import_id: int) -> None:
    """Add the placeholders and what was learnt about others; every person has an id afterwards."""
    changed = people.changed
    team_of = _teams({person.team for person in (*people.added, *changed) if person.team}, import_id)
    for person in people.added:
        team = team_of.get(person.team or "")
        user = create_user(person.email, name=person.name, role=person.role, team=team, status="placeholder")
        person.id = user.id
    keep_new(import_id, "users", (person.id for person in people.added if person.id))
    before: dict[int, dict[str, Any]] = {}
    for person in changed:
        user = db.session.get_one(User, person.id)
        before[user.id] = {"email": user.email, "team_id": user.team_id}
        user.email = person.email
        user.team_id = team_of[person.team].id if person.team else None
    keep_before(import_id, "users", before)
    db.session.flush()


def _teams(names: set[str], import_id: int) -> dict[str, Team]:
    known = set(db.session.scalars(select(Team.name)))
    teams = {name: create_team(name) for name in sorted(names)}
    keep_new(import_id, "teams", (team.id for name, team in teams.items() if team.name not in known))
    return teams
