"""Heat: the content used most and the stages it was used at, as the cells of a map and the lines of its table."""

from __future__ import annotations

from typing import Any

from flask import url_for

from portal.impact.amounts import FEW_NOTE
from portal.impact.exploring.asking import Asked
from portal.impact.exploring.listing import DRAWN, Line, Listing, in_order
from portal.impact.exploring.sequences import FEWEST_DEALS
from portal.impact.exploring.stages import by_stage
from portal.impact.overview import VERDICT_NAMES
from portal.impact.parts.drawing import Part, Spread
from portal.impact.verdicts import Verdict
from portal.web.formatting import count, points

# From how many points on a cell takes the next of its three shades.
SHADES = (2, 5, 10)


def heat_context(asked: Asked, listing: Listing) -> dict[str, Any]:
    """Return the map of the content that was used on most deals, among what was chosen, where these may be counted."""
    if asked.snapshot.cut_sha256 is None:
        return {"stages": (), "rows": []}
    found = by_stage(asked.snapshot.cut_sha256, asked.shown.chosen)
    most = [line for line in in_order(listing.lines, "-deals") if line.counts[0]][:DRAWN]
    rows = [_row(line, found.of(line.asset.id), found.stages, asked) for line in most]
    return {
        "stages": found.stages,
        "knows_all": found.knows_all,
        "rows": rows,
        "spread_words": spread_words(found.spread, any_told=any(row["is_told"] for row in rows)),
        "shades": SHADES,
        "few_note": "" if all(line.tells_counts for line in listing.lines) else FEW_NOTE,
    }


def spread_words(spread: Spread, *, any_told: bool) -> str:
    """Say whether it matters at which stage one and the same piece is used."""
    if not any_told:
        return "No piece was used on enough deals at any one stage to tell the stages apart."
    apart = round(100 * spread.tau2**0.5)
    if not apart:
        return (
            "There is no clear difference between the stages at which a piece is first used: they are no further apart"
            " than chance puts them, so that every cell shows nearly what all stages together say."
        )
    return (
        "The stages differ: for one and the same piece by about"
        f" {apart} {'point' if apart == 1 else 'points'}, depending on the stage at which it is first used."
    )


def _row(line: Line, cells: list[Part], stages: tuple[str, ...], asked: Asked) -> dict[str, Any]:
    named = [_cell(stage, part, line) for stage, part in zip(stages, cells, strict=False)]
    return {
        "title": line.asset.title,
        "href": url_for("impact.show", slug=line.asset.slug, **asked.shown.of_deals()),
        "verdict": VERDICT_NAMES[Verdict(line.row.verdict)],
        "cells": named,
        "is_told": any(cell["value"] is not None for cell in named),
    }


def _cell(stage: str, part: Part, line: Line) -> dict[str, Any]:
    """One cell: its shade, its words, and what is said on hover.

    Content without a clear difference has the faintest shade alone: a strong one would speak louder than the words.
    """
    value = part.shrunk if part.verdict != Verdict.NOT_ENOUGH_DEALS else None
    deals = f"{count(part.deals_used)} {'deal' if part.deals_used == 1 else 'deals'}"
    is_counted = part.deals_used >= FEWEST_DEALS
    of_them = f"{deals}, {count(part.won)} won and {count(part.lost)} lost" if is_counted else deals
    reach = f"{points(part.ci_low)} to {points(part.ci_high)}"
    by_itself = (
        f"by itself {points(part.lift)}, likely between {points(part.ci_low)} and {points(part.ci_high)}"
    )
    said = (
        f"too few to tell, {of_them}"
        if value is None
        else f"{points(value)} points on {of_them}; {by_itself}"
    )
    return {
        "stage": stage,
        "part": part,
        "won": part.won if is_counted else None,
        "lost": part.lost if is_counted else None,
        "value": value,
        "shade": _shade(value, len(SHADES) if line.is_clear else 1),
        "deals": deals,
        "reach": reach,
        "hover": f"{line.asset.title}, first used at {stage}: {said}",
    }


def _shade(value: float | None, strongest: int) -> str:
    """The name of a cell's shade: more or less, and how strongly; even for hardly any difference."""
    if value is None:
        return "none"
    whole = round(value * 100)  # as it is written in the cell
    level = min(sum(abs(whole) >= shade for shade in SHADES), strongest)
    return f"{'more' if value > 0 else 'less'}-{level}" if level else "even"
