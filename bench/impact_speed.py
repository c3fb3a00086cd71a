"""How long the impact figures take on 1,000 assets, 100,000 closed deals and 2,000,000 first uses, and on a tenth.

Run: .venv/bin/python -m bench.impact_speed [--deals N] [--uses N] [--assets N]. Prints the best of three runs, how many
times longer the whole takes than a tenth of its deals and uses (10 is linear), and the peak memory. Goals: under a
second each for influence, lift and cycle time once the moments are known, 200 ms for all parts of one asset, 1.5 GB.
"""

import argparse
import resource
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from portal.impact.cells import Moments, find_moments
from portal.impact.cycle import cycle_time
from portal.impact.influence import influence
from portal.impact.inputs import Deals, StageHistory, Touches
from portal.impact.lift import matched_lift
from portal.impact.parts.dividing import by_deal, by_moment, by_segment, by_stage, by_use
from portal.impact.parts.sides import sides_of
from portal.impact.parts.strength import by_event
from portal.impact.parts.trend import quarter_of, trend
from portal.impact.parts.working import working

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


def timed(name: str, work: Callable[[], Result], taken: dict[str, float]) -> Result:
    """Print the best of three runs, by the clock and of the processor, note the latter, and give the last result."""
    clock, processor = [], []
    for _ in range(3):
        begin, busy = time.perf_counter(), time.process_time()
        result = work()
        clock.append(time.perf_counter() - begin)
        processor.append(time.process_time() - busy)
    taken[name] = min(processor)
    print(f"{name:<32}{min(clock):7.2f} s {taken[name]:7.2f} s of processor")
    return result


def every_part(deals: Deals, history: StageHistory, uses: Touches, moments: Moments, asset: int) -> None:
    """Take one asset apart as its page does: by stage, segment, four facts of the deal, time, version and strength."""
    sides = sides_of(deals, moments, asset)
    by_stage(moments, sides, 5)
    by_segment(moments, sides, 4)
    for parts in (3, 5, 8, 13):
        by_deal(moments, sides, deals.rep % parts, parts)
    quarter, names = quarter_of(moments)
    by_moment(moments, sides, quarter, len(names))
    trend(moments, sides)
    by_use(sides, np.arange(len(sides.used)) % 3, 3)
    of_it = uses.asset == asset
    for later in (0, 3, 9):
        by_event(deals, history, moments, sides, uses.deal[of_it], uses.day[of_it] + later)
    working(moments, sides)


def measure(assets: int, count: int, use_count: int) -> dict[str, float]:
    """Make the data, then time each figure; gives seconds of processor by figure."""
    rng = np.random.default_rng(1)
    deals = make_deals(rng, count)
    history = make_history(rng, deals)
    uses = make_uses(rng, deals, assets, use_count)
    print(f"{assets:,} assets, {count:,} deals, {len(uses.deal):,} first uses")
    taken: dict[str, float] = {}
    moments = timed("moments and cells", lambda: find_moments(deals, history, uses, assets), taken)
    print(f"  {len(moments.deal):,} moments in {moments.cells:,} cells")
    timed("matched lift, verdicts", lambda: matched_lift(deals, moments), taken)
    timed("cycle time", lambda: cycle_time(deals, moments), taken)
    timed("influence, all seven rules", lambda: influence(deals, uses, assets), taken)
    timed("all parts of one asset", lambda: every_part(deals, history, uses, moments, assets // 10), taken)
    return taken


def main() -> None:
    """Measure a tenth, then the whole, and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=int, default=1_000)
    parser.add_argument("--deals", type=int, default=100_000)
    parser.add_argument("--uses", type=int, default=2_000_000)
    options = parser.parse_args()
    tenth = measure(options.assets, options.deals // 10, options.uses // 10)
    whole = measure(options.assets, options.deals, options.uses)
    ratios = ", ".join(f"{name} {whole[name] / tenth[name]:.1f}" for name in whole)
    print(f"times a tenth (10 is linear): {ratios}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
