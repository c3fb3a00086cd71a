"""Second opinion: where the joint model and matched lift disagree on content, in words."""

from __future__ import annotations

from dataclasses import dataclass

from portal.impact.method import FALSE_DISCOVERY_RATE, MIN_SHRUNK_LIFT
from portal.impact.models import ImpactRow
from portal.impact.verdicts import Verdict
from portal.web.formatting import points

SAYS = {
    Verdict.WON_MORE: "won more often",
    Verdict.WON_LESS: "won less often",
    Verdict.NO_CLEAR_DIFFERENCE: "no clear difference",
}


@dataclass(frozen=True)
class Said:
    """What one of the two methods says of an asset, as fractions."""

    verdict: Verdict
    value: float
    low: float
    high: float

    def is_clear(self) -> bool:
        """Say whether it found a difference."""
        return self.verdict != Verdict.NO_CLEAR_DIFFERENCE

    def rules_out(self, value: float) -> bool:
        """Say whether a value lies outside of its range."""
        return not self.low <= value <= self.high


def disagree(one: Said, other: Said) -> bool:
    """Say whether two methods can't well both be right.

    Their ranges exclude each other, or both are clear and opposite, or one is clear and the other's range rules its
    value out.
    """
    if one.low > other.high or other.low > one.high:
        return True
    if one.is_clear() and other.is_clear():
        return one.verdict != other.verdict
    clear, unclear = (one, other) if one.is_clear() else (other, one)
    return clear.is_clear() and unclear.rules_out(clear.value)


def disagreement(row: ImpactRow) -> str:
    """Say what the joint model says, where it and the figures shown disagree; else nothing."""
    lift, joint = said_by_lift(row), said_by_joint(row)
    if lift is None or joint is None or not disagree(lift, joint):
        return ""
    reach = f"{points(joint.low)} to {points(joint.high)}"
    return f"Second opinion: {SAYS[joint.verdict]} ({points(joint.value)}, {reach})."


def said_by_lift(row: ImpactRow) -> Said | None:
    """Return what matched lift says; None without a verdict."""
    if (
        row.verdict == Verdict.NOT_ENOUGH_DEALS
        or row.lift is None
        or row.ci_low is None
        or row.ci_high is None
    ):
        return None
    return Said(Verdict(row.verdict), row.lift, row.ci_low, row.ci_high)


def said_by_joint(row: ImpactRow) -> Said | None:
    """Return what the joint model says, by the same bounds as the verdict; None where it says nothing."""
    effect, low, high, q = row.joint_effect, row.joint_ci_low, row.joint_ci_high, row.joint_q
    if effect is None or low is None or high is None:
        return None
    verdict = Verdict.NO_CLEAR_DIFFERENCE
    if q is not None and q < FALSE_DISCOVERY_RATE and abs(effect) >= MIN_SHRUNK_LIFT:
        verdict = Verdict.WON_MORE if effect > 0 else Verdict.WON_LESS
    return Said(verdict, effect, low, high)
