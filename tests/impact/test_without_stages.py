"""Matched lift where few deals or none have a stage history: it says less, rather than what is not so."""

from dataclasses import replace

import numpy as np
import pytest

from portal.impact.cells import find_moments
from portal.impact.exploring.filters import Chosen
from portal.impact.inputs import StageHistory, Touches
from portal.impact.lift import Lift, matched_lift
from portal.impact.piece.dimensions import QUARTER, STAGE, STRENGTH, by_dimension
from portal.impact.piece.laid_open import lay_open
from portal.impact.simulation.generating import generate
from portal.impact.verdicts import excess
from tests.impact.worlds import stored_world

ASSETS = 60


def lift_without(seed: int, every: int) -> tuple[Lift, np.ndarray]:
    """The figures of a made-up year of which every nth deal, or all with 1, has no stage history, and the truth."""
    made = generate("measured-confounding", seed)
    keep = made.history.deal % every != 0
    history = StageHistory(made.history.deal[keep], made.history.stage[keep], made.history.entered_day[keep])
    moments = find_moments(made.deals, history, made.touches, ASSETS)
    return matched_lift(made.deals, moments), np.nan_to_num(made.truth)


@pytest.mark.parametrize("every", [1, 2])
def test_without_stages_the_ranges_are_wide_enough_and_no_false_difference_stands(every):
    coverage = []
    for seed in range(301, 304):
        lift, truth = lift_without(seed, every)
        coverage.append(np.mean((lift.ci_low <= truth) & (truth <= lift.ci_high)))
        assert not np.any(np.isin(lift.verdict, ["won_more", "won_less"]) & (truth == 0))
    assert np.mean(coverage) >= 0.93


@pytest.mark.parametrize("seed", [301, 302, 303])
def test_kinds_are_widened_as_pieces_are_since_they_are_too_few_to_tell(seed):
    """Seven kinds, from content used early to content used late, which only stages would tell apart."""
    made = generate("measured-confounding", seed)
    none = StageHistory(*(column[:0] for column in vars(made.history).values()))
    touches = made.touches
    days = touches.day - made.deals.created_day[touches.deal]
    lateness = np.bincount(touches.asset, days, ASSETS) / np.bincount(touches.asset, minlength=ASSETS)
    kind = np.argsort(np.argsort(lateness)) * 7 // ASSETS
    widened = matched_lift(made.deals, find_moments(made.deals, none, touches, ASSETS)).widened
    assert widened > 2
    moments = find_moments(made.deals, none, Touches(touches.deal, kind[touches.asset], touches.day), 7)
    plain, wide = matched_lift(made.deals, moments), matched_lift(made.deals, moments, widened)
    assert wide.se == pytest.approx(plain.se * widened)
    assert np.sum(np.isin(wide.verdict, ["won_more", "won_less"])) < np.sum(
        np.isin(plain.verdict, ["won_more", "won_less"])
    )
    staged = find_moments(made.deals, made.history, touches, ASSETS)
    assert matched_lift(made.deals, staged, 9.0).widened == 1.0


def test_a_few_deals_without_stages_leave_the_ranges_as_they_are():
    some, _ = lift_without(301, 20)
    none, _ = lift_without(301, 10**9)
    assert np.nanmedian(some.se) == pytest.approx(np.nanmedian(none.se), rel=0.1)


def test_standard_errors_are_widened_by_how_much_the_figures_spread_and_never_narrowed():
    even = np.linspace(-1, 1, 21)
    assert excess(even) == 1.0
    assert excess(even * 10) == pytest.approx(1.4826 * 5)
    assert excess(np.append(even * 10, np.nan)) == pytest.approx(1.4826 * 5)
    assert excess(np.array([-9.0, 9.0])) == 1.0  # two don't say how they spread
    assert excess(np.zeros(0)) == 1.0


@pytest.mark.parametrize(("name", "times"), [("industry", 3), (QUARTER, 3), (STRENGTH, 3), (STAGE, 1)])
def test_parts_of_a_piece_are_widened_as_the_piece_is_but_for_its_stages(make, app, name, times):
    assets = [make.asset() for _ in range(4)]
    snapshot = stored_world(make, assets)
    with app.app_context():
        piece = lay_open(snapshot, Chosen(), assets[0].id)
    wide = replace(piece, laid=replace(piece.laid, widened=3.0))
    narrow_parts, wide_parts = (by_dimension(one, name, {}, {}).parts for one in (piece, wide))
    errors = [(one.part.se, other.part.se) for one, other in zip(narrow_parts, wide_parts, strict=True)]
    assert any(one for one, _ in errors)
    assert all(other == pytest.approx(times * one) for one, other in errors if one)
