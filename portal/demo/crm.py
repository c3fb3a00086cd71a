"""The simulated deals as a CRM would tell them."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from portal.demo.calendar import working_day
from portal.demo.company import LOSS_REASONS, LOST, STAGES, WON
from portal.demo.pipeline import SEGMENT_PACE, STAGE_DAYS, Life
from portal.demo.simulated import SimulatedDeal

_LOSS_SHARES = (0.34, 0.19, 0.17, 0.11, 0.10, 0.09)
_SCOPES = ("pilot", "first site", "2 sites", "3 sites", "5 sites", "all sites", "new depot", "extension")


def as_deals(rng: np.random.Generator, lives: Sequence[Life], today: date) -> tuple[SimulatedDeal, ...]:
    """The lives as the CRM would tell them."""
    return tuple(_as_deal(rng, life, today) for life in lives)


def _as_deal(rng: np.random.Generator, life: Life, today: date) -> SimulatedDeal:
    stages = tuple((STAGES[at], working_day(today, day)) for at, day in enumerate(life.entered))
    closed = None if life.status == "open" else working_day(today, life.left)
    expected = closed or working_day(today, _expected_in(rng, life))
    reason = LOSS_REASONS[rng.choice(len(LOSS_REASONS), p=_LOSS_SHARES)]
    scope = _SCOPES[rng.integers(len(_SCOPES))]
    return SimulatedDeal(
        external_id=life.external_id,
        name=f"{life.account.name}: {life.product.split()[1]}, {scope}",
        account=life.account.name,
        owner_email=life.owner.email,
        stage={"won": WON, "lost": LOST}.get(life.status, stages[-1][0]),
        status=life.status,
        amount_minor=life.amount * 100,
        created=stages[0][1],
        expected_close=expected,
        closed=closed,
        segment=life.account.segment,
        region=life.account.region,
        product=life.product,
        industry=life.account.industry,
        lead_source=life.lead_source,
        loss_reason=reason if life.status == "lost" else None,
        stages=stages,
    )


def _expected_in(rng: np.random.Generator, life: Life) -> float:
    """Days from today to the close that the rep expects; a few dates have slipped by."""
    stage = len(life.entered) - 1
    ahead = sum(STAGE_DAYS[stage:]) * SEGMENT_PACE[life.account.segment]
    days = max(3.0, float(rng.normal(ahead * 0.8, 9.0)))
    return -float(rng.integers(1, 12)) if rng.random() < 0.06 else days
