"""Deals that live stage by stage, and the content used on them, with true effects on every stage exit.

Confounded as in life: better reps use more and win more, larger accounts are shown more and won less often, and
content made for late stages is used on deals that have already survived the early ones (immortal time).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from portal.demo.company import (
    COLD,
    DOCK,
    LEAD_SOURCES,
    PRODUCTS,
    ROUTE,
    STAGES,
    STOCK,
    Person,
)
from portal.demo.shelf import Shelf, taste
from portal.demo.simulated import SimulatedAccount

FIRST_DAY = -545
"""Deals begin about eighteen months before today."""

_STAGE_ODDS = (1.05, 1.15, 1.25, 1.45)
STAGE_DAYS = (15.0, 21.0, 17.0, 15.0)
_STAGE_USES = (1.7, 2.2, 1.9, 1.4)
_SEGMENT_ODDS = {"SMB": 0.18, "Mid": 0.0, "Enterprise": -0.28}
_SEGMENT_USES = {"SMB": 0.75, "Mid": 1.0, "Enterprise": 1.35}
SEGMENT_PACE = {"SMB": 0.75, "Mid": 1.0, "Enterprise": 1.4}
_SEGMENT_AMOUNT = {"SMB": 16_000, "Mid": 47_000, "Enterprise": 138_000}
_LEAD_SHARES = (0.30, 0.17, 0.16, 0.24, 0.13)
_LEAD_ODDS = {"Referral": 0.30, "Outbound": -0.20}
_PRODUCT_SHARES: dict[str, tuple[float, float, float, float]] = {
    "Food and beverage": (0.42, 0.15, 0.18, 0.25),
    "Grocery retail": (0.22, 0.34, 0.34, 0.10),
    "Pharmaceuticals": (0.14, 0.08, 0.18, 0.60),
    "Automotive parts": (0.45, 0.10, 0.43, 0.02),
    "Building materials": (0.28, 0.52, 0.18, 0.02),
    "Logistics providers": (0.48, 0.28, 0.06, 0.18),
    "Industrial equipment": (0.22, 0.12, 0.64, 0.02),
}
_RIVALS = {DOCK: "Yardwick", ROUTE: "Pelloway", STOCK: "Sorrel Planning", COLD: ""}


@dataclass
class Life:
    """One deal while it is simulated; days are counted from today."""

    external_id: str
    account: SimulatedAccount
    owner: Person
    product: str
    lead_source: str
    rival: str
    is_logged: bool
    size: float
    created: float
    amount: int = 0
    entered: list[float] = field(default_factory=list)
    left: float = 0.0
    status: str = "open"
    used: dict[int, "Touch"] = field(default_factory=dict)


class Touch(NamedTuple):
    """The first use of one asset on a deal: in which stage, on which day from today."""

    stage: int
    day: float


def live(
    rng: np.random.Generator,
    accounts: Sequence[SimulatedAccount],
    reps: Sequence[Person],
    shelf: Shelf,
    count: int,
) -> list[Life]:
    """So many deals from their first day to their close, or to yesterday."""
    shares = np.sort(rng.random(count) ** 0.85)
    order = _accounts_in_order(rng, accounts, count)
    lives = []
    for at in range(count):
        life = _begin(
            rng, accounts[order[at]], reps, FIRST_DAY - shares[at] * (FIRST_DAY + 2), f"HM-{10001 + at}"
        )
        _run(rng, life, shelf)
        lives.append(life)
    return lives


def _accounts_in_order(
    rng: np.random.Generator, accounts: Sequence[SimulatedAccount], count: int
) -> NDArray[np.int64]:
    """Each account buys several times, larger ones more often."""
    weight = np.array([1.0 + 1.2 * (account.segment == "Enterprise") for account in accounts])
    return rng.choice(len(accounts), size=count, p=weight / weight.sum())


def _begin(
    rng: np.random.Generator,
    account: SimulatedAccount,
    reps: Sequence[Person],
    created: float,
    external_id: str,
) -> Life:
    local = [rep for rep in reps if rep.region == account.region] or list(reps)
    owner = local[rng.integers(len(local))]
    product = PRODUCTS[rng.choice(len(PRODUCTS), p=_PRODUCT_SHARES[account.industry])]
    size = float(rng.normal(0.0, 0.55))
    rival = str(rng.choice([_RIVALS[product], "Spreadsheets", "Pelloway", ""], p=(0.30, 0.30, 0.10, 0.30)))
    return Life(
        external_id=external_id,
        account=account,
        owner=owner,
        product=product,
        lead_source=LEAD_SOURCES[rng.choice(len(LEAD_SOURCES), p=_LEAD_SHARES)],
        rival=rival,
        is_logged=bool(rng.random() < owner.logging),
        size=size,
        created=created,
        amount=int(round(_SEGMENT_AMOUNT[account.segment] * np.exp(size) / 500) * 500),
    )


def _run(rng: np.random.Generator, life: Life, shelf: Shelf) -> None:
    """Stage by stage: use content, and at the stage's end go on, win or lose; stop at today."""
    liking = taste(shelf, life.account, life.product, life.rival)
    begins = life.created
    for stage in range(len(STAGES)):
        life.entered.append(begins)
        pace = STAGE_DAYS[stage] * SEGMENT_PACE[life.account.segment]
        ends = begins + max(3.0, float(rng.gamma(2.2, pace / 2.2)))
        _use(rng, life, shelf, liking, stage, begins, ends)
        luck = rng.random()
        if ends >= 0:
            return
        life.left = begins = ends
        if luck > expit(odds_at(life, shelf, stage)):
            life.status = "lost"
            return
    life.status = "won"


