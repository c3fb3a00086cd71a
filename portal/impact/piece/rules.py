"""Rules: one asset's credited revenue by each of the seven rules, with its place among all content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.impact.models import ImpactRow

SHOWN_COLUMN = "credited_minor"
RULES = (
    (
        SHOWN_COLUMN,
        "Equal shares",
        "The one shown: each won deal is divided equally over all uses on it.",
    ),
    ("credited_first_minor", "First use", "The whole deal goes to what was used first."),
    ("credited_last_minor", "Last use", "The whole deal goes to what was used last before the close."),
    (
        "credited_u_shape_minor",
        "First and last",
        "40% go to the first use, 40% to the last, the rest to those between.",
    ),
    (
        "credited_time_decay_minor",
        "Later counts more",
        "A use weighs half for every 30 days that it lies back.",
    ),
    (
        "credited_markov_minor",
        "Paths (Markov)",
        "By how many wins the usual paths of content would lack if this were taken out of them.",
    ),
    (
        "credited_shapley_minor",
        "Pieces (Shapley)",
        "Each won deal is divided equally over the different pieces of content on it, however often each was used.",
    ),
)


@dataclass(frozen=True)
class Rule:
    """What one rule credits, and the asset's place by it; no place without credit."""

    name: str
    words: str
    credited_minor: int | None  # None where it may not be told
    place: int | None


def rules_of(
    row: ImpactRow, rows: Sequence[ImpactRow], *, tells_amounts: bool, tells_all_rules: bool
) -> list[Rule]:
    """Return what every rule says of one row among all rows; equal credits share the better place.

    `tells_amounts` is whether sums of money may be told, `tells_all_rules` whether by more than the rule that is shown.
    """
    found = []
    for column, name, words in RULES:
        mine = getattr(row, column) or 0
        ahead = sum(1 for other in rows if (getattr(other, column) or 0) > mine)
        is_told = tells_amounts and (tells_all_rules or column == SHOWN_COLUMN)
        found.append(Rule(name, words, mine if is_told else None, ahead + 1 if mine > 0 else None))
    return found
