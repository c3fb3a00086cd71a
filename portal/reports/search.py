"""The report of what is searched for: one Table of groups of like searches, for its files."""

from __future__ import annotations

from flask import current_app

from portal.db import now
from portal.discovery.learning.facts import Scope
from portal.discovery.learning.queries import Searched, searched
from portal.reports.filters import Filters
from portal.reports.table import Column, Row, Table
from portal.usage.sums import local_day

MOST_ROWS = 5_000
# Shares over fewer searches than this move a lot with each one.
FEW = 30
WHO = {"sales": "Sales alone", "all": "Everybody, marketing too"}
COLUMNS = (
    Column("text", "Search", "text", "The same words in whatever form or order are one row, as last typed."),
    Column("searches", "Searches", "count", "How often these words were searched for."),
    Column("people", "People", "count", "By how many people."),
    Column(
        "in_vain",
        "Found nothing",
        "count",
        "How often they found nothing; where other words were searched for instead, as long as nothing was opened.",
    ),
    Column(
        "unopened", "Nothing opened", "count", "How often they found something, and nothing of it was opened."
    ),
    Column(
        "rephrased",
        "Rephrased",
        "count",
        "How often the same person searched with other words within two minutes, without having used anything between.",
    ),
    Column("opened", "Opened", "count", "How often at least one hit was opened."),
    Column(
        "used",
        "Used",
        "count",
        "How often an opened hit was sent, presented or downloaded, or used on a deal, within two hours.",
    ),
    Column(
        "place", "Place opened", "rating", "Median place of the hits that were opened, 1 being the first."
    ),
    Column("results", "Results", "count", "How many results there were the last time."),
    Column(
        "pipeline",
        "Pipeline of searchers",
        "money",
        "Open deals that people had chosen while they searched, each once. Nobody has said that they wait for it.",
    ),
    Column("with_deal", "With a deal", "count", "How often a deal was chosen while searching."),
    Column("other", "Rephrased as", "text", "What most often followed within two minutes."),
    Column("last", "Last searched", "date", "When it was searched for last."),
)


def scope_of(filters: Filters, who: str) -> Scope:
    """Return which searches the filters of a report speak of."""
    return Scope(filters.period.begin, filters.period.end, filters.team_id, sales_only=who != "all")


def search_table(filters: Filters, who: str = "sales", view: str = "all", sort: str = "-searches") -> Table:
    """Build the report of what is searched for, as far as a view takes it."""
    found = searched(scope_of(filters, who), view, sort, MOST_ROWS + 1)
    cut = (f"Only the first {MOST_ROWS:,} rows are in this file.",) if len(found) > MOST_ROWS else ()
    views = {"nothing": "Found nothing", "unopened": "Nothing opened", "rephrased": "Rephrased"}
    return Table(
        name="search",
        title="Search",
        columns=COLUMNS,
        rows=tuple(_row(one) for one in found[:MOST_ROWS]),
        filters=(("Searches", views.get(view, "All")), ("By", WHO[who]), ("Team", filters.team_words)),
        period=filters.period.words,
        data_as_of=now(),
        notes=(
            "Each row counts only the searches that this list is of.",
            f"Shares of fewer than {FEW} searches move a lot with each one.",
            *cut,
        ),
        currency=current_app.config["BASE_CURRENCY"],
        drawn="searches",
    )


def _row(one: Searched) -> Row:
    results = (
        one.place,
        one.results,
        one.pipeline_minor or None,
        one.with_deal,
        one.rephrased_to,
        local_day(one.last_at),
    )
    counts = (one.in_vain, one.unopened, one.rephrased, one.opened, one.used)
    return Row((one.text, one.searches, one.people, *counts, *results))
