"""What an address may ask of the figures, and what is wrong with it at the field where it was said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from portal.impact.exploring.filters import LOGGED, Chosen, read_chosen
from portal.impact.exploring.listing import DEFAULT_SORT, SORTS
from portal.impact.verdicts import Verdict
from portal.library.models import ASSET_KINDS

USES = (("", "All uses"), (LOGGED, "Without inferred uses"))


@dataclass(frozen=True)
class Shown:
    """Of which deals figures are shown, of which content, and in which order."""

    kind: str = ""
    verdict: str = ""
    sort: str = DEFAULT_SORT
    chosen: Chosen = field(default_factory=Chosen)
    snapshot_id: int | None = None  # None is the latest
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def without_inferred(self) -> bool:
        """Whether inferred uses are left out."""
        return self.chosen.without_inferred

    @property
    def uses(self) -> str:
        """What the address says of inferred uses, which is nothing where they are part of the figures."""
        return LOGGED if self.without_inferred else ""

    @property
    def is_whole(self) -> bool:
        """Whether all content is shown in the usual order, so that what stands out may be drawn."""
        return not self.verdict and self.sort == DEFAULT_SORT

    def of_deals(self) -> dict[str, Any]:
        """Return what an address says of the deals and of the snapshot, for a page that shows other content of them."""
        number = {"snapshot": str(self.snapshot_id)} if self.snapshot_id else {}
        return self.chosen.arguments() | number

    def arguments(self) -> dict[str, Any]:
        """Return what an address says to show this again, without what is as usual."""
        sort = self.sort if self.sort != DEFAULT_SORT else ""
        number = str(self.snapshot_id or "")
        own = {"kind": self.kind, "verdict": self.verdict, "sort": sort, "snapshot": number}
        return self.chosen.arguments() | {name: said for name, said in own.items() if said}


def read_snapshot(arguments: Mapping[str, str]) -> int | None:
    """Read which snapshot an address names: 0, which there never is, for what can't be one, None for the latest."""
    text = arguments.get("snapshot", "").strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def read_shown(arguments: Mapping[str, str], choices: Mapping[str, Collection[str]] | None = None) -> Shown:
    """Read the filters and the order from an address; what can't be is left aside and said, by its field.

    `choices` are the words that may be chosen of each facet of deals; without them every word may.
    """
    chosen = read_chosen(arguments)
    errors = dict(chosen.errors)
    if choices is not None:
        for name, word in chosen.facets:
            if word not in choices.get(name, ()):
                errors[name] = UNKNOWN_TEAM if name == "team" else f"No deal here has this {name}."
        chosen = replace(chosen, facets=tuple(pair for pair in chosen.facets if pair[0] not in errors))
    kind, verdict, sort = (arguments.get(name, "") for name in ("kind", "verdict", "sort"))
    if kind and kind not in ASSET_KINDS:
        errors["kind"] = "There is no such kind of content."
    if verdict and verdict not in list(Verdict):
        errors["verdict"] = "There is no such verdict."
    return Shown(
        kind="" if "kind" in errors else kind,
        verdict="" if "verdict" in errors else verdict,
        sort=sort if sort.removeprefix("-") in SORTS else DEFAULT_SORT,
        chosen=chosen,
        snapshot_id=read_snapshot(arguments),
        errors=errors,
    )


UNKNOWN_TEAM = "There is no such team, or it is not yours to choose."
