"""Pages that undo an import: what would be put back, what stands in the way, and the yes to it."""

from __future__ import annotations

from flask import Response, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.deals.import_views import IMPORTERS, blueprint
from portal.deals.queries import import_or_404
from portal.deals.undo_words import left_alone, put_back
from portal.deals.undoing import ask_to_undo, undo_plan
from portal.jobs import enqueue
from portal.users.access import allow, me
from portal.web import render, see_other


@blueprint.get("/<int:import_id>/undo")
@allow(*IMPORTERS)
def undo(import_id: int) -> AnyResponse:
    row = import_or_404(import_id)
    if row.state in ("undoing", "undone"):
        return see_other(url_for("imports.show", import_id=row.id))
    plan = undo_plan(row)
    return render(
        "deals/import_undo.html", row=row, plan=plan, put_back=put_back(plan), left_alone=left_alone(plan)
    )


@blueprint.post("/<int:import_id>/undo")
@allow(*IMPORTERS)
def confirm_undo(import_id: int) -> Response:
    row = import_or_404(import_id)
    if row.state not in ("undoing", "undone"):
        ask_to_undo(row, me())
        enqueue("undo_import", row.id)
    return see_other(url_for("imports.show", import_id=row.id))
