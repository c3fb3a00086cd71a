"""Fixing: content that is used much and rated low, and that no notable gain is likely to go with."""

from __future__ import annotations

from statistics import median

from portal.impact.lift import AssetLift
from portal.impact.method import NOTABLE_GAIN
from portal.impact.models import ImpactRow
from portal.impact.verdicts import Verdict
from portal.impact.words import sentence
from portal.library.models import Asset
from portal.reports.actions import words
from portal.reports.actions.figured import Figured
from portal.reports.actions.lines import Found, Line, address, ask_about, short_title
from portal.reports.actions.queries import usable
from portal.reports.actions.rules import FEW_RATINGS, LOW_MEAN
from portal.reports.table import Column
from portal.users.models import User
from portal.web.formatting import kind_words

COLUMNS = (
    Column("content", "Content", "text", "A piece of content that is in use."),
    Column("kind", "Kind", "text", "The kind of content."),
    Column("why", "Why", "text", "What puts it on this list."),
    Column("deals", "Closed deals", "count", "Closed deals among those chosen on which it was used."),
    Column("rating", "Rating", "rating", "How useful people find it, from 1 to 5."),
    Column("ratings", "Ratings", "count", "By how many people."),
    Column("difference", "Difference", "points", "In win rate, against other content on similar deals."),
    Column("low", "Range from", "points", "Where the likely range of the difference begins."),
    Column("high", "Range to", "points", "Where the likely range of the difference ends."),
    Column("figures", "In words", "text", "What the figures say of it."),
)


def fix(user: User, figured: Figured, limit: int, offset: int) -> Found:
    """List what is used much, rated low, and without a notable gain; the most used first."""
    if figured.problem:
        return Found(nothing=figured.problem)
    wanted = _wanted(figured)
    assets = {number: one for number, one in usable(user, wanted).items() if _is_low(one)}
    ranked = sorted(assets, key=lambda number: (-wanted[number].deals_used, number))
    lines = [_line(assets[number], wanted[number], figured) for number in ranked[offset : offset + limit]]
    return Found(lines, len(ranked))


def _wanted(figured: Figured) -> dict[int, ImpactRow]:
    used = [row.deals_used for row in figured.here.values() if row.deals_used]
    # At least one use, or what nobody used would be among the half that is used most.
    usual = max(1, median(used)) if used else 1
    return {
        asset_id: row
        for asset_id, row in figured.here.items()
        if row.deals_used >= usual
        and row.verdict != Verdict.NOT_ENOUGH_DEALS
        and row.ci_high is not None
        and row.ci_high < NOTABLE_GAIN
    }


def _is_low(asset: Asset) -> bool:
    return asset.rating_count >= FEW_RATINGS and (asset.rating_mean or LOW_MEAN) < LOW_MEAN


def _line(asset: Asset, row: ImpactRow, figured: Figured) -> Line:
    figures, kind = AssetLift.read(row), kind_words(asset.kind)
    why, said = words.much_used(figures, asset), sentence(figures)
    return Line(
        title=asset.title,
        address=address(f"/impact/{asset.slug}", **figured.arguments),
        note=kind,
        reason=why,
        act=ask_about(
            "Ask for a better version", asset, words.need_of_fix(short_title(asset), figures, asset)
        ),
        values=(
            *(asset.title, kind, why, row.deals_used, asset.rating_mean, asset.rating_count),
            *(figures.lift, figures.ci_low, figures.ci_high, said),
        ),
        sentence=said,
        verdict=figures.verdict,
    )
