"""Forest: an estimate and its range as a picture for Word, which takes no SVG; the words stand beside it as text.

All strips of one plot share a scale, whose lines run on from strip to strip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import resvg_py

from portal.reports.table import Mark

WIDTH, HEIGHT, ZOOM, MARGIN = 400, 16, 3, 8
STEPS = (0.05, 0.1, 0.2, 0.25, 0.5)
MOST_STEPS = 9
# Good, bad, control, line and secondary text of the light theme in static/css/tokens.css.
COLOURS = {"won_more": "#187543", "won_less": "#b3261e"}
UNCLEAR, GRID, ZERO = "#818c90", "#e2e8e8", "#46545a"
SHAPES = {"won_more": "M0 -6 L6 5 L-6 5 Z", "won_less": "M0 6 L6 -5 L-6 -5 Z"}


@dataclass(frozen=True)
class Scale:
    """The lines of a plot: from `first` to `last` steps, as fractions of a win rate."""

    first: int
    last: int
    step: float

    def at(self, value: float) -> float:
        """Return where a value stands, from 0 at the left to 1 at the right."""
        return (value / self.step - self.first) / (self.last - self.first)

    @property
    def ticks(self) -> list[float]:
        return [number * self.step for number in range(self.first, self.last + 1)]


def scale_of(marks: Sequence[Mark]) -> Scale:
    """Return a scale of few lines that holds every range, and zero."""
    ends = [end for mark in marks for end in (mark.low, mark.high, mark.estimate)] + [-0.05, 0.05]
    low, high = min(ends), max(ends)
    step = next((one for one in STEPS if (high - low) / one <= MOST_STEPS), STEPS[-1])
    return Scale(floor(low / step), ceil(high / step), step)


def strip(mark: Mark, scale: Scale) -> bytes:
    """Return a PNG of one range with its mark, whose shape alone tells the verdict: up, down, or a ring."""
    middle, colour = HEIGHT / 2, COLOURS.get(mark.verdict, UNCLEAR)
    lines = "".join(
        f'<path d="M{_place(tick, scale)} 0 V{HEIGHT}" stroke="{GRID if tick else ZERO}"/>'
        for tick in scale.ticks
    )
    reach = f"M{_place(mark.low, scale)} {middle} H{_place(mark.high, scale)}"
    shape = (
        f'<path d="{SHAPES[mark.verdict]}" fill="{colour}"/>'
        if mark.verdict in SHAPES
        else f'<circle r="4.5" fill="#fff" stroke="{colour}" stroke-width="2"/>'
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">{lines}'
        f'<path d="{reach}" stroke="{colour}" stroke-width="2.5" stroke-linecap="round"/>'
        f'<g transform="translate({_place(mark.estimate, scale)} {middle})">{shape}</g></svg>'
    )
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=ZOOM, skip_system_fonts=True))


def _place(value: float, scale: Scale) -> str:
    """A little room at both ends, for marks that stand there."""
    return f"{MARGIN + scale.at(value) * (WIDTH - 2 * MARGIN):.1f}"
