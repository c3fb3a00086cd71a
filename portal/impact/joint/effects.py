"""Effects: the joint model's figures in points of the chance to win, one for each asset.

effect = mean over the closed deals it was used on of prod expit(eta_s) - prod expit(eta_s - b), over the stages s from
its first use on. For a deal lost early these go on along the usual path, with what was used by then.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from portal.impact.inputs import Deals, StageHistory, Touches
from portal.impact.joint.design import Design, Uses, find_uses, make_design
from portal.impact.joint.exits import Exits, find_exits
from portal.impact.joint.model import Fit, fit
from portal.impact.method import JOINT_SE_FLOOR, Z
from portal.impact.rows import FloatArray, IntArray
from portal.impact.verdicts import excess, q_values, shortfalls


@dataclass(frozen=True)
class Joint:
    """The joint model's figures by asset, all (assets,), effects as fractions; nan where nothing can be said."""

    effect: FloatArray
    se: FloatArray  # from the uncertainty of all coefficients together (delta method), with the floor
    ci_low: FloatArray  # 95%
    ci_high: FloatArray
    q_value: FloatArray  # Benjamini-Hochberg, over the assets with enough deals, won and lost
    users: IntArray  # closed deals it was used on
    rows: int
    by_stage: bool  # False: one row a deal, as most have no stage history; intervals are widened then
    converged: bool
    seconds: float
    left_out: dict[str, int]


def joint_effects(
    deals: Deals, history: StageHistory, touches: Touches, assets: int, regions: IntArray | None = None
) -> Joint:
    """Fit one model to all stage exits and all assets used by then, and say what each asset goes with.

    In 20 simulated sets (measured confounding, 6,000 deals, 60 assets) content without effect got 0.0 points, the root
    mean square error was 2.0 points, 95% intervals covered 96%, and 2% of the clear findings were false.
    """
    started = time.perf_counter()
    exits = find_exits(deals, history)
    uses = find_uses(deals, exits, touches)
    design = make_design(deals, exits, uses, assets, regions)
    fitted = fit(design.matrix, exits.advanced, design.ridge)

    closed = deals.closed[uses.deal]
    users = np.bincount(uses.asset[closed], minlength=assets)
    won = np.bincount(uses.asset[closed & deals.won[uses.deal]], minlength=assets)
    effect, se = _effects(
        exits, uses, design, fitted, np.where(closed, 1 / np.maximum(users, 1)[uses.asset], 0.0)
    )
    effect, se = np.where(users > 0, effect, np.nan), np.where(users > 0, se, np.nan)
    se = np.hypot(se, JOINT_SE_FLOOR)
    enough = shortfalls(users, won, users - won, np.ones(assets)) == ""
    if not exits.by_stage:
        se = se * excess(effect[enough] / se[enough])
    return Joint(
        effect=effect,
        se=se,
        ci_low=effect - Z * se,
        ci_high=effect + Z * se,
        q_value=q_values(effect, se, enough),
        users=users,
        rows=len(exits.deal),
        by_stage=exits.by_stage,
        converged=fitted.converged,
        seconds=time.perf_counter() - started,
        left_out=exits.left_out | uses.left_out,
    )


@dataclass(frozen=True)
class _Chances:
    """The chance to win from each first use on, with it and without it, both (uses,), and at each step of the way."""

    with_it: FloatArray
    without: FloatArray
    step_with: FloatArray  # (entries,), of the exits that happened
    step_without: FloatArray
    ahead: list[tuple[int, IntArray, FloatArray, FloatArray]]  # stage, uses, and of the exits that never came


def _chances(exits: Exits, uses: Uses, design: Design, coefficients: FloatArray) -> _Chances:
    from scipy import special

    eta = design.matrix @ coefficients
    own = coefficients[design.first_asset :][uses.asset]
    row, starts = uses.entries(), np.cumsum(uses.rows) - uses.rows
    step_with = special.expit(eta[row])
    step_without = special.expit(eta[row] - np.repeat(own, uses.rows))
    with_it, without = (
        np.multiply.reduceat(steps, starts) if len(starts) else np.zeros(0)
        for steps in (step_with, step_without)
    )
    ahead = []
    for stage, use, last in _never_came(exits, uses):
        base = eta[last] - coefficients[exits.stage[last]] + coefficients[stage]
        would, would_without = special.expit(base), special.expit(base - own[use])
        with_it[use] *= would
        without[use] *= would_without
        ahead.append((stage, use, would, would_without))
    return _Chances(with_it, without, step_with, step_without, ahead)


def _never_came(exits: Exits, uses: Uses) -> Iterator[tuple[int, IntArray, IntArray]]:
    """Each stage of the usual path, the uses on deals lost ahead of it, and the exits at which these were lost."""
    last = uses.first_row + uses.rows - 1
    for step, stage in enumerate(exits.usual.tolist()):
        use = np.flatnonzero(~exits.advanced[last] & exits.ahead[exits.stage[last], step])
        yield stage, use, last[use]


def _effects(
    exits: Exits, uses: Uses, design: Design, fitted: Fit, share: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Effect and standard error by asset, from the share (uses,) that each use has in its asset's mean."""
    from scipy import sparse

    first_asset, assets = design.first_asset, len(design.ridge) - design.first_asset
    chances = _chances(exits, uses, design, fitted.coefficients)
    effect = np.bincount(uses.asset, share * (chances.with_it - chances.without), assets).astype(np.float64)

    # The derivative of each effect by the coefficients: what each row adds goes to all columns of the row.
    with_it, without = share * chances.with_it, share * chances.without
    lost_without = np.repeat(without, uses.rows) * (1 - chances.step_without)
    by_row = np.repeat(with_it, uses.rows) * (1 - chances.step_with) - lost_without
    by_own = np.bincount(np.repeat(uses.asset, uses.rows), lost_without, assets)
    by_stage = np.zeros((assets, exits.stages))
    ends = np.cumsum(uses.rows) - 1
    for stage, use, would, would_without in chances.ahead:
        lost = without[use] * (1 - would_without)
        change = with_it[use] * (1 - would) - lost
        by_row[ends[use]] += change
        by_own += np.bincount(uses.asset[use], lost, assets)
        # Such a row is like the deal's last one, but in another stage.
        by_stage[:, stage] += np.bincount(uses.asset[use], change, assets)
        was = exits.stage[(uses.first_row + uses.rows - 1)[use]]
        cell = uses.asset[use] * exits.stages + was
        by_stage -= np.bincount(cell, change, by_stage.size).reshape(by_stage.shape)

    size = (assets, design.matrix.shape[0])
    slope = (
        sparse.csr_array((by_row, uses.entries(), uses.pointer(assets)), shape=size) @ design.matrix
    ).toarray()
    slope[:, : exits.stages] += by_stage
    slope[np.arange(assets), first_asset + np.arange(assets)] += by_own
    return effect, np.sqrt(np.einsum("ij,ij->i", slope @ fitted.covariance, slope))
