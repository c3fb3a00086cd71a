"""The figures as files: exactly what the list page shows at the same address, on all of its pages together."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from portal.impact.exploring.asking import Asked, must_ask
from portal.reports.exports import FORMATS, file_of
from portal.reports.impact_table import impact_table
from portal.users.access import me

blueprint = Blueprint("impact_export", __name__, url_prefix="/impact")


@blueprint.get("/export.<any(csv, xlsx, docx):ending>")
def export(ending: str) -> Response:
    asked = must_ask(me(), request.args)
    return file_of(impact_table(me(), asked), ending)


def formats_of(asked: Asked) -> list[tuple[str, str]]:
    """Return the formats that a list can be taken away in, with their addresses, which name the snapshot."""
    arguments = asked.shown.arguments() | {"snapshot": str(asked.number)}
    return [
        (one.name, url_for("impact_export.export", ending=ending, **arguments))
        for ending, one in FORMATS.items()
    ]
