"""Made-up sales years through the portal's own import: nothing is refused, and what comes out is what was drawn."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from portal.errors import Invalid
from portal.impact.gathered import Gathered
from portal.impact.rows import IntArray, sorted_rows
from portal.impact.simulation.files import FILES, write_files
from portal.impact.simulation.generating import REGIONS, SEGMENTS, STAGES, Simulated, generate
from portal.impact.simulation.throwaway import gather_imported, import_files, throwaway_portal
from portal.impact.simulation.validating import Task, run, run_all

DEALS, ASSETS = 400, 14


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return generate("measured-confounding", 8, DEALS, ASSETS)


@pytest.fixture(scope="module")
def imported(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory):
    """The reports of the import, what was gathered after it, and the numbers of its assets."""
    folder = tmp_path_factory.mktemp("set")
    assert [path.name for path in write_files(simulated, folder)] == list(FILES)
    with throwaway_portal() as app:
        reports = import_files(app, folder)
        return reports, *gather_imported(ASSETS)


def test_no_row_is_refused_or_warned_of(imported, simulated):
    reports = imported[0]
    assert reports["deals"]["new"] == DEALS
    assert reports["deals"]["users"]["refused"] == 0
    assert reports["history"]["new"] == len(simulated.history.deal)
    assert reports["usage"]["new"] == len(simulated.touches.deal)
    assert reports["usage"]["people_added"] == 0
    for report in reports.values():
        assert report["rows_refused"] == report["warnings"] == []


def test_deals_come_back_as_they_were_drawn(imported, simulated):
    gathered: Gathered = imported[1]
    for name in ("created_day", "closed_day", "closed", "won", "size", "value"):
        drawn, read = getattr(simulated.deals, name), getattr(gathered.deals, name)
        if name == "value":
            drawn, read = drawn[simulated.deals.won], read[simulated.deals.won]
        np.testing.assert_array_equal(read, drawn, err_msg=name)
    segment, region = gathered.facets["segment"], gathered.facets["region"]
    assert [segment.names[code] for code in segment.codes] == [
        SEGMENTS[code] for code in simulated.deals.segment
    ]
    assert [region.names[code] for code in region.codes] == [REGIONS[code] for code in simulated.region]
    assert same_groups(gathered.deals.segment, simulated.deals.segment)
    assert same_groups(gathered.deals.rep, simulated.deals.rep)


def same_groups(one: IntArray, other: IntArray) -> bool:
    """Whether two codings tell the same rows apart."""
    pairs = set(zip(one.tolist(), other.tolist(), strict=True))
    return len(pairs) == len(set(one.tolist())) == len(set(other.tolist()))


def test_history_and_uses_come_back_as_they_were_drawn(imported, simulated):
    _, gathered, numbers = imported
    history = gathered.history
    stage = np.array([STAGES.index(gathered.stages[code]) for code in history.stage.tolist()])
    drawn = simulated.history
    read = sorted_rows(history.deal, stage, history.entered_day)
    np.testing.assert_array_equal(read, sorted_rows(drawn.deal, drawn.stage, drawn.entered_day))

    touches, drawn_touches = gathered.touches, simulated.touches
    read = sorted_rows(touches.deal, numbers[touches.asset], touches.day)
    np.testing.assert_array_equal(
        read, sorted_rows(drawn_touches.deal, drawn_touches.asset, drawn_touches.day)
    )
    assert not gathered.late.any()
    assert not gathered.inferred.any()


def test_a_refused_row_ends_the_import_with_its_line(tmp_path, simulated):
    write_files(simulated, tmp_path / "set")
    usage = tmp_path / "set" / "usage.csv"
    usage.write_text(usage.read_text() + "2024-03-01T10:00:00,rep1@example.com,Asset 00,share,D9999999\n")
    with (
        throwaway_portal() as app,
        pytest.raises(Invalid, match=r"usage\.csv, line \d+ was refused: There is no"),
    ):
        import_files(app, tmp_path / "set")


def test_the_throw_away_portal_leaves_nothing_behind():
    with throwaway_portal() as app:
        folder = Path(app.config["DATA_DIR"])
        assert (folder / "tandem.db").exists()
    assert not folder.exists()


def test_a_run_measures_the_same_through_the_import_as_from_arrays():
    runs = [run(Task("hidden-intent", 2, DEALS, ASSETS, through)) for through in (True, False)]
    for method, straight in runs[1].measures.items():
        through = runs[0].measures[method]
        assert through.bias == pytest.approx(straight.bias, abs=1e-6), method
        assert through.rmse == pytest.approx(straight.rmse, abs=1e-6), method
        assert through.coverage == straight.coverage


def test_runs_in_several_processes_are_those_of_one():
    tasks = [Task("random-use", seed, DEALS, ASSETS, False) for seed in (1, 2)]
    apart = {done.seed: done.measures for done in run_all(tasks, 2)}
    together = {done.seed: done.measures for done in run_all(tasks, 1)}
    assert json.dumps(apart, default=vars, sort_keys=True) == json.dumps(
        together, default=vars, sort_keys=True
    )
