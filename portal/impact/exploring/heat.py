"""Heat: the content used most and the stages it was used at, as the cells of a map and the lines of its table."""

from __future__ import annotations

from typing import Any

from flask import url_for

from portal.impact.exploring.asking import Asked
from portal.impact.exploring.listing import DRAWN, Line, Listing, in_order
from portal.impact.exploring.stages import AtStage, by_stage
from portal.impact.lift import AssetLift
from portal.impact.words import verdict_words
from portal.web.formatting import count, points

# From which difference on a cell takes the next of its three shades, as fractions.
SHADES = (0.02, 0.05, 0.10)


def heat_context(asked: Asked, listing: Listing) -> dict[str, Any]:
    """Return the map of the content that was used on most deals, among what was chosen."""
    if asked.snapshot.cut_sha256 is None:
        return {"stages": (), "rows": [], "is_kept": False}
    found = by_stage(asked.snapshot.cut_sha256, asked.shown.chosen)
    most = [line for line in in_order(listing.lines, "-deals") if line.row.deals_used][:DRAWN]
    rows = [_row(line, found.found.get(line.asset.id, ()), found.stages, asked) for line in most]
    return {
        "stages": found.stages,
        "knows_all": found.knows_all,
        "rows": rows,
        "is_kept": True,
        "spread_words": spread_words(found.spread),
        "shades": [(level, f"{shade * 100:.0f}") for level, shade in enumerate(SHADES, 1)],
    }


def spread_words(spread: float | None) -> str:
    """Say whether it matters at which stage one and the same piece is used."""
    if spread is None:
        return "No piece was used on enough deals at any one stage to tell the stages apart."
    if spread * 100 < 1:
        return (
            "It makes no clear difference at which stage a piece is first used: the stages differ no more than chance"
            " makes them, so that every cell shows nearly what all stages together say."
        )
    return (
        "It matters at which stage a piece is first used: for one and the same piece, the stages differ by about"
        f" {spread * 100:.0f} {'point' if round(spread * 100) == 1 else 'points'}."
    )


def _row(line: Line, cells: tuple[AtStage, ...], stages: tuple[str, ...], asked: Asked) -> dict[str, Any]:
    return {
        "title": line.asset.title,
        "href": url_for("impact.show", slug=line.asset.slug, uses=asked.shown.uses or None),
        "deals": line.row.deals_used,
        "cells": [_cell(stage, cell, line.asset.title) for stage, cell in zip(stages, cells, strict=False)],
    }


def _cell(stage: str, cell: AtStage, title: str) -> dict[str, Any]:
    """One cell: its shade, its words, and what is said on hover."""
    figures = cell.figures
    deals = f"{count(figures.deals_used)} {'deal' if figures.deals_used == 1 else 'deals'}"
    return {
        "stage": stage,
        "figures": figures,
        "value": cell.value,
        "shade": _shade(cell.value),
        "deals": deals,
        "reach": _reach(figures) if cell.value is not None else "",
        "words": verdict_words(figures),
        "hover": f"{title}, first used at {stage}: {_said(cell, deals)}",
    }


def _said(cell: AtStage, deals: str) -> str:
    figures = cell.figures
    of_them = f"{deals}, {count(figures.won)} won and {count(figures.lost)} lost"
    if cell.value is None:
        return f"too few to tell, {of_them}"
    return f"{points(cell.value)} points on {of_them}; by itself {points(figures.lift)}{_reach(figures)}"


def _reach(figures: AssetLift) -> str:
    if figures.ci_low is None or figures.ci_high is None:
        return ""
    return f", likely between {points(figures.ci_low)} and {points(figures.ci_high)}"


def _shade(value: float | None) -> str:
    """The name of a cell's shade: more or less, and how strongly; even for hardly any difference."""
    if value is None:
        return "none"
    level = sum(abs(value) >= shade for shade in SHADES)
    return f"{'more' if value > 0 else 'less'}-{level}" if level else "even"
