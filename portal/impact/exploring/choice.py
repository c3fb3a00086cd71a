"""Choice: the deals chosen from a cut and their comparison, remembered for the pages that share them."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock

from portal.impact.basis import Basis, Compared, basis_of, compare
from portal.impact.cut import load_cut
from portal.impact.exploring.filters import Chosen
from portal.impact.exploring.narrowing import kept, narrow
from portal.impact.gathered import Gathered

# How many a process remembers: of the largest portals each takes two hundred megabytes, and new memory takes its time.
REMEMBERED = 1


@lru_cache(maxsize=REMEMBERED)
def narrowed(cut_sha256: str, chosen: Chosen) -> Gathered:
    """Return what a cut holds of the deals chosen."""
    return narrow(load_cut(cut_sha256), chosen)


def compared(cut_sha256: str, chosen: Chosen) -> Compared:
    """Return the comparison of all content on the deals chosen, which a list and the pages of its pieces share."""
    # One at a time, or two who ask at once would take twice the memory, and for the same choice twice the work.
    with _turn:
        found = _latest.get((cut_sha256, chosen))
        if found is None:
            # Let go before as much is taken for the next one, rather than after.
            _latest.clear()
            basis = _basis(cut_sha256, chosen.without_inferred)
            found = compare(basis.of_deals(kept(load_cut(cut_sha256), chosen)))
            _latest[cut_sha256, chosen] = found
        return found


_latest: dict[tuple[str, Chosen], Compared] = {}
_turn = Lock()


@lru_cache(maxsize=2)  # with what was inferred and without it
def _basis(cut_sha256: str, without_inferred: bool) -> Basis:
    every = load_cut(cut_sha256)
    return basis_of(every.without_inferred() if without_inferred else every)
