"""Figured: the figures of the deals chosen, and of all deals, as the lists that read figures need them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.db import now
from portal.errors import PortalError
from portal.impact.exploring.asking import Asked
from portal.impact.exploring.computing import explored
from portal.impact.exploring.filters import Chosen
from portal.impact.models import ImpactRow
from portal.impact.overview import coverage_sentence
from portal.impact.queries import snapshot_rows
from portal.usage.sums import local_day

NONE_YET = (
    "No figures were worked out yet; they are every night, from the deals and the content used on them."
)
NO_DEALS = "On no closed deal that fits these filters is any content logged."


@dataclass(frozen=True)
class Figured:
    """By asset, the figures of the deals chosen and of all deals, and on how many of those chosen content is logged.

    `arguments` is what an address says of the deals, `coverage` says in words for how many deals they speak, and
    `problem` why there is nothing to tell.
    """

    chosen: Chosen = field(default_factory=Chosen)
    here: dict[int, ImpactRow] = field(default_factory=dict)
    overall: dict[int, ImpactRow] = field(default_factory=dict)
    logged_deals: int = 0
    coverage: str = ""
    problem: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)

    @property
    def team_id(self) -> int | None:
        """The team chosen, which an address names by its number."""
        word = self.chosen.word("team")
        return int(word) if word else None


def figured(asked: Asked | None) -> Figured:
    """Return the figures of what is asked for; without any, why."""
    if asked is None:
        return Figured(problem=NONE_YET)
    chosen = asked.shown.chosen
    overall = snapshot_rows(asked.snapshot.id)
    if not chosen.narrows:
        here, coverage = overall, asked.snapshot.coverage
    else:
        try:
            found = explored(asked.snapshot, chosen)
        except (
            PortalError
        ) as error:  # what they were made from is gone: the other lists are there all the same
            return Figured(chosen, problem=error.message)
        here, coverage = {row.asset_id: row for row in found.rows}, found.coverage
    logged = coverage["logged_deals"]
    said = coverage_sentence(coverage, local_day(now()), chosen=chosen.narrows)
    problem = "" if logged else NO_DEALS
    return Figured(chosen, here, overall, logged, said, problem, asked.shown.of_deals())
