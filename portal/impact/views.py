"""The pages of the impact figures, which everyone signed in sees alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from portal.db import db, now
from portal.demo.models import DemoNote
from portal.feedback.closing.counting import said_of, said_on_deals
from portal.impact.forms import USES, Shown, read_shown
from portal.impact.lift import AssetLift
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.impact.numbers import numbers
from portal.impact.overview import (
    VERDICT_NAMES,
    coverage_sentence,
    distance,
    headline_parts,
    left_out_words,
)
from portal.impact.queries import (
    DEFAULT_SORT,
    compared_count,
    has_inferred_uses,
    impact_of_slug,
    impact_rows,
    latest_snapshot,
    plotted_rows,
    verdict_counts,
)
from portal.impact.verdicts import Verdict
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
from portal.library.models import ASSET_KINDS, Asset
from portal.usage.sums import local_day
from portal.users.access import OVERSIGHT, allow, me
from portal.web import paginate, render, see_other
from portal.web.formatting import kind_words, points

blueprint = Blueprint("impact", __name__, url_prefix="/impact")
blueprints = (blueprint,)
# As many as a plot shows at a glance.
PER_PAGE = 20
DEFINITIONS = {"limits": LIMITS, "credited": CREDITED_REVENUE, "used": REVENUE_OF_DEALS}


@blueprint.get("")
def index() -> Response:
    shown = read_shown(request.args)
    computing = pending("compute_impact")
    snapshot = latest_snapshot(without_inferred=shown.without_inferred)
    found: dict[str, Any] = _figures(snapshot, shown) if snapshot else {}
    response = render(
        "impact/index.html",
        block="computing",
        computing=computing,
        snapshot=snapshot,
        shown=shown,
        words=DEFINITIONS,
        may_compute=me().role in OVERSIGHT,
        **found,
    )
    if request.headers.get("HX-Request") == "true" and not computing:
        # Only the note that the figures are being worked out asks this way; now there is a new page to see.
        response.headers["HX-Refresh"] = "true"
    return response


def _figures(snapshot: ImpactSnapshot, shown: Shown) -> dict[str, Any]:
    counts = verdict_counts(me(), snapshot.id)
    statement = impact_rows(me(), snapshot.id, kind=shown.kind, verdict=shown.verdict, sort=shown.sort)
    page = paginate(statement, per_page=PER_PAGE)
    return {
        "page": page,
        "lines": [_line(row) for row in page.items],
        "plot": [_mark(row) for row in _plotted(snapshot, shown, page.items)],
        "has_own_plot": _is_whole(shown),
        "use_choices": USES,
        "kind_choices": [("", "Every kind"), *((kind, kind_words(kind)) for kind in ASSET_KINDS)],
        "verdict_choices": [
            ("", "Every verdict"),
            *((value, f"{name} ({counts.get(value, 0)})") for value, name in VERDICT_NAMES.items()),
        ],
        "counts": counts,
        "total": sum(counts.values()),
        "headline": headline_parts(counts),
        "coverage": coverage_sentence(snapshot.coverage, local_day(now())),
        "left_out": left_out_words(snapshot.left_out),
    }


def _is_whole(shown: Shown) -> bool:
    """Whether the list is not narrowed to one verdict and in its usual order, so that the plot chooses for itself."""
    return not shown.verdict and shown.sort == DEFAULT_SORT


def _plotted(snapshot: ImpactSnapshot, shown: Shown, items: Sequence[ImpactRow]) -> Sequence[ImpactRow]:
    """What is drawn: the clear ones from both ends and the strongest others, or what the list was turned to."""
    if _is_whole(shown):
        return plotted_rows(me(), snapshot.id, shown.kind, PER_PAGE)
    return [row for row in items if row.verdict != Verdict.NOT_ENOUGH_DEALS]


def _line(row: ImpactRow) -> dict[str, Any]:
    figures = AssetLift.read(row)
    return {"row": row, "asset": row.asset, "distance": distance(figures), "words": verdict_words(figures)}


def _mark(row: ImpactRow) -> dict[str, Any]:
    """One line of the forest plot."""
    both = row.ci_low is not None and row.ci_high is not None
    range_words = f" ({points(row.ci_low)} to {points(row.ci_high)})" if both else ""
    return {
        "label": row.asset.title,
        "estimate": row.lift,
        "low": row.ci_low,
        "high": row.ci_high,
        "verdict": row.verdict,
        "text": points(row.lift) + range_words,
    }


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
