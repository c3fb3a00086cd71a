"""The joint model where data is strange, empty or all alike: no crash, and what was left out is said."""

from dataclasses import replace

import numpy as np
import pytest

from portal.impact.inputs import UNKNOWN, Deals, StageHistory, Touches
from portal.impact.joint.effects import Joint, joint_effects
from tests.impact.builders import deals_of, history_of, random_inputs, touches_of

DEALS = 120


def made(**columns: object) -> tuple[Deals, StageHistory, Touches]:
    """Deals of two stages, half of them won, with one of two assets used on each in the first stage."""
    deals = deals_of(DEALS, **{"won": np.arange(DEALS) % 2 == 0, **columns})
    history = history_of(*((deal, stage, 1000 + 40 * stage) for deal in range(DEALS) for stage in (0, 1)))
    return deals, history, touches_of(*((deal, deal // 2 % 2, 1010) for deal in range(DEALS)))


def sound(joint: Joint) -> None:
    """Every figure is there where the asset was used, and each interval holds its effect."""
    used = joint.users > 0
    for values in (joint.effect, joint.se, joint.ci_low, joint.ci_high):
        assert np.all(np.isfinite(values[used]))
        assert np.all(np.isnan(values[~used]))
    assert np.all(joint.se[used] > 0)
    assert np.all(np.abs(joint.effect[used]) <= 1)
    assert joint.converged


def test_nothing_at_all_gives_nothing():
    none = np.zeros(0, np.int64)
    joint = joint_effects(deals_of(0), StageHistory(none, none, none), Touches(none, none, none), 3)
    assert joint.rows == 0
    assert np.all(np.isnan(joint.effect))
    assert joint.users.tolist() == [0, 0, 0]
    empty = joint_effects(deals_of(0), StageHistory(none, none, none), Touches(none, none, none), 0)
    assert len(empty.effect) == 0


@pytest.mark.parametrize("won", [True, False])
def test_where_all_deals_end_alike_there_is_no_clear_difference(won):
    joint = joint_effects(*made(won=won), 2)
    sound(joint)
    assert np.all(np.abs(joint.effect) < 0.05)
    assert not np.any(joint.q_value < 0.05)


@pytest.mark.parametrize(
    "columns",
    [
        {"rep": 0},
        {"rep": UNKNOWN},
        {"segment": UNKNOWN},
        {"size": np.nan},
        {"size": 0.0},
        {"size": -5.0},
        {"size": np.where(np.arange(DEALS) % 3, 1e15, np.nan)},
        {"created_day": UNKNOWN},
        {"closed_day": UNKNOWN},
        {"rep": np.arange(DEALS)},
    ],
)
def test_one_rep_and_unknown_or_strange_columns_are_no_obstacle(columns):
    sound(joint_effects(*made(**columns), 2, np.full(DEALS, UNKNOWN)))


def test_content_used_on_all_deals_has_a_wide_interval_rather_than_a_finding():
    deals, history, _ = made()
    touches = touches_of(*((deal, 0, 1000) for deal in range(DEALS)), *((deal, 1, 1099) for deal in range(9)))
    joint = joint_effects(deals, history, touches, 3)
    sound(joint)
    assert joint.users.tolist() == [DEALS, 9, 0]
    assert joint.ci_low[0] < 0 < joint.ci_high[0]
    assert np.isnan(joint.q_value[1])


def test_deals_that_close_before_they_open_are_left_out_and_counted():
    deals, history, touches = made(closed_day=np.where(np.arange(DEALS) < 30, 900, 1100))
    joint = joint_effects(deals, history, touches, 2)
    sound(joint)
    assert joint.left_out["deals_closed_before_created"] == 30
    assert np.sum(joint.users) == DEALS - 30


def test_uses_and_stages_out_of_bounds_are_left_out_and_counted():
    deals, history, touches = made()
    history = StageHistory(
        *(
            np.append(vars(history)[name], more)
            for name, more in (("deal", [3]), ("stage", [5]), ("entered_day", [1101]))
        )
    )
    early, late = touches_of((0, 1, 999), (1, 1, 5)), touches_of((2, 1, 1101))
    more = Touches(
        *(
            np.concatenate([vars(each)[name] for each in (touches, early, late)])
            for name in ("deal", "asset", "day")
        )
    )
    joint, plain = joint_effects(deals, history, more, 2), joint_effects(*made(), 2)
    assert joint.left_out["uses_before_creation"] == 2
    assert joint.left_out["uses_after_close"] == 1
    assert joint.left_out["entries_after_close"] == 1
    np.testing.assert_allclose(joint.effect, plain.effect, atol=1e-9)


def test_open_deals_alone_give_nothing_without_a_crash():
    deals, history, touches = made(closed=False, closed_day=UNKNOWN)
    joint = joint_effects(deals, history, touches, 2)
    assert joint.users.tolist() == [0, 0]
    assert np.all(np.isnan(joint.effect))


def test_ten_thousand_uses_of_one_asset_on_a_deal_count_once():
    deals, history, touches = made()
    again = Touches(
        np.concatenate([touches.deal, np.zeros(10_000, np.int64)]),
        np.concatenate([touches.asset, np.zeros(10_000, np.int64)]),
        np.concatenate([touches.day, np.full(10_000, 1011)]),
    )
    one, two = joint_effects(deals, history, touches, 2), joint_effects(deals, history, again, 2)
    np.testing.assert_array_equal(one.effect, two.effect)
    np.testing.assert_array_equal(one.users, two.users)


@pytest.mark.parametrize("seed", range(6))
def test_untidy_data_gives_sound_figures(seed):
    deals, history, touches = random_inputs(seed)
    regions = np.random.default_rng(seed).integers(-1, 4, len(deals.won))
    sound(joint_effects(deals, history, touches, 70, regions))
    sound(joint_effects(replace(deals, size=np.full(len(deals.won), np.nan)), history, touches, 70))


def test_a_deal_that_goes_back_and_forth_is_no_obstacle():
    deals = deals_of(60, won=np.arange(60) % 3 == 0)
    stages = (0, 1, 0, 1, 1, 2, 0, 2)
    history = history_of(
        *((deal, stage, 1000 + day) for deal in range(60) for day, stage in enumerate(stages))
    )
    joint = joint_effects(deals, history, touches_of(*((deal, deal % 2, 1002) for deal in range(60))), 2)
    sound(joint)
    assert joint.rows == 60 * 7
