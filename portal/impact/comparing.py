"""Comparing: the moments of what was gathered, and what comparing them says of all content."""

from __future__ import annotations

from dataclasses import dataclass

from portal.impact.cells import Moments, in_cells
from portal.impact.gathered import Gathered
from portal.impact.lift import Lift, matched_lift
from portal.impact.timeline import Timeline, timeline_of


@dataclass(frozen=True)
class Compared:
    """What was gathered, the moments in which content was first used on it, and their comparison."""

    gathered: Gathered
    moments: Moments
    lift: Lift


def compare(gathered: Gathered) -> Compared:
    """Compare all content over what was gathered."""
    return compare_along(gathered, timeline(gathered))


def timeline(gathered: Gathered) -> Timeline:
    """Return the timeline of the uses that may be compared.

    What was logged when the end of its deal was known is compared with nothing: whoever remembers more of the deals
    they won would make any content look good.
    """
    touches = gathered.touches.only(~gathered.late) if gathered.late.any() else gathered.touches
    return timeline_of(gathered.deals, gathered.history, touches)


def compare_along(gathered: Gathered, timeline: Timeline) -> Compared:
    """Compare all content over what was gathered, by its timeline."""
    moments = in_cells(gathered.deals, timeline, len(gathered.asset_ids))
    return Compared(gathered, moments, matched_lift(gathered.deals, moments))
