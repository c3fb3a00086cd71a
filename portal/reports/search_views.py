"""The page of what is searched for, its files, and turning what was not found into a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from portal.content_requests.models import OPEN_STATUSES
from portal.content_requests.worth_queries import pipeline_waiting
from portal.discovery.learning import queries
from portal.discovery.learning.facts import SAME_PEOPLE, SAME_TIMES, VIEWS
from portal.discovery.learning.request_queries import AskedFor, requests_with_searches, searches_of
from portal.discovery.learning.request_services import ask_for
from portal.discovery.learning.totals import totals
from portal.errors import Invalid, NotFound
from portal.reports.asking import asked_of, periods
from portal.reports.exports import FORMATS, file_of
from portal.reports.filters import Filters, read_filters
from portal.reports.queries import teams
from portal.reports.search import FEW, WHO, scope_of, search_table
from portal.users.access import OVERSIGHT, allow, me
from portal.web import Page, paginate, render, see_other
from portal.web.paging import page_number

blueprint = Blueprint("search_report", __name__, url_prefix="/reports")
PER_PAGE = 25
ASKED = ("from", "to", "team", "who", "show", "sort")
SHOWN = {
    "all": "Searched most",
    "nothing": "Found nothing",
    "unopened": "Nothing opened",
    "rephrased": "Rephrased",
    "requests": "Made into requests",
}
ORDERS = {"nothing": "-people"}


@blueprint.get("/search")
@allow(*OVERSIGHT)
def index() -> Response:
    asked, choices = asked_of(ASKED), teams(me())
    filters, show, errors = _read(asked)
    if show not in VIEWS:
        return _page_of_requests(asked)
    who = asked.get("who", "sales")
    team = [filters.team_words] if choices else []
    return render(
        "reports/search.html",
        asked=asked,
        errors=errors,
        show=show,
        tabs=_tabs(asked),
        few=FEW,
        same_people=SAME_PEOPLE,
        same_times=SAME_TIMES,
        who_choices=list(WHO.items()),
        team_choices=[("", "All teams"), *((team.id, team.name) for team in choices)],
        periods=periods("search_report.index", asked),
        chosen=["Filters"] if errors else [filters.period.words, *team, WHO[who]],
        formats=_files(asked),
        status=422 if errors else 200,
        **({} if errors else _found(filters, asked, show)),
    )


def _page_of_requests(asked: dict[str, Any]) -> Response:
    """Show all requests that came from searches; filters of searches say nothing of these, so the page has none."""
    page = paginate(requests_with_searches(), per_page=PER_PAGE)
    ids = [one.id for one in page.items]
    searches, waiting = searches_of(ids), pipeline_waiting(ids)
    rows = [
        AskedFor(one, searches[one.id], waiting.get(one.id, 0)) for one in page.items if one.id in searches
    ]
    page = Page(rows, page.number, page.total, PER_PAGE)
    return render("reports/search.html", show="requests", asked=asked, tabs=_tabs(asked), page=page)


def _tabs(asked: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(name, words, _here(asked, show=name, sort=None)) for name, words in SHOWN.items()]


@blueprint.get("/search.<any(csv, xlsx, docx):ending>")
@allow(*OVERSIGHT)
def file(ending: str) -> Response:
    asked = asked_of(ASKED)
    filters, show, errors = _read(asked)
    if show not in VIEWS:  # the requests are a list of their own, of which there is no file
        raise NotFound
    if errors:
        raise Invalid(" ".join(errors.values()))
    sort = asked.get("sort", ORDERS.get(show, "-searches"))
    return file_of(search_table(filters, asked.get("who", "sales"), show, sort), ending)


@blueprint.post("/search/request")
@allow(*OVERSIGHT)
def ask() -> Response:
    asked = {name: value for name, value in request.form.items() if name in ASKED}
    filters, _, errors = _read(asked)
    search = queries.search_by_key(request.form.get("search", ""))
    if errors or search is None:
        raise NotFound
    scope = scope_of(filters, asked.get("who", "sales"))
    group = queries.group_like(search, scope)
    if group is None:
        return _there_already(queries.group_like(search, scope, "nothing"))
    if group.request_status in OPEN_STATUSES:
        return _there_already(group)
    made = ask_for(group, scope, me())
    flash(
        "This is a request now, without the words typed. Who searched is told when it is delivered.",
        "success",
    )
    return see_other(url_for("content_requests.show", request_id=made.id))


def _there_already(group: queries.Searched | None) -> Response:
    """Show the request that these searches belong to already, or refuse where there are none."""
    if group is None:
        raise Invalid("There is no search left that found nothing with these words. Reload the page.")
    if group.request_id is None:
        raise Invalid("These searches belong to a request with other words already.")
    flash("There is a request for this already, and nobody searched in vain since. Here it is.", "info")
    return see_other(url_for("content_requests.show", request_id=group.request_id))


def _read(asked: Mapping[str, str]) -> tuple[Filters, str, dict[str, str]]:
    filters, errors = read_filters(asked, teams(me()))
    show = asked.get("show", "all")
    if asked.get("who", "sales") not in WHO:
        errors["who"] = "Searches are those of sales or of everybody."
    return filters, show if show in SHOWN else "all", errors


def _here(asked: dict[str, Any], **changed: Any) -> str:
    """Return the address of this page with some of what was asked for changed."""
    return url_for("search_report.index", **{key: value for key, value in (asked | changed).items() if value})


def _files(asked: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the names and addresses of the files of this list."""
    return [
        (format_.name, url_for("search_report.file", ending=ending, **asked))
        for ending, format_ in FORMATS.items()
    ]


def _found(filters: Filters, asked: dict[str, Any], show: str) -> dict[str, Any]:
    scope = scope_of(filters, asked.get("who", "sales"))
    total = queries.groups_in(scope, show)
    number = min(page_number(), max(1, -(-total // PER_PAGE)))
    sort = asked.get("sort", ORDERS.get(show, "-searches"))
    groups = queries.searched(scope, show, sort, PER_PAGE, (number - 1) * PER_PAGE)
    page = Page(groups, number, total, PER_PAGE)
    return {"totals": totals(scope), "page": page, "sort": sort}
