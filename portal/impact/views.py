"""The pages of the impact figures, which everyone signed in sees alike."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from portal.db import db, now
from portal.demo.models import DemoNote
from portal.feedback.closing.counting import said_of, said_on_deals
from portal.impact.exploring.asking import ask
from portal.impact.exploring.page import filters_context, list_context
from portal.impact.export_views import blueprint as export_blueprint
from portal.impact.export_views import formats_of
from portal.impact.forms import read_shown
from portal.impact.lift import AssetLift
from portal.impact.models import ImpactRow
from portal.impact.numbers import numbers
from portal.impact.overview import coverage_sentence, distance, left_out_words
from portal.impact.owners_views import blueprint as owners_blueprint
from portal.impact.queries import compared_count, has_inferred_uses, impact_of_slug, latest_snapshot
from portal.impact.sequence_views import blueprint as sequence_blueprint
from portal.impact.stage_views import blueprint as stage_blueprint
from portal.impact.story_views import blueprint as story_blueprint
from portal.impact.words import (
    CREDITED_REVENUE,
    LIMITS,
    REVENUE_OF_DEALS,
    chance_words,
    cycle_words,
    sentence,
    verdict_words,
    working,
)
from portal.jobs import enqueue, pending
from portal.library.models import Asset
from portal.usage.sums import local_day
from portal.users.access import OVERSIGHT, allow, me
from portal.web import render, see_other

blueprint = Blueprint("impact", __name__, url_prefix="/impact")
blueprints = (export_blueprint, stage_blueprint, sequence_blueprint, owners_blueprint, story_blueprint, blueprint)
# The part of the page that a choice changes.
EXPLORED = "explored"
DEFINITIONS = {"limits": LIMITS, "credited": CREDITED_REVENUE, "used": REVENUE_OF_DEALS}


@blueprint.get("")
def index() -> Response:
    computing = pending("compute_impact")
    asked = ask(me(), request.args)
    found: dict[str, Any] = {"shown": None}
    if asked:
        found = filters_context(asked, "impact.index") | list_context(me(), asked)
        found["formats"] = formats_of(asked)
    is_choice = request.headers.get("HX-Target") == EXPLORED
    response = render(
        "impact/index.html",
        block=EXPLORED if is_choice else "computing",
        status=422 if asked and asked.shown.errors else 200,
        computing=computing,
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
    shown = read_shown(request.args)
    asset, row = impact_of_slug(me(), slug, without_inferred=shown.without_inferred)
    snapshot = latest_snapshot(without_inferred=shown.without_inferred)
    found: dict[str, Any] = _working(asset, row) if row else {}
    said_deals, said_seen = said_on_deals(asset.id, me())
    return render(
        "impact/show.html",
        asset=asset,
        row=row,
        shown=shown,
        has_inferred=has_inferred_uses(),
        said=said_of(asset.id),
        said_deals=said_deals,
        said_seen=said_seen,
        snapshot=snapshot,
        words=DEFINITIONS,
        coverage=coverage_sentence(snapshot.coverage, local_day(now())) if snapshot else "",
        **found,
    )


def _working(asset: Asset, row: ImpactRow) -> dict[str, Any]:
    figures = AssetLift.read(row)
    return {
        "sentence": sentence(figures),
        "distance": distance(figures),
        "verdict_words": verdict_words(figures),
        "chance": chance_words(figures, compared_count(row.snapshot_id)),
        "working": working(figures),
        "numbers": numbers(row),
        "left_out": left_out_words(row.snapshot.left_out),
        "cycle": cycle_words(row.weeks_won_deals, row.weeks_difference, row.weeks_ci_low, row.weeks_ci_high),
        "planted": planted_effect(asset),
    }


def planted_effect(asset: Asset) -> float | None:
    """Return the effect that the demo planted in this content, as a fraction, if this is a demo and it did."""
    note = db.session.get(DemoNote, 1)
    effect = note.planted.get("effects", {}).get(asset.slug) if note else None
    return float(effect) if isinstance(effect, int | float) else None
