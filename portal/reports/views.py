"""The pages of the reports, and their files."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request, send_file, url_for

from portal.db import now
from portal.errors import Invalid
from portal.library.models import ASSET_KINDS
from portal.reports.adoption import adoption_table
from portal.reports.cells import words
from portal.reports.exports import FORMATS
from portal.reports.filters import BY, Filters, read_filters
from portal.reports.from_sales import from_sales_table
from portal.reports.queries import teams
from portal.reports.table import Row, Table
from portal.reports.usage import usage_table
from portal.usage.sums import local_day
from portal.users.access import OVERSIGHT, allow, me
from portal.web import Page, render
from portal.web.formatting import kind_words
from portal.web.paging import page_number

blueprint = Blueprint("reports", __name__, url_prefix="/reports")
blueprints = (blueprint,)
PER_PAGE = 50
ASKED = ("from", "to", "kind", "team", "by", "sort")


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


@blueprint.get("/from-sales")
@allow(*OVERSIGHT)
def from_sales() -> Response:
    return _page("from_sales", lambda filters: from_sales_table(me(), filters))


@blueprint.get("/from-sales.<any(csv, xlsx, docx):ending>")
@allow(*OVERSIGHT)
def from_sales_file(ending: str) -> Response:
    return _file(ending, lambda filters: from_sales_table(me(), filters))


def _asked() -> dict[str, Any]:
    return {name: request.args[name] for name in ASKED if request.args.get(name)}


def _page(name: str, build: Callable[[Filters], Table]) -> Response:
    choices, asked = teams(me()), _asked()
    filters, errors = read_filters(asked, choices)
    found: dict[str, Any] = _shown(build(filters), asked) if not errors else {}
    return render(
        "reports/show.html",
        name=name,
        asked=asked,
        errors=errors,
        kind_choices=[("", "Every kind"), *((kind, kind_words(kind)) for kind in ASSET_KINDS)],
        team_choices=[("", "All teams"), *((team.id, team.name) for team in choices)],
        by_choices=list(BY.items()),
        periods=_periods(name, asked),
        formats=[
            (format_.name, url_for(f"reports.{name}_file", ending=ending, **asked))
            for ending, format_ in FORMATS.items()
        ],
        status=422 if errors else 200,
        **found,
    )


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


def _periods(name: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Links to the usual periods, that in force being marked."""
    today = local_day(now())
    starts = [("All time", None), ("This year", today.replace(month=1, day=1))]
    starts += [(f"Last {days} days", today - timedelta(days=days - 1)) for days in (90, 30)]
    rest = {key: value for key, value in asked.items() if key not in ("from", "to")}
    links = []
    for label, first in starts:
        period: dict[str, Any] = {"from": first.isoformat()} if first else {}
        links.append(
            {
                "label": label,
                "href": url_for(f"reports.{name}", **rest, **period),
                "current": {key: asked[key] for key in ("from", "to") if key in asked} == period,
            }
        )
    return links


def _file(ending: str, build: Callable[[Filters], Table]) -> Response:
    asked = _asked()
    filters, errors = read_filters(asked, teams(me()))
    if errors:
        raise Invalid(" ".join(errors.values()))
    table = build(filters).sorted_by(asked.get("sort", ""))
    return send_file(
        io.BytesIO(FORMATS[ending].write(table)),
        mimetype=FORMATS[ending].media_type,
        as_attachment=True,
        download_name=f"tandem-{table.name}-{local_day(table.data_as_of)}.{ending}",
    )
