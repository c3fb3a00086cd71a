"""Missing: what sales searches for in vain, by the pipeline of those who searched."""

from __future__ import annotations

from portal.discovery.learning.queries import Searched, groups_in, lately, lately_since, searched
from portal.reports.actions import words
from portal.reports.actions.lines import Act, Found, Line, address
from portal.reports.table import Column
from portal.usage.sums import local_day
from portal.web.formatting import ago

COLUMNS = (
    Column("text", "Search", "text", "The same words in whatever form or order are one row, as last typed."),
    Column("why", "Why", "text", "What puts it on this list."),
    Column(
        "searches", "Searches", "count", "How often it was searched for in vain, and no request answers it."
    ),
    Column("people", "People", "count", "By how many people."),
    Column(
        "pipeline",
        "Pipeline of searchers",
        "money",
        "Open deals that people had chosen while they searched, each once. Nobody has said that they wait for it.",
    ),
    Column("with_deal", "With a deal", "count", "How often a deal was chosen while searching."),
    Column("last", "Last searched", "date", "When it was searched for last."),
)


def missing(limit: int, offset: int) -> Found:
    """List what is searched for in vain and asked for by no request."""
    scope = lately()
    total = groups_in(scope, "gap")
    groups = searched(scope, "gap", "-pipeline", limit, offset) if total else []
    return Found([_line(one) for one in groups], total)


def _line(one: Searched) -> Line:
    why = words.in_vain(one)
    fields = {"search": one.key, "from": lately_since().isoformat()}
    pipeline = one.pipeline_minor or None
    return Line(
        title=f"“{one.text}”",
        address=address("/library", q=one.text, **{"from": "report"}),
        note=f"last searched for {ago(one.last_at)}",
        reason=why,
        act=Act("Make it a request", "/reports/search/request", fields),
        values=(
            *(one.text, why, one.searches, one.people, pipeline, one.with_deal),
            local_day(one.last_at),
        ),
        worth_minor=pipeline,
    )
