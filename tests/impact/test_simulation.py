"""Made-up sales years: the same seed gives the same set, its truth is true, and its traps are those it names."""

from __future__ import annotations

from math import exp
from pathlib import Path

import numpy as np
import pytest

from portal.impact.cells import find_moments
from portal.impact.inputs import UNKNOWN
from portal.impact.lift import Lift, matched_lift
from portal.impact.simulation.files import FILES, write_files
from portal.impact.simulation.generating import FIRST_DAY, OBSERVED_DAYS, STAGES, Simulated, generate
from portal.impact.simulation.scenarios import SCENARIOS
from portal.impact.simulation.truth import true_effects

YEARS: dict[str, Simulated] = {}


def year(scenario: str) -> Simulated:
    """One large set of each scenario, drawn once."""
    return YEARS.setdefault(scenario, generate(scenario, 5))


def lift_of(simulated: Simulated) -> Lift:
    moments = find_moments(simulated.deals, simulated.history, simulated.touches, len(simulated.truth))
    return matched_lift(simulated.deals, moments)


def read_all(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in FILES]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_same_seed_gives_the_same_files_and_another_one_others(tmp_path, scenario):
    for name, seed in (("one", 3), ("two", 3), ("three", 4)):
        write_files(generate(scenario, seed, deals=150, assets=12), tmp_path / name)
    assert read_all(tmp_path / "one") == read_all(tmp_path / "two")
    for name in ("deals.csv", "history.csv", "usage.csv", "truth.json"):
        assert (tmp_path / "one" / name).read_bytes() != (tmp_path / "three" / name).read_bytes()


def small_world() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Log-odds with all content, stages of first use, weights and who used what, for 30 deals and 6 assets."""
    rng = np.random.default_rng(1)
    log_odds, weight = rng.normal(0.5, 1.0, (30, 4)), rng.normal(0.0, 0.6, (30, 6))
    first_stage = rng.integers(0, 5, (30, 6))
    used = (first_stage < 4) & (rng.random((30, 6)) < 0.8)
    used[:, 5] = False
    weight[:, 4] = 0.0
    return log_odds, first_stage, weight, used


def test_the_truth_is_what_a_count_by_hand_gives():
    log_odds, first_stage, weight, used = small_world()
    found = true_effects(log_odds, first_stage, weight, used)
    for asset in range(5):
        differences = []
        for deal in np.flatnonzero(used[:, asset]):
            with_it = without_it = 1.0
            for stage in range(int(first_stage[deal, asset]), 4):
                with_it *= 1 / (1 + exp(-log_odds[deal, stage]))
                without_it *= 1 / (1 + exp(-(log_odds[deal, stage] - weight[deal, asset])))
            differences.append(with_it - without_it)
        assert found[asset] == pytest.approx(sum(differences) / len(differences), abs=1e-12)
    assert found[4] == 0.0
    assert np.isnan(found[5])


def test_the_truth_is_what_playing_each_deal_out_with_and_without_the_content_gives():
    log_odds, first_stage, weight, used = small_world()
    found = true_effects(log_odds, first_stage, weight, used)
    rng = np.random.default_rng(2)
    for asset in range(4):
        users = np.flatnonzero(used[:, asset])
        draws = rng.random((20_000, len(users), 4))
        passed = np.arange(4) < first_stage[users, asset][:, None]
        ways = [log_odds[users], log_odds[users] - weight[users, asset][:, None]]
        won = [np.mean(np.all((draws < 1 / (1 + np.exp(-way))) | passed, axis=2)) for way in ways]
        assert found[asset] == pytest.approx(won[0] - won[1], abs=0.006)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_year_looks_like_the_shared_sets(scenario):
    simulated = year(scenario)
    deals, touches = simulated.deals, simulated.touches
    assert np.sum(simulated.truth == 0) == 36
    assert 0.25 < deals.won.mean() < 0.45
    assert 22_000 < len(touches.deal) < 45_000
    assert np.mean(~deals.closed) < 0.01
    assert -0.2 < simulated.truth.min() < -0.03
    assert 0.05 < simulated.truth.max() < 0.25
    reached = np.bincount(simulated.history.stage, minlength=len(STAGES)) / len(deals.won)
    np.testing.assert_allclose(reached, [1.0, 0.69, 0.54, 0.43], atol=0.06)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nothing_happens_before_a_deal_begins_or_after_it_or_the_set_ends(scenario):
    simulated = year(scenario)
    deals, history, touches = simulated.deals, simulated.history, simulated.touches
    end = np.where(deals.closed, deals.closed_day, FIRST_DAY + OBSERVED_DAYS)
    assert np.all(end <= FIRST_DAY + OBSERVED_DAYS)
    assert np.array_equal(deals.closed_day == UNKNOWN, ~deals.closed)
    for deal, day in ((history.deal, history.entered_day), (touches.deal, touches.day)):
        assert np.all(deals.created_day[deal] <= day)
        assert np.all(day <= end[deal])
    assert not np.any(deals.won & ~deals.closed)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_win_rate_when_used_is_far_off_and_matched_lift_is_near(scenario):
    simulated = year(scenario)
    lift, without = lift_of(simulated), simulated.truth == 0
    assert np.mean(lift.naive_lift[without]) > 0.2
    assert abs(np.mean(lift.lift[without])) < 0.025


def test_hidden_intent_misleads_more_than_what_can_be_measured():
    bias = {
        name: lift_of(year(name)).lift[year(name).truth == 0].mean()
        for name in ("measured-confounding", "hidden-intent")
    }
    assert bias["hidden-intent"] > bias["measured-confounding"] + 0.005


def test_what_buyers_ask_for_seems_to_win_deals_though_it_has_no_effect():
    simulated = year("buyer-requested")
    more = lift_of(simulated).lift[simulated.truth == 0]
    usual = lift_of(year("measured-confounding")).lift[year("measured-confounding").truth == 0]
    assert np.sum(more > 0.05) >= 3
    assert np.sum(usual > 0.05) <= 2


def test_effects_wear_off_where_they_decay():
    with_decay, without = year("decaying-effect").truth, year("measured-confounding").truth
    real = without != 0
    assert np.array_equal(with_decay != 0, real)
    assert np.all(np.abs(with_decay[real]) < np.abs(without[real]))


def test_pairs_are_used_on_the_same_deals_on_the_same_days():
    touches = year("pairs").touches
    uses = [
        frozenset(zip(touches.deal[used].tolist(), touches.day[used].tolist(), strict=True))
        for used in (touches.asset == asset for asset in range(60))
    ]
    twins = [asset for asset in range(60) if uses.count(uses[asset]) == 2]
    assert len(twins) == 24
    assert all(uses.count(of_asset) <= 2 for of_asset in uses)


def test_dead_deals_stay_open_for_weeks_but_for_use_at_random():
    weeks = {}
    for name in ("random-use", "measured-confounding"):
        deals = year(name).deals
        lost = deals.closed & ~deals.won
        weeks[name] = np.mean(deals.closed_day[lost] - deals.created_day[lost]) / 7
    assert weeks["measured-confounding"] > weeks["random-use"] + 3


def test_content_that_no_deal_used_has_no_truth(tmp_path):
    simulated = generate("random-use", 1, deals=2, assets=12)
    used = np.isin(np.arange(12), simulated.touches.asset)
    assert np.array_equal(np.isfinite(simulated.truth), used)
    assert not used.all()
    write_files(simulated, tmp_path / "out")
    assert '"Asset 00": ' in (tmp_path / "out" / "truth.json").read_text()
    assert "NaN" not in (tmp_path / "out" / "truth.json").read_text()
