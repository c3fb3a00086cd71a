"""The page on which the columns and formats of an import's files are looked at and set right."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.deals.import_views import IMPORTERS, JOBS
from portal.deals.layouts import services
from portal.deals.layouts.forms import ColumnsForm
from portal.deals.models import DealImport
from portal.deals.queries import import_or_404
from portal.errors import NotFound
from portal.jobs import enqueue
from portal.users.access import allow
from portal.web import render, see_other

blueprint = Blueprint("import_columns", __name__, url_prefix="/deals/import")


@blueprint.get("/<int:import_id>/columns")
@allow(*IMPORTERS)
def show(import_id: int) -> Response:
    row = import_or_404(import_id)
    if row.state not in services.OPEN:
        return see_other(url_for("imports.show", import_id=row.id))
    return _page(row, ColumnsForm(_surveys(row)))


@blueprint.post("/<int:import_id>/columns")
@allow(*IMPORTERS)
def choose(import_id: int) -> Response:
    row = import_or_404(import_id)
    services.check_open(row)
    form = ColumnsForm(_surveys(row), request.form)
    layout = form.layout(row.kind)
    if form.errors:
        return _page(row, form, status=422)
    services.choose_layout(row, layout)
    return _read_again(row)


@blueprint.post("/<int:import_id>/sheet")
@allow(*IMPORTERS)
def choose_sheet(import_id: int) -> Response:
    row = import_or_404(import_id)
    services.check_open(row)
    surveys = {one["part"]: one for one in _surveys(row)}
    part, sheet = request.form.get("part", ""), request.form.get("sheet", "")
    if part not in surveys or sheet not in surveys[part]["sheets"]:
        raise NotFound("The file has no such sheet.")
    services.choose_sheet(row, part, sheet)
    return _read_again(row)


def _surveys(row: DealImport) -> list[dict[str, Any]]:
    surveys = (row.report or {}).get("surveys")
    if not surveys:
        raise NotFound("The columns of this import are not known.")
    return list(surveys)


def _page(row: DealImport, form: ColumnsForm, status: int = 200) -> Response:
    return render("deals/columns.html", row=row, form=form, status=status)


def _read_again(row: DealImport) -> Response:
    enqueue(JOBS[row.kind]["waiting"], row.id)
    return see_other(url_for("imports.show", import_id=row.id))
