"""The adoption report: who searches, uses content, logs it on deals, rates it and asks for more."""

from __future__ import annotations

from collections import Counter

from flask import current_app

from portal.db import now
from portal.impact.queries import logged_deals
from portal.reports import queries
from portal.reports.filters import BY, Filters
from portal.reports.table import Column, Row, Table, Value

COUNTED = (
    Column("searches", "Searches", "count", "How many searches were made."),
    Column("in_vain", "Found nothing", "count", "Searches that found nothing."),
    Column("uses", "Uses", "count", "How often content was looked at, downloaded, presented or sent."),
    Column(
        "deals",
        "Deals with content logged",
        "count",
        "Deals, open or closed, on which these people used content in the period.",
    ),
    Column(
        "closed", "Own deals closed", "count", "Deals that these people own and that closed in the period."
    ),
    Column(
        "share",
        "Closed with content",
        "percent",
        "The share of these closed deals on which anybody logged content from their creation to their close.",
    ),
    Column("ratings", "Ratings", "count", "Ratings given or changed."),
    Column("requests", "Requests", "count", "Requests that were made."),
)
PERSON = (
    Column("person", "Person", "text", "Reps, and managers who did any of this."),
    Column("team", "Team", "text", "The team that the person is in now."),
)
TEAM = (
    Column("team", "Team", "text", "The teams of reps and managers as they are now."),
    Column("people", "Reps", "count", "Reps who are in the team now."),
)


def adoption_table(filters: Filters) -> Table:
    """Build the report of people or teams of sales, those who use content most first."""
    by_person = filters.by == "person"
    rows, idle = _rows(filters)
    return Table(
        name="adoption",
        title="Adoption",
        columns=(*(PERSON if by_person else TEAM), *COUNTED),
        rows=rows,
        filters=(("Team", filters.team_words), ("Rows", BY[filters.by]), ("Uses", filters.uses_words)),
        period=filters.period.words,
        data_as_of=now(),
        notes=_notes(idle),
        currency=current_app.config["BASE_CURRENCY"],
        drawn="deals",
    ).sorted_by("-uses")


def _notes(idle: int) -> tuple[str, ...]:
    """Say who of those whom only an import names is in the rows, and how many are not."""
    listed = (
        "People whom only an import names are listed when they own deals that closed in the period or were seen"
        " using content; they have not signed in."
    )
    if not idle:
        return (listed,)
    return (
        listed,
        f"{idle:,} {'person' if idle == 1 else 'people'} whom only an import names did none of this, and"
        f" {'is' if idle == 1 else 'are'} left out.",
    )


def _rows(filters: Filters) -> tuple[tuple[Row, ...], int]:
    """Return the rows, and how many people whom only an import names are left out."""
    searched, in_vain = queries.searches(filters)
    used, deals = queries.uses(filters), queries.deals_with_content(filters)
    rated, asked = queries.ratings(filters), queries.requests(filters)
    own = queries.closed_deals(filters)
    logged = logged_deals(without_inferred=filters.without_inferred) if own else set()
    closed = Counter(key for key, _ in own)
    with_content = Counter(key for key, deal_id in own if deal_id in logged)
    by_person = filters.by == "person"
    rows, idle = [], 0
    for group in queries.people(filters) if by_person else queries.groups_of_teams(filters):
        key = group.key
        before: tuple[Value, ...] = (searched.get(key, 0), in_vain.get(key, 0), used.get(key, 0))
        after: tuple[Value, ...] = (rated.get(key, 0), asked.get(key, 0))
        number = closed[key]
        on_deals: tuple[Value, ...] = (deals.get(key, 0), number)
        if group.always or any((*before, *on_deals, *after)):
            name = (group.name, group.team or None) if by_person else (group.name, group.people)
            share = with_content[key] / number if number else None
            rows.append(Row((*name, *before, *on_deals, share, *after)))
        else:
            idle += group.is_placeholder
    return tuple(rows), idle
