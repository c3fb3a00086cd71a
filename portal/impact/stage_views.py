"""The page of content by stage: where in a deal each piece was used, and how often such deals were won."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.impact.exploring.asking import Asked, answer, ask
from portal.impact.exploring.heat import heat_context
from portal.impact.exploring.page import filters_context, said_of
from portal.users.access import me
from portal.web import render

blueprint = Blueprint("impact_stages", __name__, url_prefix="/impact/by")
EXPLORED = "explored"


@blueprint.get("/stages")
def index() -> Response:
    asked = ask(me(), request.args)
    found = _found(asked) if asked else {"shown": None}
    response = render(
        "impact/stages.html",
        block=EXPLORED if asked else None,
        status=422 if asked and asked.shown.errors else 200,
        snapshot=asked.snapshot if asked else None,
        **found,
    )
    if asked and request.headers.get("HX-Target") == EXPLORED:
        response.headers["HX-Push-Url"] = url_for("impact_stages.index", **asked.shown.arguments())
    return response


def _found(asked: Asked) -> dict[str, Any]:
    explored, listing = answer(me(), asked)
    said = said_of(asked, explored)
    heat = heat_context(asked, listing) if not said["too_few"] else {}
    return filters_context(asked, "impact_stages.index") | said | heat
