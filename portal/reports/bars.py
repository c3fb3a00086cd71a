"""Bars as pictures for Word, which takes no SVG: the words stand beside them as text, so that no font is needed."""

from __future__ import annotations

from functools import lru_cache

import resvg_py

WIDTH, HEIGHT, ZOOM = 240, 10, 3
# Accent and line of the light theme in static/css/tokens.css.
ACCENT, TRACK = "#0b6473", "#e2e8e8"


@lru_cache(maxsize=256)
def bar(percent: int) -> bytes:
    """Return a PNG of a bar that is filled to a whole percentage."""
    filled = max(WIDTH * percent / 100, HEIGHT if percent else 0)
    shape = f'height="{HEIGHT}" rx="{HEIGHT / 2}"'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">'
        f'<rect width="{WIDTH}" {shape} fill="{TRACK}"/><rect width="{filled:.1f}" {shape} fill="{ACCENT}"/></svg>'
    )
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=ZOOM, skip_system_fonts=True))
