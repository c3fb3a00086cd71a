"""Lists: the six lists by name, with their headings, rules and Tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from flask import current_app

from portal.db import now
from portal.impact.exploring.asking import Asked
from portal.impact.exploring.periods import period_words
from portal.impact.exploring.wording import filters_in_words
from portal.impact.words import LIMITS
from portal.reports.actions import fixing, leaning, missing, promoting, rules, unused
from portal.reports.actions.figured import Figured, figured
from portal.reports.actions.lines import Found
from portal.reports.table import Column, Row, Table
from portal.users.models import User
from portal.web.formatting import exact

MOST_ROWS = 5_000


@dataclass
class Reader:
    """Who reads, and which deals were chosen, if there are any figures; these are worked out once for all lists."""

    user: User
    asked: Asked | None

    @cached_property
    def figures(self) -> Figured:
        return figured(self.asked)


@dataclass(frozen=True)
class ActionList:
    """One list; its heading names the sheet of its file too, and `nothing` is said where it is empty.

    `find` takes who reads, how many lines and from where; `by_deals` says that the deals chosen narrow it.
    """

    name: str
    heading: str
    icon: str
    rule: str
    nothing: str
    columns: tuple[Column, ...]
    drawn: str
    find: Callable[[Reader, int, int], Found]
    by_deals: bool = False


LISTS = {
    one.name: one
    for one in (
        ActionList(
            "promote",
            "Promote",
            "trending-up",
            rules.PROMOTE,
            "No content is both clearly won with more often and little used; what is clear is in use already.",
            promoting.COLUMNS,
            "difference",
            lambda reader, limit, offset: promoting.promote(reader.user, reader.figures, limit, offset),
            by_deals=True,
        ),
        ActionList(
            "fix",
            "Fix",
            "pencil",
            rules.FIX,
            "No content that is used much is rated low while a gain is ruled out.",
            fixing.COLUMNS,
            "deals",
            lambda reader, limit, offset: fixing.fix(reader.user, reader.figures, limit, offset),
            by_deals=True,
        ),
        ActionList(
            "not-found",
            "Unused, not found",
            "search-x",
            rules.NOT_FOUND,
            "Whatever is published was used or at least looked at in the last 90 days, or is younger than that.",
            unused.NOT_FOUND_COLUMNS,
            "ratings",
            lambda reader, limit, offset: unused.not_found(reader.user, limit, offset),
        ),
        ActionList(
            "not-trusted",
            "Unused, not trusted",
            "archive",
            rules.NOT_TRUSTED,
            "Nothing that sales looks at is left unused.",
            unused.NOT_TRUSTED_COLUMNS,
            "looks",
            lambda reader, limit, offset: unused.not_trusted(reader.user, limit, offset),
        ),
        ActionList(
            "missing",
            "Missing",
            "search",
            rules.MISSING,
            "Every search of sales found something, or there is a request for it.",
            missing.COLUMNS,
            "pipeline",
            lambda reader, limit, offset: missing.missing(limit, offset),
        ),
        ActionList(
            "leaning",
            "Open deals on expiring content",
            "hourglass",
            rules.LEANING,
            "No open deal leans on content that expires soon.",
            leaning.COLUMNS,
            "amount",
            lambda reader, limit, offset: leaning.lean(reader.user, limit, offset),
        ),
    )
}


def table_of(one: ActionList, reader: Reader) -> Table:
    """Build the Table of a list, for its files."""
    found = one.find(reader, MOST_ROWS, 0)
    asked = reader.asked if one.by_deals else None
    notes = [one.rule]
    if asked and reader.figures.coverage:
        notes += [reader.figures.coverage, LIMITS]
    if found.total > len(found.lines):
        notes.append(f"Only the first {MOST_ROWS:,} rows are in this file.")
    if not found.lines:
        notes.append(found.nothing or one.nothing)
    snapshot, chosen = (asked.snapshot, asked.shown.chosen) if asked else (None, None)
    return Table(
        name=f"actions-{one.name}",
        title=one.heading,
        columns=one.columns,
        rows=tuple(Row(line.values, line.address) for line in found.lines),
        filters=_read(asked) if asked else (),
        period=period_words(chosen.begin, chosen.end) if chosen else "Now",
        data_as_of=(snapshot.data_as_of or snapshot.computed_at) if snapshot else now(),
        notes=tuple(notes),
        currency=current_app.config["BASE_CURRENCY"],
        drawn=one.drawn,
    )


def _read(asked: Asked) -> tuple[tuple[str, str], ...]:
    """Say which deals were chosen and which figures were read; kind and verdict narrow a list of content, not these."""
    said = filters_in_words(asked.shown, asked.team_names)
    chosen = tuple(pair for pair in said if pair[0] not in ("Kind of content", "Verdict"))
    figures = f"snapshot {asked.number}, worked out {exact(asked.snapshot.computed_at)}"
    return (*chosen, ("Figures by", asked.method), ("Figures", figures))
