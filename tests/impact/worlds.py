"""A small world with figures and the cut behind them, made from arrays rather than from many rows of deals."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from portal.impact.cut import store_cut
from portal.impact.figures import compute
from portal.impact.gathered import Coded, Gathered, Openings
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.library.models import Asset
from tests.factories import Make
from tests.impact.builders import deals_of, history_of, touches_of

DEALS = 400
FIRST_DAY = date(2026, 1, 1).toordinal()
INDUSTRIES = ("Energy", "Healthcare")
AS_OF = datetime(2026, 11, 3, 2, 14, tzinfo=UTC)


def gathered_world(assets: list[Asset], *, team: int = 1, inferred: bool = False) -> Gathered:
    """Closed deals of two industries, every other day one of each; Healthcare wins far more often with the first asset.

    Deal n is of industry n % 2, closed on day n // 2 of 2026, used asset (n // 2) % assets, and of the team if n < 200.
    """
    number = np.arange(DEALS)
    which = (number // 2) % len(assets)
    # Won by turns; in Healthcare always with the first asset, but for every tenth.
    in_care = (number % 2 == 1) & (which == 0)
    won = np.where(in_care, number % 20 != 1, (number // 8) % 3 == 0)
    closed = FIRST_DAY + number // 2
    touches = touches_of(*((n, which[n], closed[n] - 20) for n in range(DEALS)))
    uses = len(touches.deal)
    none = np.empty(0, np.int64)
    return Gathered(
        asset_ids=np.array([asset.id for asset in assets]),
        deal_ids=number + 1,
        deals=deals_of(DEALS, created_day=closed - 30, closed_day=closed, won=won),
        history=history_of(*((n, 0, closed[n] - 30) for n in range(DEALS))),
        touches=touches,
        late=np.zeros(uses, np.bool_),
        inferred=np.full(uses, inferred) & (touches.deal % 3 == 0),
        kind=np.full(uses, 3, np.int64),
        version_id=np.zeros(uses, np.int64),
        openings=Openings(none, none, none),
        amount_given=np.ones(DEALS, np.bool_),
        stages=("Discovery",),
        facets={
            "segment": Coded(np.zeros(DEALS, np.int64), ("Mid",)),
            "region": Coded(np.full(DEALS, -1), ()),
            "industry": Coded(number % 2, INDUSTRIES),
            "product": Coded(np.full(DEALS, -1), ()),
            "team": Coded(np.where(number < 200, 0, -1), (str(team),)),
        },
        data_as_of=AS_OF,
    )


def stored_world(make: Make, assets: list[Asset], **choices: Any) -> ImpactSnapshot:
    """Store a snapshot of that world, with its cut."""
    return store_gathered(make, gathered_world(assets, **choices))


def store_gathered(make: Make, gathered: Gathered) -> ImpactSnapshot:
    """Store a snapshot of what was gathered, with its cut."""
    figures = compute(gathered)

    def store() -> ImpactSnapshot:
        return ImpactSnapshot(
            computed_at=AS_OF,
            data_as_of=figures.data_as_of,
            method_version="matched-lift/1",
            coverage=figures.coverage,
            left_out=figures.left_out,
            cut_sha256=store_cut(gathered),
        )

    snapshot = make.store(make.inside(store))
    make.store(snapshot, *(ImpactRow(**row, snapshot_id=snapshot.id) for row in figures.rows))
    return snapshot
