"""What was gathered: deals, stage history and touches as arrays, with all that they can be told apart by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portal.impact.inputs import UNKNOWN, Deals, StageHistory, Touches
from portal.impact.rows import BoolArray, IntArray

# What deals are told apart by; the team is the one of the deal's owner, named by its id.
FACETS = ("segment", "region", "industry", "product", "team")


@dataclass(frozen=True)
class Coded:
    """A word for each row, as codes, (n,), into the distinct words; UNKNOWN where there is none."""

    codes: IntArray
    names: tuple[str, ...]

    @classmethod
    def of(cls, words: Iterable[str]) -> Coded:
        """Number words in the order in which they appear; empty ones are UNKNOWN."""
        known: dict[str, int] = {}
        codes = [known.setdefault(word, len(known)) if word else UNKNOWN for word in words]
        return cls(np.array(codes, np.int64), tuple(known))

    def says(self, word: str) -> BoolArray:
        """Mark the rows, (n,), that say a word."""
        return (
            (self.codes == self.names.index(word))
            if word in self.names
            else np.zeros(len(self.codes), np.bool_)
        )

    def lookup(self, value_of: Callable[[str], Any]) -> NDArray[Any]:
        """Return for each row, (n,), the value of its word, asked once for every word; UNKNOWN is the empty one."""
        return np.array([value_of(word) for word in (*self.names, "")])[self.codes]

    def at(self, rows: IntArray) -> Coded:
        """Return the rows at some indexes, (m,)."""
        return Coded(self.codes[rows], self.names)

    def renumbered(self) -> Coded:
        """Return the same with the words that appear, in the order in which they do."""
        seen, first = np.unique(self.codes[self.codes != UNKNOWN], return_index=True)
        appearing = seen[np.argsort(first)]
        code = np.full(len(self.names) + 1, UNKNOWN, np.int64)  # the last is that of UNKNOWN
        code[appearing] = np.arange(len(appearing))
        return Coded(code[self.codes], tuple(self.names[one] for one in appearing.tolist()))


@dataclass(frozen=True)
class Openings:
    """When buyers first opened an asset that was sent on a deal, all (openings,)."""

    deal: IntArray  # index into Deals
    asset: IntArray  # 0 .. assets - 1
    day: IntArray


@dataclass(frozen=True)
class Gathered:
    """Everything that the figures are made from, and the ids and words behind the codes."""

    asset_ids: IntArray  # (assets,), the id of the asset with code 0, 1, 2, ...
    deal_ids: IntArray  # (deals,)
    deals: Deals
    history: StageHistory
    touches: Touches
    # (touches,), logged when the end of the deal was known: no estimate of effect may read it
    late: BoolArray
    inferred: BoolArray  # (touches,), whether somebody was asked about it rather than logging it
    kind: IntArray  # (touches,), index into the kinds of uses
    version_id: IntArray  # (touches,), 0 where it isn't known
    openings: Openings
    amount_given: BoolArray  # (deals,), whether the CRM gave an amount, in whatever currency
    stages: tuple[str, ...]  # the words behind StageHistory.stage
    facets: dict[str, Coded]  # of the deals, by the names in FACETS
    data_as_of: datetime | None  # when a deal or use was last changed, taken back or added

    def of_touches(self, keep: BoolArray | IntArray) -> Gathered:
        """Return the same with the touches that a mask, (touches,), keeps, or with those at some indexes."""
        return replace(
            self,
            touches=self.touches.only(keep),
            late=self.late[keep],
            inferred=self.inferred[keep],
            kind=self.kind[keep],
            version_id=self.version_id[keep],
        )

    def without_inferred(self) -> Gathered:
        """Return the same without the touches that were inferred."""
        return self.of_touches(~self.inferred)
