"""Where a buyer's browser says how long pages were in sight."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, request

from portal.db import now
from portal.errors import Gone, Invalid, NotFound
from portal.sharing import beats
from portal.sharing.entry_views import VISIT, VISIT_SECONDS, blueprint, keep
from portal.sharing.queries import is_open_link
from portal.sharing.robots import is_program
from portal.users.access import public
from portal.web.edge import csrf, only_reads


@blueprint.post("/times")
@csrf.exempt
@only_reads
@public
def times(token: str) -> Response:
    """Take in {"place": as it was signed, "times": [[page, milliseconds], …]}; the visit is known by its cookie."""
    told = _told()
    if not isinstance(told, dict):
        raise Invalid("Times are told as JSON.")
    place = beats.read_place(told.get("place"))
    still_open = is_open_link(token, place.link_id)
    if still_open is None:
        raise NotFound
    if not still_open:
        raise Gone("This link no longer opens.")
    pages = beats.read_times(told.get("times"), place)
    key = request.cookies.get(VISIT, "")
    if not key or len(key) > 64 or is_program(request.headers):
        raise Invalid("There is no visit that these times belong to.")
    beats.add(place, key, pages, now())
    response = make_response("", 204)
    # Whoever reads on is in the same visit, however long that takes.
    keep(response, token, VISIT, key, VISIT_SECONDS)
    return response


def _told() -> Any:
    """Return the JSON that came, or None for what is none or is nested without end."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None
