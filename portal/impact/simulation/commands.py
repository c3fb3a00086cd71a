"""Simulation at the command line: writing a made-up sales year to files, and measuring the methods on many of them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from portal.errors import PortalError
from portal.impact.method import METHOD_VERSION
from portal.impact.simulation.files import empty_folder, write_files
from portal.impact.simulation.generating import generate
from portal.impact.simulation.measuring import MEASURES, METHODS, Measures
from portal.impact.simulation.scenarios import SCENARIOS

if TYPE_CHECKING:
    from portal.impact.simulation.validating import Run, Task

ALL = "all"
MOST_CELLS = 10_000_000  # deals x pieces of content, of which several tables are held in memory
MOST_RUNS = 1000  # of a scenario; a slip of the finger would run for weeks
PROCESSES = min(4, os.cpu_count() or 1)
MOST_PROCESSES = 64  # each holds a database and the arrays of a set
HEADINGS = ("bias", "RMSE", "coverage", "false found", "power")
LEGEND = (
    "bias: mean estimate of content without effect, in points; RMSE: over all content, in points; coverage: share of"
    " 95% intervals that hold the truth; false found: share without effect among what was found; power: share found"
    " of content with an effect of 5 points or more."
)

Command = Callable[..., None]


def _sizes(command: Command) -> Command:
    deals = click.option(
        "--deals", type=click.IntRange(1), default=6000, show_default=True, help="How many deals."
    )
    assets = click.option(
        "--assets", type=click.IntRange(1), default=60, show_default=True, help="How many pieces of content."
    )
    return deals(assets(command))


@click.command("simulate")
@click.option(
    "--scenario", type=click.Choice(list(SCENARIOS)), required=True, help="How content comes to be used."
)
@click.option("--seed", type=click.IntRange(0), required=True, help="The same seed gives the same files.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A folder that is new or empty.")
@_sizes
def simulate(scenario: str, seed: int, out: Path, deals: int, assets: int) -> None:
    """Write a made-up sales year whose effects are known: files to import, and truth.json beside them."""
    _check_size(deals, assets)
    try:
        empty_folder(out)
        simulated = generate(scenario, seed, deals, assets)
        paths = write_files(simulated, out)
    except PortalError as error:
        raise click.ClickException(error.message) from error
    except OSError as error:
        raise click.ClickException(f"The files can't be written to {out}: {error.strerror}.") from error
    click.echo(f"{scenario}: {SCENARIOS[scenario].says}.")
    won, closed = int(simulated.deals.won.sum()), int(simulated.deals.closed.sum())
    click.echo(f"{deals:,} deals, {closed:,} closed, {won:,} won; {len(simulated.touches.deal):,} uses.")
    for path in paths:
        click.echo(str(path))


@click.command("validate")
@click.option(
    "--scenario",
    type=click.Choice([*SCENARIOS, ALL]),
    required=True,
    help="How content comes to be used; all takes one after the other.",
)
@click.option("--runs", type=click.IntRange(1, MOST_RUNS), required=True, help="How many sets to draw.")
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="The seed of the first set."
)
@click.option(
    "--through-import/--from-arrays",
    default=True,
    show_default=True,
    help="Whether sets go through files and the portal's import, or straight to the methods.",
)
@click.option(
    "--processes",
    type=click.IntRange(1, MOST_PROCESSES),
    default=PROCESSES,
    show_default=True,
    help="Runs at a time.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with every run.")
@_sizes
def validate(
    scenario: str,
    runs: int,
    seed: int,
    through_import: bool,
    processes: int,
    as_json: bool,
    deals: int,
    assets: int,
) -> None:
    """Measure the methods on made-up sales years, in databases that are thrown away; yours is not touched."""
    # Imported here: it needs scipy, whose second every command and process would pay at its start.
    from portal.impact.simulation.validating import Task

    _check_size(deals, assets)
    names = list(SCENARIOS) if scenario == ALL else [scenario]
    tables = []
    for name in names:
        tasks = [Task(name, seed + number, deals, assets, through_import) for number in range(runs)]
        done = _run(name, tasks, min(processes, runs), quiet=as_json)
        tables.append(_answer(name, tasks[0], done))
        if not as_json:
            click.echo("\n".join(_lines(name, tasks[0], done)))
    if as_json:
        click.echo(json.dumps({"method_version": METHOD_VERSION, "scenarios": tables}))
    else:
        click.echo(LEGEND)


def _check_size(deals: int, assets: int) -> None:
    if deals * assets > MOST_CELLS:
        raise click.ClickException(
            f"{deals:,} deals with {assets:,} pieces of content are too many: deals times content is at most"
            f" {MOST_CELLS:,}."
        )


def _run(name: str, tasks: list[Task], processes: int, quiet: bool) -> list[Run]:
    from portal.impact.simulation.validating import run_all

    try:
        if quiet:
            return sorted(run_all(tasks, processes), key=lambda run: run.seed)
        with click.progressbar(
            run_all(tasks, processes), length=len(tasks), label=name, file=sys.stderr
        ) as running:
            return sorted(running, key=lambda run: run.seed)
    except PortalError as error:
        raise click.ClickException(error.message) from error
    except BrokenExecutor as error:
        raise click.ClickException(
            "A run was stopped, perhaps for want of memory. Try --processes 1."
        ) from error


def _means(done: list[Run]) -> dict[str, Measures]:
    return {method: Measures.mean([run.measures[method] for run in done]) for method in METHODS}


def _lines(name: str, first: Task, done: list[Run]) -> list[str]:
    seconds = sum(run.seconds for run in done) / len(done)
    way = "through the import" if first.through_import else "from arrays"
    count = "1 run" if len(done) == 1 else f"{len(done)} runs"
    lines = [
        f"{name}: {count} of {first.deals:,} deals and {first.assets:,} pieces of content from seed {first.seed},"
        f" {way}, {seconds:.1f} s a run, {METHOD_VERSION}",
        f"{'':<13}" + "".join(f"{heading:>13}" for heading in HEADINGS),
    ]
    for method, measures in _means(done).items():
        lines.append(f"{method:<13}" + "".join(f"{cell:>13}" for cell in _cells(measures)))
    return lines


def _cells(measures: Measures) -> list[str]:
    """Bias and error in points, shares in percent; a dash where there was nothing to measure."""
    points = [f"{measures.bias * 100:+.1f}", f"{measures.rmse * 100:.1f}"]
    shares = (measures.coverage, measures.false_discoveries, measures.power)
    cells = [*points, *(f"{share:.1%}" for share in shares)]
    return ["–" if "nan" in cell else cell for cell in cells]


def _answer(name: str, first: Task, done: list[Run]) -> dict[str, Any]:
    return {
        "scenario": name,
        "runs": len(done),
        "deals": first.deals,
        "assets": first.assets,
        "through_import": first.through_import,
        "methods": {method: _plain(measures) for method, measures in _means(done).items()},
        "each": [
            {
                "seed": run.seed,
                "seconds": round(run.seconds, 2),
                "methods": {method: _plain(measures) for method, measures in run.measures.items()},
            }
            for run in done
        ],
    }


def _plain(measures: Measures) -> dict[str, float | None]:
    values = asdict(measures)
    return {name: values[name] if values[name] == values[name] else None for name in MEASURES}
