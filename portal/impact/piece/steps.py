"""Steps: the way from the simple figure to the one that is shown, as the lines of a table."""

from __future__ import annotations

from portal.impact.method import SE_FLOOR
from portal.impact.models import ImpactRow
from portal.impact.verdicts import Verdict
from portal.web.formatting import count, in_points, points

Line = tuple[str, str, str]


def steps(row: ImpactRow) -> list[Line]:
    """Return the lines as (label, value, meaning), as far as the data carries them."""
    found = _simple(row) if row.deals_used else []
    if row.verdict == Verdict.NOT_ENOUGH_DEALS or row.lift is None:
        return found
    # The other rates follow from those that are shown, or they would not differ by the difference that is.
    used = round((row.used_rate or 0.0) * 100)
    moments = f"{count(row.matched)} deals, compared with {count(row.comparison_deals)} others."
    found += [
        ("Won where it was used, at similar moments", f"{used}%", moments),
        (
            "Won where other content was used",
            f"{used - round(row.lift * 100)}%",
            "At the same moments, weighted alike.",
        ),
        ("Difference at similar moments", in_points(row.lift), _range(row)),
    ]
    if row.shrunk_lift is not None:
        drawn = (
            "Drawn towards the average of all content, the more so the fewer its deals. The list goes by it."
        )
        found.append(("For ranking", in_points(row.shrunk_lift), drawn))
    if row.q_value is not None:
        allows = "Allows for how many pieces were compared; below 0.05 is clear."
        found.append(("q-value", _q(row.q_value), allows))
    if row.e_value is not None and row.e_value_near is not None:
        found.append(("E-value", f"{row.e_value:.1f}", _e_words(row.e_value_near)))
    return found


def _simple(row: ImpactRow) -> list[Line]:
    """The figure that most tools print."""
    rate = round(row.won / row.deals_used * 100)
    of = f"{count(row.won)} of {count(row.deals_used)} closed deals."
    found = [("Won where it was used", f"{rate}%", of)]
    if row.naive_lift is None:
        return found
    others = "Also those on which nothing was used."
    simple = "What most tools print, and what misleads."
    return [
        *found,
        ("Won on all other closed deals", f"{rate - round(row.naive_lift * 100)}%", others),
        ("Simple difference", in_points(row.naive_lift), simple),
    ]


def _e_words(near: float) -> str:
    words = "How strongly something unseen would have to go with both use and winning to explain it all;"
    return (
        f"{words} {near:.1f} for the near end of the range."
        if near > 1
        else f"{words} the range holds no difference."
    )


def _range(row: ImpactRow) -> str:
    if row.ci_low is None or row.ci_high is None or row.se is None:
        return "All comparable deals ended alike, so there is no range."
    floor = f"{SE_FLOOR * 100:g}"
    return (
        f"Likely between {points(row.ci_low)} and {points(row.ci_high)}; its standard error is {row.se * 100:.1f}"
        f" points, never less than {floor}, as content is compared with content."
    )


def _q(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
