"""What an address may ask of the list of figures; what is not known is left aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.impact.queries import DEFAULT_SORT, SORTS
from portal.impact.verdicts import Verdict
from portal.library.models import ASSET_KINDS

# ?uses=logged leaves out what was inferred from mails, meetings and days.
LOGGED = "logged"
USES = (("", "All uses"), (LOGGED, "Without inferred uses"))


@dataclass(frozen=True)
class Shown:
    """Which rows are shown, in which order."""

    kind: str
    verdict: str
    sort: str
    without_inferred: bool = False

    @property
    def uses(self) -> str:
        """What the address says of inferred uses, which is nothing where they are part of the figures."""
        return LOGGED if self.without_inferred else ""


def read_shown(arguments: Mapping[str, str]) -> Shown:
    """Read the filters and the order from an address."""
    kind, verdict = arguments.get("kind", ""), arguments.get("verdict", "")
    sort = arguments.get("sort", "")
    return Shown(
        kind=kind if kind in ASSET_KINDS else "",
        verdict=verdict if verdict in list(Verdict) else "",
        sort=sort if sort.removeprefix("-") in SORTS else DEFAULT_SORT,
        without_inferred=arguments.get("uses") == LOGGED,
    )
