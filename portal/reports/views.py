"""The pages of the reports, and their files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, url_for

from portal.errors import Invalid
from portal.impact.forms import USES
from portal.library.models import ASSET_KINDS
from portal.reports.actions.views import blueprint as actions_blueprint
from portal.reports.adoption import adoption_table
from portal.reports.asking import asked_of, periods
from portal.reports.cells import words
from portal.reports.coverage import COVERAGE_BY, Coverage, coverage_of, coverage_table
from portal.reports.exports import FORMATS, file_of
from portal.reports.filters import BY, Filters, read_filters
from portal.reports.from_sales import from_sales_table
from portal.reports.queries import teams
from portal.reports.search_views import blueprint as search_blueprint
from portal.reports.table import Row, Table
from portal.reports.usage import usage_table
from portal.users.access import OVERSIGHT, allow, me
from portal.web import Page, render
from portal.web.formatting import kind_words
from portal.web.paging import page_number

blueprint = Blueprint("reports", __name__, url_prefix="/reports")
blueprints = (search_blueprint, actions_blueprint, blueprint)
PER_PAGE = 50
ASKED = ("from", "to", "kind", "team", "by", "uses", "sort")


@blueprint.get("")
def index() -> Response:
    return render("reports/index.html", sees_adoption=me().role in OVERSIGHT)


@blueprint.get("/usage")
def usage() -> Response:
    return _page("usage", lambda filters: usage_table(me(), filters))


@blueprint.get("/usage.<any(csv, xlsx, docx):ending>")
def usage_file(ending: str) -> Response:
    return _file(ending, lambda filters: usage_table(me(), filters))


@blueprint.get("/adoption")
@allow(*OVERSIGHT)
def adoption() -> Response:
    return _page("adoption", adoption_table)


@blueprint.get("/adoption.<any(csv, xlsx, docx):ending>")
@allow(*OVERSIGHT)
def adoption_file(ending: str) -> Response:
    return _file(ending, adoption_table)


@blueprint.get("/coverage")
@allow(*OVERSIGHT)
def coverage() -> Response:
    return _page("coverage", coverage_of, COVERAGE_BY)


@blueprint.get("/coverage.<any(csv, xlsx, docx):ending>")
@allow(*OVERSIGHT)
def coverage_file(ending: str) -> Response:
    return _file(ending, coverage_table, COVERAGE_BY)


@blueprint.get("/from-sales")
@allow(*OVERSIGHT)
def from_sales() -> Response:
    return _page("from_sales", lambda filters: from_sales_table(me(), filters))


@blueprint.get("/from-sales.<any(csv, xlsx, docx):ending>")
@allow(*OVERSIGHT)
def from_sales_file(ending: str) -> Response:
    return _file(ending, lambda filters: from_sales_table(me(), filters))


def _page(name: str, build: Callable[[Filters], Table | Coverage], rows: Mapping[str, str] = BY) -> Response:
    choices, asked = teams(me()), asked_of(ASKED)
    filters, errors = read_filters(asked, choices, rows)
    built = build(filters) if not errors else None
    found: dict[str, Any] = {}
    if built is not None:
        found = _shown(built.table if isinstance(built, Coverage) else built, asked)
    return render(
        "reports/show.html",
        name=name,
        asked=asked,
        errors=errors,
        chosen=["Filters"] if errors else _chosen(name, filters, bool(choices)),
        kind_choices=[("", "Every kind"), *((kind, kind_words(kind)) for kind in ASSET_KINDS)],
        team_choices=[("", "All teams"), *((team.id, team.name) for team in choices)],
        by_choices=list(rows.items()),
        coverage=built if isinstance(built, Coverage) else None,
        use_choices=USES,
        periods=periods(f"reports.{name}", asked),
        formats=[
            (format_.name, url_for(f"reports.{name}_file", ending=ending, **asked))
            for ending, format_ in FORMATS.items()
        ],
        status=422 if errors else 200,
        **found,
    )


def _chosen(name: str, filters: Filters, with_team: bool) -> list[str]:
    """Say in words what a report is narrowed to, of what its page offers."""
    team = [filters.team_words] if with_team else []
    team += [filters.uses_words] if filters.without_inferred else []
    rows = {"adoption": BY, "coverage": COVERAGE_BY}.get(name)
    return [filters.period.words, *team, rows[filters.by] if rows else filters.kind_words]


def _shown(table: Table, asked: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of a table: the rows of one page, as words."""
    table = table.sorted_by(asked.get("sort", ""))
    total = len(table.rows)
    number = min(page_number(), max(1, -(-total // PER_PAGE)))
    rows = table.rows[(number - 1) * PER_PAGE : number * PER_PAGE]
    return {
        "table": table,
        "page": Page(rows, number, total, PER_PAGE),
        "lines": [(row.address, _words(row, table)) for row in rows],
    }


def _words(row: Row, table: Table) -> list[str]:
    cells = zip(row.values, table.columns, strict=True)
    return [words(value, column, table.currency) for value, column in cells]


def _file(ending: str, build: Callable[[Filters], Table], rows: Mapping[str, str] = BY) -> Response:
    asked = asked_of(ASKED)
    filters, errors = read_filters(asked, teams(me()), rows)
    if errors:
        raise Invalid(" ".join(errors.values()))
    return file_of(build(filters).sorted_by(asked.get("sort", "")), ending)
