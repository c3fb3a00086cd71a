"""The pages of the impact figures, which everyone signed in sees alike."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from portal.demo.queries import planted_effect
from portal.feedback.closing.counting import said_of, said_on_deals
from portal.impact.explored_views import EXPLORED
from portal.impact.exploring.asking import ask
from portal.impact.exploring.page import filters_context, list_context
from portal.impact.export_views import blueprint as export_blueprint
from portal.impact.export_views import formats_of
from portal.impact.kind_views import blueprint as kinds_blueprint
from portal.impact.owners_views import blueprint as owners_blueprint
from portal.impact.piece.page import opened, piece_context
from portal.impact.queries import named_asset
from portal.impact.sequence_views import blueprint as sequence_blueprint
from portal.impact.stage_views import blueprint as stage_blueprint
from portal.impact.story_views import blueprint as story_blueprint
from portal.impact.words import CREDITED_REVENUE, LIMITS, REVENUE_OF_DEALS, WORTH
from portal.jobs import enqueue, pending
from portal.users.access import OVERSIGHT, allow, me
from portal.web import render, see_other

blueprint = Blueprint("impact", __name__, url_prefix="/impact")
blueprints = (
    export_blueprint,
    stage_blueprint,
    kinds_blueprint,
    sequence_blueprint,
    owners_blueprint,
    story_blueprint,
    blueprint,
)
# The note that the figures are being worked out.
WAITING = "computing"
DEFINITIONS = {"limits": LIMITS, "credited": CREDITED_REVENUE, "used": REVENUE_OF_DEALS, "worth": WORTH}


@blueprint.get("")
def index() -> Response:
    computing = pending("compute_impact")
    asked = ask(me(), request.args)
    is_choice = request.headers.get("HX-Target") == EXPLORED and "HX-Request" in request.headers
    # The note asks every few seconds, and for nothing but itself.
    is_waiting = request.headers.get("HX-Target") == WAITING and "HX-Request" in request.headers
    is_waiting = is_waiting and "HX-History-Restore-Request" not in request.headers
    found: dict[str, Any] = {"shown": None}
    if asked and not is_waiting:
        found = filters_context(asked, "impact.index") | list_context(me(), asked)
        found["formats"] = formats_of(asked)
    response = render(
        "impact/index.html",
        block=EXPLORED if is_choice and asked else WAITING,
        status=422 if asked and asked.shown.errors else 200,
        computing=computing,
        is_choice=is_choice,
        snapshot=asked.snapshot if asked else None,
        words=DEFINITIONS,
        may_compute=me().role in OVERSIGHT,
        **found,
    )
    if is_choice and asked:
        response.headers["HX-Push-Url"] = url_for("impact.index", **asked.shown.arguments())
    elif request.headers.get("HX-Request") == "true" and not computing:
        # Only the note that the figures are being worked out asks this way; now there is a new page to see.
        response.headers["HX-Refresh"] = "true"
    return response


@blueprint.post("/compute")
@allow(*OVERSIGHT)
def compute() -> Response:
    enqueue("compute_impact", once=True)
    flash("The figures are being worked out.", "info")
    return see_other(url_for("impact.index"))


@blueprint.get("/<slug>")
def show(slug: str) -> Response:
    asset = named_asset(me(), slug)
    asked = ask(me(), request.args)
    part, target = request.args.get("part", ""), request.headers.get("HX-Target")
    inside = opened(me(), asked, asset, part) if asked and part else None
    if inside and target == f"in-{part}":
        return render("impact/piece/_opened.html", opened=inside)
    unfolded: dict[str, Any] = {"part": part} if inside else {}
    said = said_of(asset.id)
    said_deals, said_seen = said_on_deals(asset.id, me())
    found: dict[str, Any] = {"shown": None}
    if asked:
        found = filters_context(asked, "impact.show", slug=slug, **unfolded) | piece_context(
            me(), asked, asset, said
        )
        found |= {"kind_choices": None, "snapshot": asked.snapshot, "planted": planted_effect(asset.slug)}
    response = render(
        "impact/show.html",
        block=EXPLORED if target == EXPLORED and asked else None,
        status=422 if asked and asked.shown.errors else 200,
        asset=asset,
        said=said,
        said_deals=said_deals,
        said_seen=said_seen,
        words=DEFINITIONS,
        opened=inside,
        **found,
    )
    if target == EXPLORED and asked:
        response.headers["HX-Push-Url"] = url_for(
            "impact.show", slug=slug, **unfolded, **asked.shown.of_deals()
        )
    return response
