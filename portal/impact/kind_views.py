"""The page of the figures by kind of content."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, url_for

from portal.impact.amounts import FEW_DEALS, FEW_NOTE, FEW_WORDS, NOT_TOLD, may_count, may_tell
from portal.impact.explored_views import OF_THE_LIST, explored_page
from portal.impact.exploring.asking import Asked
from portal.impact.exploring.computing import explored
from portal.impact.exploring.kinds import KindFigures, by_kind, kinds_of_content, kinds_words
from portal.impact.exploring.page import said_of
from portal.impact.exploring.wording import choice_words
from portal.impact.lift import AssetLift
from portal.impact.overview import VERDICT_NAMES, compared_count, distance
from portal.impact.verdicts import Verdict
from portal.impact.words import CREDITED_REVENUE, chance_note, verdict_words
from portal.users.access import me
from portal.web.formatting import count, kind_words, points

blueprint = Blueprint("impact_kinds", __name__, url_prefix="/impact/by/kinds")


@blueprint.get("")
def index() -> Response:
    # Every kind is shown, so that none can be chosen.
    return explored_page("impact/kinds.html", "impact_kinds.index", _figures, unread=(*OF_THE_LIST, "kind"))


def _figures(asked: Asked) -> dict[str, Any]:
    chosen, sha256 = asked.shown.chosen, asked.snapshot.cut_sha256
    found = explored(asked.snapshot, chosen)
    said = said_of(asked, found) | {"kind_choices": ()}
    if sha256 is None or said["too_few"]:
        return said
    kind_of = kinds_of_content()
    kinds = by_kind(sha256, chosen, kind_of)
    # What is told of a kind and of all of its pieces but one would tell of that one.
    hidden = {dict(kind_of).get(row.asset_id) for row in found.rows if not may_tell(me(), chosen, row)}
    compared = compared_count(one.row for one in kinds)
    return said | {
        "in_words": kinds_words(kinds, choice_words(chosen, asked.team_names)),
        "lines": [_line(one, asked, tells_amounts=one.kind not in hidden) for one in kinds],
        "plot": [_mark(one) for one in kinds if one.row.verdict != Verdict.NOT_ENOUGH_DEALS],
        "chance": chance_note([AssetLift.read(one.row) for one in kinds], compared, "kinds"),
        "credited_words": CREDITED_REVENUE,
        "not_told": NOT_TOLD,
        "few_note": FEW_NOTE,
    }


def _line(one: KindFigures, asked: Asked, *, tells_amounts: bool) -> dict[str, Any]:
    figures, kept, chosen = AssetLift.read(one.row), asked.shown.arguments(), asked.shown.chosen
    tells_counts = may_count(me(), chosen, one.row)
    return {
        "name": kind_words(one.kind),
        "href": url_for("impact.index", **kept | {"kind": one.kind}),
        "pieces": one.pieces,
        "row": one.row,
        "few": "" if tells_counts else FEW_DEALS,
        "tells_amounts": tells_amounts and may_tell(me(), chosen, one.row),
        "distance": distance(figures) if tells_counts else None,
        "words": verdict_words(figures) if tells_counts else FEW_WORDS,
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
