"""Narrowing: what a cut holds of the deals that were chosen."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TypeVar

import numpy as np

from portal.impact.exploring.filters import Chosen
from portal.impact.gathered import Coded, Gathered, Openings
from portal.impact.inputs import UNKNOWN, Deals, StageHistory
from portal.impact.rows import BoolArray, IntArray

Rows = TypeVar("Rows", Deals, StageHistory, Openings)
OfDeals = TypeVar("OfDeals", StageHistory, Openings)


def narrow(gathered: Gathered, chosen: Chosen) -> Gathered:
    """Keep the deals that were chosen, with their history and uses; the assets stay, and so do their codes.

    A period keeps the deals closed in it. Cells are cut anew among the deals kept, so that large deals of a segment are
    those that are large for it.
    """
    if chosen.without_inferred:
        gathered = gathered.without_inferred()
    if not chosen.narrows:
        return gathered
    keep = kept(gathered, chosen)
    if keep.all():
        return gathered
    place = np.where(keep, np.cumsum(keep) - 1, UNKNOWN)
    stays, used = keep[gathered.history.deal], np.flatnonzero(keep[gathered.touches.deal])
    opened = keep[gathered.openings.deal]
    found = gathered.of_touches(used)
    return replace(
        found,
        deal_ids=gathered.deal_ids[keep],
        deals=_only(gathered.deals, keep),
        history=_moved(_only(gathered.history, stays), place),
        touches=replace(found.touches, deal=place[found.touches.deal]),
        openings=_moved(_only(gathered.openings, opened), place),
        amount_given=gathered.amount_given[keep],
        facets={name: Coded(facet.codes[keep], facet.names) for name, facet in gathered.facets.items()},
    )


def kept(gathered: Gathered, chosen: Chosen) -> BoolArray:
    """Mark the deals that were chosen among all that were gathered, (deals,)."""
    deals = gathered.deals
    keep = np.ones(len(deals.won), np.bool_)
    if chosen.begin:
        keep &= deals.closed_day >= chosen.begin.toordinal()
    if chosen.end:
        keep &= (deals.closed_day != UNKNOWN) & (deals.closed_day <= chosen.end.toordinal())
    for name, word in chosen.facets:
        keep &= gathered.facets[name].says(word)
    return keep


def undated(gathered: Gathered, chosen: Chosen) -> int:
    """Count the closed deals that a period leaves out because nobody knows when they closed."""
    if not (chosen.begin or chosen.end):
        return 0
    of_any_day = kept(gathered, replace(chosen, begin=None, end=None))
    return int(np.sum(of_any_day & gathered.deals.closed & (gathered.deals.closed_day == UNKNOWN)))


def _only(rows: Rows, keep: BoolArray) -> Rows:
    return replace(rows, **{field.name: getattr(rows, field.name)[keep] for field in fields(rows)})


def _moved(rows: OfDeals, place: IntArray) -> OfDeals:
    return replace(rows, deal=place[rows.deal])
