"""Choice: the deals chosen from a cut and their comparison, remembered for the pages that share them."""

from __future__ import annotations

from functools import lru_cache

from portal.impact.comparing import Compared, compare_along, timeline
from portal.impact.cut import load_cut
from portal.impact.exploring.filters import Chosen
from portal.impact.exploring.narrowing import kept, narrow
from portal.impact.gathered import Gathered
from portal.impact.timeline import Timeline

# Of the largest portals each takes some hundred megabytes.
REMEMBERED = 2


@lru_cache(maxsize=REMEMBERED)
def narrowed(cut_sha256: str, chosen: Chosen) -> Gathered:
    """Return what a cut holds of the deals chosen."""
    return narrow(load_cut(cut_sha256), chosen)


@lru_cache(maxsize=REMEMBERED)
def compared(cut_sha256: str, chosen: Chosen) -> Compared:
    """Return the comparison of all content on the deals chosen, which a list and the pages of its pieces share."""
    deals_chosen = kept(load_cut(cut_sha256), chosen)
    along = _timeline(cut_sha256, chosen.without_inferred).of_deals(deals_chosen)
    return compare_along(narrowed(cut_sha256, chosen), along)


@lru_cache(maxsize=REMEMBERED)
def _timeline(cut_sha256: str, without_inferred: bool) -> Timeline:
    every = load_cut(cut_sha256)
    return timeline(every.without_inferred() if without_inferred else every)
