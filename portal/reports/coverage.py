"""The report of coverage: on which closed deals content is logged, by whom, how, and what to do about the rest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import current_app

from portal.db import now
from portal.impact.queries import logged_deals
from portal.reports import coverage_queries as queries
from portal.reports.coverage_queries import ENOUGH_DEALS, FEW, NOBODY, ClosedDeals, Gap
from portal.reports.filters import Filters
from portal.reports.table import Column, Row, Table

COVERAGE_BY = {"person": "One row a person", "team": "One row a team", "month": "One row a month"}
WAYS = {
    "named": ("Named", "Uses whose deal a person named."),
    "sticky": ("Working on it", "Uses while the deal was chosen as the one worked on."),
    "mail": ("By mail", "Uses that a copy of a mail showed and their person confirmed."),
    "meeting": ("By calendar", "Uses that a meeting showed and their person confirmed."),
    "same_day": (
        "That day",
        "Uses of a day on which the person worked on this deal, as the person confirmed.",
    ),
    "imported": ("Imported", "Uses out of a file."),
}
NAMES = {
    "person": (
        Column(
            "person", "Owner", "text", "Who owns the deals; “Nobody here” are owners whom only the CRM knows."
        ),
        Column("team", "Team", "text", "The team that the owner is in now."),
    ),
    "team": (Column("team", "Team", "text", "The team of the deals' owners as it is now."),),
    "month": (Column("month", "Month", "text", "The month in which the deals closed."),),
}
COUNTED = (
    Column("closed", "Deals closed", "count", "Deals that closed in the period, won or lost."),
    Column(
        "logged", "With content", "count", "Those with content logged between their creation and their close."
    ),
    Column("share", "Coverage", "percent", "The share of closed deals with content logged."),
    Column("missing", "Without", "count", "Closed deals on which nobody logged any content."),
)


@dataclass(frozen=True)
class ToDo:
    """Something to do about gaps: what is so, and where to go on."""

    words: str
    address: str
    action: str


@dataclass(frozen=True)
class Coverage:
    """The report: its table, the sum over all rows, what to do, and the largest deals without content."""

    table: Table
    closed: int
    logged: int
    to_do: tuple[ToDo, ...]
    gaps: tuple[Gap, ...]

    @property
    def share(self) -> float | None:
        """The share of closed deals with content logged; None without closed deals."""
        return self.logged / self.closed if self.closed else None


def coverage_of(filters: Filters) -> Coverage:
    """Build the report with what to do about the gaps."""
    groups = queries.closed_deals(filters)
    known = logged_deals(without_inferred=filters.without_inferred)
    closed = {deal_id for group in groups for deal_id in group.deal_ids}
    return Coverage(
        _table(filters, groups, known, queries.ways_of(closed)),
        len(closed),
        len(closed & known),
        tuple(_to_do(filters, groups, known)),
        tuple(queries.largest_gaps(filters, known)),
    )


def coverage_table(filters: Filters) -> Table:
    """Build the rows alone, for files."""
    return coverage_of(filters).table


def _table(
    filters: Filters, groups: list[ClosedDeals], known: set[int], ways: dict[int, Counter[str]]
) -> Table:
    columns = [Column(key, label, "count", definition) for key, (label, definition) in WAYS.items()]
    return Table(
        name="coverage",
        title="Coverage",
        columns=(*NAMES[filters.by], *COUNTED, *columns),
        rows=tuple(_row(group, known, ways, filters.by) for group in groups),
        filters=(
            ("Team", filters.team_words),
            ("Rows", COVERAGE_BY[filters.by]),
            ("Uses", filters.uses_words),
        ),
        period=filters.period.words,
        data_as_of=now(),
        notes=(
            "A deal counts as covered by one use that was sent, presented, downloaded or looked at for it, from its"
            " creation to its close. The last columns count all uses on these deals.",
        ),
        currency=current_app.config["BASE_CURRENCY"],
        drawn="missing",
    ).sorted_by("-month" if filters.by == "month" else "-missing")


def _row(group: ClosedDeals, known: set[int], ways: dict[int, Counter[str]], by: str) -> Row:
    closed = len(group.deal_ids)
    logged = sum(deal_id in known for deal_id in group.deal_ids)
    counted: Counter[str] = Counter()
    for deal_id in group.deal_ids:
        counted.update(ways.get(deal_id, {}))
    names = (group.name, group.team) if by == "person" else (group.name,)
    address = _deals_of(group.name) if by == "person" and group.name != NOBODY else None
    numbers = (closed, logged, logged / closed, closed - logged)
    return Row((*names, *numbers, *(counted[way] for way in WAYS)), address)


def _deals_of(name: str) -> str:
    return f"/deals?{urlencode({'view': 'all', 'q': name, 'sort': '-close'})}"


def _to_do(filters: Filters, groups: list[ClosedDeals], known: set[int]) -> list[ToDo]:
    """Say what would close gaps, the surest first."""
    found = []
    uses, people = queries.waiting_proposals(filters)
    if uses:
        words = (
            f"{_many(uses, 'probable use')} {_wait(uses)} for a yes from {_many(people, 'person', 'people')}."
        )
        found.append(ToDo(words, "/reports/adoption", "See who uses the portal"))
    if current_app.config["CAPTURE_DOMAIN"]:
        without, reps = queries.without_address(filters)
        if without:
            words = f"{without:,} of {_many(reps, 'rep')} never looked up the address that logs their mails."
            found.append(ToDo(words, "/me/capture", "See how it works"))
    else:
        found.append(
            ToDo(
                "Mails do not log themselves here yet: the setting CAPTURE_DOMAIN is empty.",
                "/me/capture",
                "See how it works",
            )
        )
    if filters.by == "person":
        found += _owners(groups, known)
    return found


def _owners(groups: list[ClosedDeals], known: set[int]) -> list[ToDo]:
    lines = []
    for group in groups:
        closed, logged = len(group.deal_ids), sum(deal_id in known for deal_id in group.deal_ids)
        if group.name == NOBODY:
            words = f"{_many(closed, 'closed deal')} {'belongs' if closed == 1 else 'belong'} to nobody of the portal."
            lines.append((closed, ToDo(words, "/deals/owners", "Match owners")))
        elif closed >= ENOUGH_DEALS and logged < closed * FEW:
            words = f"{group.name} closed {_many(closed, 'deal')}, {logged or 'none'} with content logged."
            lines.append((closed - logged, ToDo(words, _deals_of(group.name), "Look at the deals")))
    return [line for _, line in sorted(lines, key=lambda line: -line[0])[:5]]


def _many(number: int, one: str, more: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def _wait(number: int) -> str:
    return "waits" if number == 1 else "wait"
