"""The page of one deal's own story: its content in order, with what is credited and what the figures say of each."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.deals.queries import stage_entries, visible_deal
from portal.impact.exploring.stories import story_of
from portal.impact.lift import AssetLift
from portal.impact.models import ImpactRow
from portal.impact.queries import known_content, latest_snapshot, snapshot_rows
from portal.impact.verdicts import Verdict
from portal.impact.words import CREDITED_REVENUE, short_words
from portal.users.access import me
from portal.web import render
from portal.web.formatting import count

blueprint = Blueprint("impact_story", __name__, url_prefix="/impact/deals")


@blueprint.get("/<int:deal_id>")
def show(deal_id: int) -> Response:
    deal = visible_deal(me(), deal_id)
    snapshot = latest_snapshot()
    rows = snapshot_rows(snapshot.id) if snapshot else {}
    chapters = story_of(deal, list(stage_entries(deal.id)), rows, known_content(me()))
    return render(
        "impact/story.html",
        deal=deal,
        chapters=[(one, _beside_verdict(one.row) if one.row else "") for one in chapters],
        credited=sum(one.credited_minor or 0 for one in chapters),
        credited_words=CREDITED_REVENUE,
    )


def _beside_verdict(row: ImpactRow) -> str:
    """What stands beside a verdict's own words, without saying them twice."""
    if row.verdict == Verdict.NO_CLEAR_DIFFERENCE:
        return f"on {count(row.matched)} similar {'deal' if row.matched == 1 else 'deals'}"
    return "" if row.verdict == Verdict.NOT_ENOUGH_DEALS else short_words(AssetLift.read(row))
