"""The page of the figures by kind of content."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.impact.amounts import NOT_TOLD, may_tell
from portal.impact.exploring.asking import Asked, ask
from portal.impact.exploring.computing import explored
from portal.impact.exploring.kinds import KindFigures, by_kind, kinds_of_content
from portal.impact.exploring.page import filters_context, said_of
from portal.impact.lift import AssetLift
from portal.impact.overview import VERDICT_NAMES, compared_count, distance
from portal.impact.verdicts import Verdict
from portal.impact.words import CREDITED_REVENUE, chance_note, sentence, verdict_words
from portal.users.access import me
from portal.web import render
from portal.web.formatting import count, kind_words, points

blueprint = Blueprint("impact_kinds", __name__, url_prefix="/impact/by/kinds")
EXPLORED = "explored"


@blueprint.get("")
def index() -> Response:
    asked = ask(me(), request.args)
    found = _found(asked) if asked else {"shown": None}
    response = render(
        "impact/kinds.html",
        block=EXPLORED if asked else None,
        status=422 if asked and asked.shown.errors else 200,
        snapshot=asked.snapshot if asked else None,
        credited_words=CREDITED_REVENUE,
        not_told=NOT_TOLD,
        **found,
    )
    if asked and request.headers.get("HX-Target") == EXPLORED:
        response.headers["HX-Push-Url"] = url_for("impact_kinds.index", **asked.shown.arguments())
    return response


def _found(asked: Asked) -> dict[str, Any]:
    said = said_of(asked, explored(asked.snapshot, asked.shown.chosen))
    found: dict[str, Any] = filters_context(asked, "impact_kinds.index") | said
    found["kind_choices"] = ()
    sha256 = asked.snapshot.cut_sha256
    kinds = by_kind(sha256, asked.shown.chosen, kinds_of_content()) if sha256 and not found["too_few"] else []
    lines = [_line(one, asked) for one in kinds]
    plot = [_mark(one) for one in kinds if one.row.verdict != Verdict.NOT_ENOUGH_DEALS]
    chance = chance_note(
        [AssetLift.read(one.row) for one in kinds], compared_count(one.row for one in kinds), "kinds"
    )
    return found | {"is_kept": sha256 is not None, "lines": lines, "plot": plot, "chance": chance}


def _line(one: KindFigures, asked: Asked) -> dict[str, Any]:
    figures, kept = AssetLift.read(one.row), asked.shown.arguments()
    return {
        "name": kind_words(one.kind),
        "href": url_for("impact.index", **kept | {"kind": one.kind}),
        "pieces": one.pieces,
        "row": one.row,
        "tells_amounts": may_tell(me(), asked.shown.chosen, one.row),
        "distance": distance(figures),
        "words": verdict_words(figures),
        "sentence": sentence(figures),
    }


def _mark(one: KindFigures) -> dict[str, Any]:
    row = one.row
    both = row.ci_low is not None and row.ci_high is not None
    return {
        "label": kind_words(one.kind),
        "note": f"{VERDICT_NAMES[Verdict(row.verdict)]} · {count(row.deals_used)} deals",
        "estimate": row.lift,
        "low": row.ci_low,
        "high": row.ci_high,
        "verdict": row.verdict,
        "text": points(row.lift) + (f" ({points(row.ci_low)} to {points(row.ci_high)})" if both else ""),
    }
