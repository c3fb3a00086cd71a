"""Asking: what an address asks for, put together with the snapshot that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from portal.db import db
from portal.errors import Invalid, NotFound
from portal.impact.amounts import may_count, may_tell
from portal.impact.cut import words_of
from portal.impact.exploring.computing import Explored, explored
from portal.impact.exploring.listing import Listing, list_content
from portal.impact.forms import Shown, read_shown, read_snapshot
from portal.impact.gathered import FACETS
from portal.impact.method import METHOD_VERSION
from portal.impact.models import ImpactSnapshot
from portal.impact.queries import kept_snapshot, known_content, latest_snapshot
from portal.users.models import User
from portal.users.queries import teams


@dataclass(frozen=True)
class Asked:
    """What is shown, from which snapshot, and what else may be chosen."""

    shown: Shown
    snapshot: ImpactSnapshot  # of all uses, or of the logged ones, as `shown` says
    number: int  # of the snapshot of all uses, which an address names
    choices: Mapping[str, Mapping[str, str]]  # by facet, what may be chosen and what it is called

    @property
    def team_names(self) -> Mapping[str, str]:
        return self.choices["team"]

    @property
    def method(self) -> str:
        """Which method the figures are by: what is narrowed is worked out now, from what was kept then."""
        return METHOD_VERSION if self.shown.chosen.narrows else self.snapshot.method_version


def ask(user: User | None, arguments: Mapping[str, str]) -> Asked | None:
    """Read what an address asks for; None before the first computation. Without a person, as for a command, of all."""
    number = read_snapshot(arguments)
    base = latest_snapshot() if number is None else kept_snapshot(number)
    if base is None:
        return None
    choices = _choices(user, base)
    shown = read_shown(arguments, choices)
    snapshot = base
    if shown.without_inferred and base.without_inferred_id is not None:
        snapshot = db.session.get_one(ImpactSnapshot, base.without_inferred_id)
    return Asked(shown, snapshot, base.id, choices)


def must_ask(user: User | None, arguments: Mapping[str, str]) -> Asked:
    """Read what an address asks for where it can't be mended: before the first computation, or when it is wrong."""
    asked = ask(user, arguments)
    if asked is None:
        raise NotFound("There are no figures yet.")
    if asked.shown.errors:
        raise Invalid(" ".join(asked.shown.errors.values()))
    return asked


def answer(user: User | None, asked: Asked) -> tuple[Explored, Listing]:
    """Return the figures of what is asked for, and the content that this person may know of with them."""
    shown = asked.shown
    found = explored(asked.snapshot, shown.chosen)
    return found, list_content(
        found,
        known_content(user),
        kind=shown.kind,
        verdict=shown.verdict,
        sort=shown.sort,
        tells=partial(may_tell, user, shown.chosen),
        counts=partial(may_count, user, shown.chosen),
    )


def _choices(user: User | None, snapshot: ImpactSnapshot) -> dict[str, dict[str, str]]:
    """What the snapshot's deals can be told apart by; of teams, those whose deals this person may see."""
    held: Mapping[str, tuple[str, ...]] = {}
    if snapshot.cut_sha256 is not None:
        try:
            held = words_of(snapshot.cut_sha256)
        except NotFound:
            held = {}  # the stored figures are there all the same
    found = {name: {word: word for word in sorted(held.get(name, ()), key=str.casefold)} for name in FACETS}
    of_all = user is None or user.sees_all_deals
    names = {str(team.id): team.name for team in teams() if of_all or (user and team.id == user.team_id)}
    found["team"] = {word: name for word, name in names.items() if word in held.get("team", ())}
    return found
