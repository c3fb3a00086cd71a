"""Second opinion: where the joint model and matched lift disagree on content, in words."""

from __future__ import annotations

from portal.impact.method import FALSE_DISCOVERY_RATE, MIN_SHRUNK_LIFT
from portal.impact.models import ImpactRow
from portal.impact.verdicts import Verdict
from portal.web.formatting import points

SAYS = {
    Verdict.WON_MORE: "won more often",
    Verdict.WON_LESS: "won less often",
    Verdict.NO_CLEAR_DIFFERENCE: "no clear difference",
}


def joint_verdict(row: ImpactRow) -> Verdict | None:
    """Return what the joint model says, by the same bounds as the verdict; None where it says nothing."""
    effect, q = row.joint_effect, row.joint_q
    if effect is None or row.verdict == Verdict.NOT_ENOUGH_DEALS:
        return None
    if q is None or q >= FALSE_DISCOVERY_RATE or abs(effect) < MIN_SHRUNK_LIFT:
        return Verdict.NO_CLEAR_DIFFERENCE
    return Verdict.WON_MORE if effect > 0 else Verdict.WON_LESS


def disagreement(row: ImpactRow) -> str:
    """Say what the joint model says instead, where that is something else than the verdict; else nothing."""
    other = joint_verdict(row)
    if other is None or other == row.verdict:
        return ""
    low, high = row.joint_ci_low, row.joint_ci_high
    reach = f", {points(low)} to {points(high)}" if low is not None and high is not None else ""
    return f"Second opinion: {SAYS[other]} ({points(row.joint_effect)}{reach})."