def odds_at(life: Life, shelf: Shelf, stage: int) -> float:
    """Log-odds of getting past a stage, with all content that was used by its end."""
    used = [shelf.log_odds[asset] for asset, touch in life.used.items() if touch.stage <= stage]
    return float(
        _STAGE_ODDS[stage]
        + _SEGMENT_ODDS[life.account.segment]
        + _LEAD_ODDS.get(life.lead_source, 0.0)
        - 0.16 * life.size
        + life.owner.skill
        + sum(used)
    )


def expit(log_odds: float) -> float:
    """The chance that belongs to these log-odds."""
    return float(1.0 / (1.0 + np.exp(-log_odds)))


def _use(
    rng: np.random.Generator,
    life: Life,
    shelf: Shelf,
    liking: NDArray[np.float64],
    stage: int,
    begins: float,
    ends: float,
) -> None:
    """First uses of content within one stage, on days from its first to its last, none after yesterday."""
    if not life.is_logged:
        return
    rate = _STAGE_USES[stage] * _SEGMENT_USES[life.account.segment] * np.exp(0.6 * life.owner.skill)
    days = np.sort(rng.uniform(begins, ends, rng.poisson(rate)))
    for day in days[days < -1]:
        weight = liking * shelf.stage_fit[:, stage] * (shelf.out_from <= day) * (shelf.out_until >= day)
        weight[list(life.used)] = 0.0
        total = weight.sum()
        if total > 0:
            asset = int(np.searchsorted(np.cumsum(weight), rng.random() * total))
            life.used[asset] = Touch(stage, float(day))


def true_effects(lives: Sequence[Life], shelf: Shelf) -> dict[str, float]:
    """By asset: the mean over its closed users of the chance to win with it, less the chance without it."""
    gains: dict[str, list[float]] = {piece.key: [] for piece in shelf.pieces}
    for life in lives:
        if life.status == "open":
            continue
        odds = [odds_at(life, shelf, stage) for stage in range(len(STAGES))]
        for asset, touch in life.used.items():
            later = odds[touch.stage :]
            with_it = np.prod([expit(one) for one in later])
            without = np.prod([expit(one - shelf.log_odds[asset]) for one in later])
            gains[shelf.pieces[asset].key].append(float(with_it - without))
    return {key: float(np.mean(gain)) if gain else 0.0 for key, gain in gains.items()}
