"""Which part of the data a report speaks of, and what an address or a command may ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app

from portal.impact.forms import LOGGED, USES
from portal.library.models import ASSET_KINDS
from portal.users.models import Team
from portal.web.formatting import day as day_words
from portal.web.formatting import kind_words

EARLIEST, LATEST = date(1990, 1, 1), date(2199, 12, 31)
BY = {"person": "One row a person", "team": "One row a team"}


@dataclass(frozen=True)
class Period:
    """Days of the organisation's calendar, both ends included; None is open."""

    first: date | None = None
    last: date | None = None

    @property
    def begin(self) -> datetime | None:
        """The moment from which it runs."""
        return _midnight(self.first) if self.first else None

    @property
    def end(self) -> datetime | None:
        """The moment before which it ends."""
        return _midnight(self.last + timedelta(days=1)) if self.last else None

    @property
    def words(self) -> str:
        """Say the period as a reader of the report needs it."""
        if self.first and self.last:
            return f"{day_words(self.first)} to {day_words(self.last)}"
        if self.first:
            return f"Since {day_words(self.first)}"
        return f"Up to {day_words(self.last)}" if self.last else "All time"


def _midnight(day: date) -> datetime:
    zone = ZoneInfo(current_app.config["ORGANISATION_TIME_ZONE"])
    return datetime.combine(day, time.min, zone).astimezone(UTC)


@dataclass(frozen=True)
class Filters:
    """What a report is narrowed to; an empty filter takes everything."""

    period: Period = Period()
    kind: str = ""
    team: Team | None = None
    by: str = "person"
    without_inferred: bool = False

    @property
    def uses_words(self) -> str:
        return dict(USES)[LOGGED if self.without_inferred else ""]

    @property
    def team_id(self) -> int | None:
        return self.team.id if self.team else None

    @property
    def kind_words(self) -> str:
        return kind_words(self.kind) if self.kind else "Every kind"

    @property
    def team_words(self) -> str:
        return self.team.name if self.team else "All teams"


def read_filters(
    asked: Mapping[str, str], teams: Sequence[Team], rows: Mapping[str, str] = BY
) -> tuple[Filters, dict[str, str]]:
    """Read filters from an address or a command, with a message for each that can't be taken, by its name.

    `rows` are what the report can have a row for.
    """
    errors: dict[str, str] = {}
    first, last = (_day(asked.get(name, ""), name, errors) for name in ("from", "to"))
    if first and last and last < first:
        errors["to"] = "The last day is before the first."
    kind, by = asked.get("kind", ""), asked.get("by", "") or "person"
    if kind and kind not in ASSET_KINDS:
        errors["kind"] = "There is no such kind of content."
    if by not in rows:
        errors["by"] = f"Rows are by {' or by '.join(rows)}."
    named = asked.get("team", "").strip()
    team = next((team for team in teams if named in (str(team.id), team.name)), None)
    if named and team is None:
        errors["team"] = "There is no such team, or it is not yours to choose."
    uses = asked.get("uses", "")
    if uses not in dict(USES):
        errors["uses"] = "Uses are all of them, or those that were logged."
    return Filters(Period(first, last), kind, team, by, uses == LOGGED), errors


def _day(text: str, name: str, errors: dict[str, str]) -> date | None:
    if not text.strip():
        return None
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        errors[name] = "Please give a day as in 2026-03-31."
        return None
    if EARLIEST <= found <= LATEST:
        return found
    errors[name] = f"Please give a day between {EARLIEST.year} and {LATEST.year}."
    return None
