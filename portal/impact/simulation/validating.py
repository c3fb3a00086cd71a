"""Validating: many simulated sets through the import and the methods, and what comes out against the truth."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from portal.impact.cells import find_moments
from portal.impact.inputs import Deals, StageHistory, Touches
from portal.impact.joint.effects import joint_effects
from portal.impact.lift import matched_lift
from portal.impact.rows import FloatArray, IntArray
from portal.impact.simulation.files import write_files
from portal.impact.simulation.generating import Simulated, generate
from portal.impact.simulation.measuring import METHODS, Measures, by_q_value, measure, of_lift, of_naive
from portal.impact.simulation.throwaway import gather_imported, import_files, throwaway_portal


@dataclass(frozen=True)
class Task:
    """One run: which set, and whether it goes through files and the import or straight from its arrays."""

    scenario: str
    seed: int
    deals: int
    assets: int
    through_import: bool


@dataclass(frozen=True)
class Run:
    """What one run measured, by the names in METHODS, and how long it took."""

    seed: int
    seconds: float
    measures: dict[str, Measures]


@dataclass(frozen=True)
class _Inputs:
    """What the methods take, and the truth in the same order."""

    deals: Deals
    history: StageHistory
    touches: Touches
    region: IntArray  # (deals,)
    truth: FloatArray  # (assets,)


def run(task: Task) -> Run:
    """Simulate a set, import it, work out all methods and measure them."""
    began = time.perf_counter()
    simulated = generate(task.scenario, task.seed, task.deals, task.assets)
    inputs = _imported(simulated) if task.through_import else _straight(simulated)
    measures = _measures(inputs)
    return Run(task.seed, time.perf_counter() - began, measures)


def run_all(tasks: list[Task], processes: int) -> Iterator[Run]:
    """Run all tasks in so many processes, and give each run as it ends."""
    if processes == 1:
        yield from map(run, tasks)
        return
    # Started afresh: a process that is copied would share the database's connections.
    with ProcessPoolExecutor(processes, get_context("spawn"), _quietly) as pool:
        futures = [pool.submit(run, task) for task in tasks]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _quietly() -> None:
    # A portal that was made a moment ago has no search index, and would say so each time.
    logging.disable(logging.WARNING)


def _straight(simulated: Simulated) -> _Inputs:
    """The arrays as they were drawn, with the content that was used, as an import has it."""
    used = np.flatnonzero(np.isfinite(simulated.truth))
    touches = replace(simulated.touches, asset=np.searchsorted(used, simulated.touches.asset))
    return _Inputs(simulated.deals, simulated.history, touches, simulated.region, simulated.truth[used])


def _imported(simulated: Simulated) -> _Inputs:
    with tempfile.TemporaryDirectory(prefix="tandem-") as folder, throwaway_portal() as app:
        write_files(simulated, Path(folder))
        import_files(app, Path(folder))
        gathered, number = gather_imported(len(simulated.truth))
    return _Inputs(
        deals=gathered.deals,
        history=gathered.history,
        touches=gathered.touches.only(~gathered.late),
        region=gathered.facets["region"].codes,
        truth=simulated.truth[number],
    )


def _measures(inputs: _Inputs) -> dict[str, Measures]:
    deals, history, touches, assets = inputs.deals, inputs.history, inputs.touches, len(inputs.truth)
    lift = matched_lift(deals, find_moments(deals, history, touches, assets))
    joint = joint_effects(deals, history, touches, assets, inputs.region)
    estimates = (
        of_naive(deals, lift),
        of_lift(lift),
        by_q_value(joint.effect, joint.ci_low, joint.ci_high, joint.q_value),
    )
    return {name: measure(found, inputs.truth) for name, found in zip(METHODS, estimates, strict=True)}
