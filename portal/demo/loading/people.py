"""The made-up company's people, teams and vocabulary."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.db import db
from portal.demo.company import PEOPLE, TEAMS, VOCABULARY
from portal.demo.loading.numbers import Numbers
from portal.library.vocabulary import ensure_facets, term_for
from portal.users.passwords import hash_password
from portal.users.services import create_team, create_user

PASSWORD = "tandem-demo"  # noqa: S105 - it is printed on the sign-in page of every demo
_HERE_FOR = timedelta(days=560)


def add_people(numbers: Numbers, moment: datetime) -> None:
    """Add teams and people, who all share one password, hashed once."""
    teams = {name: create_team(name) for name in TEAMS}
    password_hash = hash_password(PASSWORD)
    for person in PEOPLE:
        user = create_user(
            person.email, name=person.name, role=person.role, team=teams.get(person.team or "")
        )
        user.password_hash, user.time_zone = password_hash, person.time_zone
        user.created_at = moment - _HERE_FOR
        numbers.people[person.email] = user.id
    db.session.flush()


def add_vocabulary() -> dict[str, dict[str, int]]:
    """Add every facet's terms and return their ids by facet and name."""
    facets = ensure_facets()
    return {
        key: {name: term_for(facets[key], name).id for name in names} for key, names in VOCABULARY.items()
    }
