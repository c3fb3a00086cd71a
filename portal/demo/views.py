"""What an admin sees of the demo: what was planted and how the figures do on it; and the way out of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, request, url_for

from portal.demo import queries, services
from portal.demo.loading.people import PASSWORD
from portal.demo.models import DemoNote
from portal.errors import NotFound
from portal.impact.queries import latest_snapshot
from portal.users.access import allow, finish_session
from portal.web import render, see_other

blueprint = Blueprint("demo", __name__, url_prefix="/admin/demo")
blueprints = (blueprint,)
NOT_TICKED = "Please tick the box first: everything in this portal goes."


def _note() -> DemoNote:
    note = queries.note()
    if note is None:
        raise NotFound
    return note


@blueprint.get("")
@allow("admin")
def show() -> Response:
    return _page(_note())


def _page(note: DemoNote, *, error: str = "", status: int = 200) -> Response:
    rows = queries.planted_effects(note)
    return render(
        "demo/show.html",
        note=note,
        rows=rows,
        judged=queries.judge(rows),
        snapshot=latest_snapshot(),
        error=error,
        status=status,
    )


@blueprint.post("/clear")
@allow("admin")
def clear() -> Response:
    note = _note()
    if request.form.get("sure") != "yes":
        return _page(note, error=NOT_TICKED, status=422)
    finish_session()
    services.clear()
    # The tables start empty; a second post of this form finds nobody signed in.
    g.pop("nonce", None)
    flash("The demo is gone. This portal is yours now: make yourself its admin.", "success")
    return see_other(url_for("users.setup"))


@blueprint.app_context_processor
def _sign_in_help() -> dict[str, Any]:
    """Give the sign-in page of a demo the people one may sign in as."""
    if request.endpoint != "users.sign_in":
        return {}
    found = queries.logins()
    return {"demo_logins": found, "demo_password": PASSWORD} if found else {}
