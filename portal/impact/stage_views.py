"""The page of content by stage: where in a deal each piece was used, and how often such deals were won."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from portal.impact.explored_views import explored_page
from portal.impact.exploring.asking import Asked, answer
from portal.impact.exploring.heat import heat_context
from portal.impact.exploring.page import said_of
from portal.users.access import me

blueprint = Blueprint("impact_stages", __name__, url_prefix="/impact/by")


@blueprint.get("/stages")
def index() -> Response:
    return explored_page("impact/stages.html", "impact_stages.index", _figures)


def _figures(asked: Asked) -> dict[str, Any]:
    explored, listing = answer(me(), asked)
    said = said_of(asked, explored)
    return said | (heat_context(asked, listing) if not said["too_few"] else {})
