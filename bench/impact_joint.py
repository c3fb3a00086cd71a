"""How long the joint model takes on 1,000 assets, 100,000 closed deals and 2,000,000 first uses, and on a tenth.

Run: .venv/bin/python -m bench.impact_joint [--deals N] [--uses N] [--assets N]. Prints seconds by the clock and of the
processor, the peak memory, and the ratio to a tenth of the deals and uses. Goal: under 30 s of processor and 1.5 GB.
"""

import argparse
import resource
import time

import numpy as np

from bench.impact_speed import make_deals, make_history, make_uses
from bench.timing import verdict
from portal.impact.joint.effects import joint_effects

GOAL_SECONDS = 30
GOAL_MB = 1_500


def measure(deals_count: int, uses_count: int, assets: int) -> float:
    """Make the data, fit the model to it, print how long that took, and give the seconds of the processor."""
    rng = np.random.default_rng(1)
    deals = make_deals(rng, deals_count)
    history = make_history(rng, deals)
    uses = make_uses(rng, deals, assets, uses_count)
    regions = rng.integers(0, 5, deals_count)
    begin, busy = time.perf_counter(), time.process_time()
    joint = joint_effects(deals, history, uses, assets, regions)
    seconds, processor = time.perf_counter() - begin, time.process_time() - busy
    print(
        f"{assets:,} assets, {deals_count:,} deals, {len(uses.deal):,} first uses, {joint.rows:,} stages left"
    )
    print(f"  {seconds:7.2f} s {processor:7.2f} s of processor; converged: {joint.converged}")
    return processor


def main() -> None:
    """Measure a tenth, then the whole."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=int, default=1_000)
    parser.add_argument("--deals", type=int, default=100_000)
    parser.add_argument("--uses", type=int, default=2_000_000)
    options = parser.parse_args()
    tenth = measure(options.deals // 10, options.uses // 10, options.assets)
    whole = measure(options.deals, options.uses, options.assets)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"ratio to a tenth {whole / tenth:.1f}")
    print(f"seconds of processor {whole:.1f} ({verdict(whole, GOAL_SECONDS)})")
    print(f"peak memory {memory:,.0f} MB ({verdict(memory, GOAL_MB)})")


if __name__ == "__main__":
    main()
