"""Comparing: the moments of what was gathered, and what comparing them says of all content."""

from __future__ import annotations

from dataclasses import dataclass

from portal.impact.cells import Moments, moments_of
from portal.impact.first_uses import FirstUses, first_uses
from portal.impact.gathered import Gathered
from portal.impact.lift import Lift, matched_lift


@dataclass(frozen=True)
class Compared:
    """What was gathered, the moments in which content was first used on it, and their comparison."""

    gathered: Gathered
    moments: Moments
    lift: Lift


def compare(gathered: Gathered) -> Compared:
    """Compare all content over what was gathered."""
    return compare_uses(gathered, first_uses_of(gathered))


def first_uses_of(gathered: Gathered) -> FirstUses:
    """Return the first uses that may be compared.

    What was logged when the end of its deal was known is compared with nothing: whoever remembers more of the deals
    they won would make any content look good.
    """
    touches = gathered.touches.only(~gathered.late) if gathered.late.any() else gathered.touches
    return first_uses(gathered.deals, gathered.history, touches)


def compare_uses(gathered: Gathered, uses: FirstUses) -> Compared:
    """Compare all content over what was gathered, by its first uses."""
    moments = moments_of(gathered.deals, gathered.history, uses, len(gathered.asset_ids))
    return Compared(gathered, moments, matched_lift(gathered.deals, moments))
