"""How long the impact figures take on 1,000 assets, 100,000 closed deals and 2,000,000 first uses.

Run: .venv/bin/python -m bench.impact_speed [--deals N] [--uses N] [--assets N]. Prints the best of three runs and the
peak memory. Goal: under a second each for lift, once its moments are known, and for influence.
"""

import argparse
import resource
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from portal.impact.cells import find_moments
from portal.impact.cycle import cycle_time
from portal.impact.influence import influence
from portal.impact.inputs import Deals, StageHistory, Touches
from portal.impact.lift import matched_lift

Result = TypeVar("Result")


def make_deals(rng: np.random.Generator, count: int) -> Deals:
    """Deals of up to forty weeks, by 300 reps in 4 segments."""
    created = 738_000 + rng.integers(0, 700, count)
    size = rng.lognormal(9, 1, count)
    return Deals(
        created_day=created,
        closed_day=created + rng.integers(20, 280, count),
        closed=np.ones(count, np.bool_),
        won=rng.random(count) < 0.35,
        size=size,
        value=size,
        segment=rng.integers(0, 4, count),
        rep=rng.integers(0, 300, count),
    )


def make_history(rng: np.random.Generator, deals: Deals) -> StageHistory:
    """Up to five stages a deal."""
    stages = rng.integers(1, 6, len(deals.won))
    deal = np.repeat(np.arange(len(stages)), stages)
    stage = np.arange(len(deal)) - np.repeat(np.cumsum(stages) - stages, stages)
    length = (deals.closed_day - deals.created_day)[deal]
    return StageHistory(deal, stage, deals.created_day[deal] + length * stage // stages[deal])


def make_uses(rng: np.random.Generator, deals: Deals, assets: int, count: int) -> Touches:
    """Distinct first uses: some assets are far more popular than others, some days see several."""
    popularity = 1 / (np.arange(assets) + 20.0)
    draw = int(count * 1.35)
    asset = rng.choice(assets, draw, p=popularity / popularity.sum())
    pair = np.unique(rng.integers(0, len(deals.won), draw) * assets + asset)
    pair = rng.permutation(pair)[:count]
    deal = pair // assets
    length = (deals.closed_day - deals.created_day)[deal]
    return Touches(
        deal, pair % assets, deals.created_day[deal] + (rng.random(len(pair)) * length).astype(int)
    )


def timed(name: str, work: Callable[[], Result]) -> Result:
    """Print the best of three runs, by the clock and of the processor, and give the last result."""
    clock, processor = [], []
    for _ in range(3):
        begin, busy = time.perf_counter(), time.process_time()
        result = work()
        clock.append(time.perf_counter() - begin)
        processor.append(time.process_time() - busy)
    print(f"{name:<32}{min(clock):7.2f} s {min(processor):7.2f} s of processor")
    return result


def main() -> None:
    """Make the data, then time each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=int, default=1_000)
    parser.add_argument("--deals", type=int, default=100_000)
    parser.add_argument("--uses", type=int, default=2_000_000)
    options = parser.parse_args()
    rng = np.random.default_rng(1)
    deals = make_deals(rng, options.deals)
    history = make_history(rng, deals)
    uses = make_uses(rng, deals, options.assets, options.uses)
    print(f"{options.assets:,} assets, {options.deals:,} deals, {len(uses.deal):,} first uses")

    moments = timed("moments and cells", lambda: find_moments(deals, history, uses, options.assets))
    print(f"  {len(moments.deal):,} moments in {moments.cells:,} cells")
    timed("matched lift, verdicts", lambda: matched_lift(deals, moments))
    timed("cycle time", lambda: cycle_time(deals, moments))
    timed("influence, all seven rules", lambda: influence(deals, uses, options.assets))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
