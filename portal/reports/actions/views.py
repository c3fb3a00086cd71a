"""The page of what to do, each of its lists whole, and their files."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from portal.errors import Invalid
from portal.impact.exploring.asking import ask
from portal.reports.actions.choosing import filters_context
from portal.reports.actions.lists import LISTS, Reader, table_of
from portal.reports.exports import FORMATS, file_of
from portal.users.access import OVERSIGHT, allow, me
from portal.web import Page, render
from portal.web.paging import page_number

blueprint = Blueprint("reports_actions", __name__, url_prefix="/reports/actions")
SHOWN = 5
PER_PAGE = 25
# What an address says of a list of content alone; these lists narrow deals, and have no field for it.
_OF_CONTENT = ("kind", "verdict", "sort")
_NAMES = "any('promote', 'fix', 'not-found', 'not-trusted', 'missing', 'leaning'):name"


@blueprint.get("")
@allow(*OVERSIGHT)
def index() -> Response:
    reader = _reader()
    return render(
        "reports/actions/index.html",
        lists=[(one, one.find(reader, SHOWN, 0)) for one in LISTS.values()],
        coverage=reader.figures.coverage,
        **filters_context(reader.asked, "reports_actions.index"),
        status=422 if _errors(reader) else 200,
    )


@blueprint.get(f"/<{_NAMES}>")
@allow(*OVERSIGHT)
def show(name: str) -> Response:
    one, reader = LISTS[name], _reader()
    number = page_number()
    found = one.find(reader, PER_PAGE, (number - 1) * PER_PAGE)
    last = max(1, -(-found.total // PER_PAGE))
    if number > last:
        number = last
        found = one.find(reader, PER_PAGE, (number - 1) * PER_PAGE)
    context = filters_context(reader.asked if one.by_deals else None, "reports_actions.show", name=name)
    asked = context["arguments"]
    return render(
        "reports/actions/show.html",
        one=one,
        found=found,
        page=Page(found.lines, number, found.total, PER_PAGE),
        formats=[
            (format_.name, url_for("reports_actions.file", name=name, ending=ending, **asked))
            for ending, format_ in FORMATS.items()
        ],
        coverage=reader.figures.coverage if one.by_deals else "",
        **context,
        status=422 if one.by_deals and _errors(reader) else 200,
    )


@blueprint.get(f"/<{_NAMES}>.<any(csv, xlsx, docx):ending>")
@allow(*OVERSIGHT)
def file(name: str, ending: str) -> Response:
    one, reader = LISTS[name], _reader()
    errors = _errors(reader)
    if one.by_deals and errors:
        raise Invalid(" ".join(errors.values()))
    return file_of(table_of(one, reader), ending)


def _reader() -> Reader:
    of_deals = {name: said for name, said in request.args.items() if name not in _OF_CONTENT}
    return Reader(me(), ask(me(), of_deals))


def _errors(reader: Reader) -> dict[str, str]:
    return dict(reader.asked.shown.errors) if reader.asked else {}
