"""Influence against hand calculations and against what other attribution tools print for the same paths."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from portal.impact import influence as rules
from portal.impact.influence import Paths, credit, influence, markov, ordered_paths, removal_effects
from portal.impact.inputs import UNKNOWN, Touches
from tests.impact.builders import deals_of, random_inputs, read_rows, touches_of


def paths_of(
    paths: list[list[int]], won: list[float], lost: list[float], value: list[float], assets: int
) -> Paths:
    """Path counts, with the place of a touch on its path as its day."""
    touches = touches_of(
        *((row, asset, place) for row, path in enumerate(paths) for place, asset in enumerate(path))
    )
    return ordered_paths(
        touches, won=np.array(won), lost=np.array(lost), value=np.array(value), assets=assets
    )


@pytest.fixture(scope="module")
def nine_paths() -> Paths:
    """The nine paths of DP6's public test, each worth 3, over A, B, C."""
    written = ["A", "A B", "A B C", "B", "B A", "B C A", "C", "C A", "C B A"]
    paths = [["ABC".index(name) for name in path.split()] for path in written]
    return paths_of(paths, [1.0] * 9, [0.0] * 9, [3.0] * 9, 3)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (rules.first, [9, 9, 9]),
        (rules.last, [15, 6, 6]),
        (rules.linear, [10.5, 9, 7.5]),
        (rules.u_shape, [11.1, 8.4, 7.5]),
    ],
)
def test_nine_paths_are_divided_as_dp6_divides_them(nine_paths, rule, expected):
    np.testing.assert_allclose(credit(nine_paths, rule(nine_paths), nine_paths.value), expected)


def test_nine_paths_get_the_exact_markov_credit_of_dp6(nine_paths):
    credited = markov(nine_paths, nine_paths.value)
    np.testing.assert_allclose(credited, [10.643154, 8.514523, 7.842324], atol=5e-7)


def test_two_touches_share_a_u_shape_equally_and_three_by_two_fifths():
    paths = paths_of([[0], [1, 2], [1, 3, 2]], [2, 3, 5], [0, 0, 0], [0, 0, 0], 4)
    np.testing.assert_allclose(credit(paths, rules.linear(paths), paths.won), [2, 19 / 6, 19 / 6, 5 / 3])
    np.testing.assert_allclose(credit(paths, rules.u_shape(paths), paths.won), [2, 3.5, 3.5, 1])


@pytest.fixture(scope="module")
def ten_thousand(shared_data: Path) -> tuple[Paths, list[str]]:
    """10,000 path counts with their conversions, value and nulls, and the names of their channels."""
    folder = shared_data / "attribution"
    names = [row["channel_name"] for row in read_rows(folder / "peer_heuristic.csv")]
    with gzip.open(folder / "mta_data.csv.gz", "rt") as file:
        rows = [line.rstrip("\n").split(",") for line in file][1:]
    paths = [[names.index(name) for name in row[0].split(" > ")] for row in rows]
    won, value, lost = ([float(row[column]) for row in rows] for column in (1, 2, 3))
    return paths_of(paths, won, lost, value, len(names)), names


def column(shared_data: Path, file: str, key: str, names: list[str], name: str) -> np.ndarray:
    rows = {row[key]: float(row[name]) for row in read_rows(shared_data / "attribution" / file)}
    return np.array([rows[channel] for channel in names])


def test_ten_thousand_paths_have_the_totals_they_are_known_by(ten_thousand):
    paths, _ = ten_thousand
    assert len(paths.won) == 10_000
    assert (paths.won.sum(), paths.lost.sum()) == (19_785, 68_602)
    assert paths.value.sum() == pytest.approx(74_802.9716)


@pytest.mark.parametrize("rule", ["first", "last", "linear"])
@pytest.mark.parametrize("weight", ["conversions", "value"])
def test_heuristics_equal_channel_attribution(shared_data, ten_thousand, rule, weight):
    paths, names = ten_thousand
    peer = column(shared_data, "peer_heuristic.csv", "channel_name", names, f"{rule}_touch_{weight}")
    weights = paths.won if weight == "conversions" else paths.value
    np.testing.assert_allclose(credit(paths, getattr(rules, rule)(paths), weights), peer, rtol=1e-10)


@pytest.mark.parametrize(("rule", "name"), [(rules.u_shape, "ushape"), (rules.shapley, "shapley")])
def test_u_shape_and_shapley_equal_the_exact_figures(shared_data, ten_thousand, rule, name):
    paths, names = ten_thousand
    expected = column(shared_data, "expected_exact.csv", "channel", names, name)
    np.testing.assert_allclose(credit(paths, rule(paths), paths.won), expected, rtol=1e-9)


@pytest.mark.parametrize("nulls", [True, False])
def test_markov_equals_the_exact_figures_with_and_without_lost_paths(shared_data, ten_thousand, nulls):
    paths, names = ten_thousand
    effect, credit_of = ("RE_exact", "conv_exact") if nulls else ("RE_exact_nonull", "conv_nonull")
    if not nulls:
        paths = Paths(**{**vars(paths), "lost": np.zeros_like(paths.lost)})
    effects = column(shared_data, "expected_exact.csv", "channel", names, effect)
    credited = column(shared_data, "expected_exact.csv", "channel", names, credit_of)
    np.testing.assert_allclose(removal_effects(paths), effects, rtol=1e-9)
    np.testing.assert_allclose(markov(paths, paths.won), credited, rtol=1e-9)


def test_removal_effects_equal_what_is_lost_when_the_asset_is_taken_out_of_the_chain():
    paths = paths_of([[0, 1, 0, 2], [1, 2], [2, 1], [0]], [3, 1, 2, 1], [1, 4, 0, 5], [0] * 4, 3)

    def chance_to_win(removed: int | None) -> float:
        moves = np.zeros((6, 6))  # start, three assets, won, lost
        for path, won, lost in zip(
            [[0, 1, 0, 2], [1, 2], [2, 1], [0]], [3, 1, 2, 1], [1, 4, 0, 5], strict=True
        ):
            for before, after in zip([-1, *path[:-1]], path, strict=True):
                moves[before + 1, after + 1] += won + lost
            moves[path[-1] + 1, 4] += won
            moves[path[-1] + 1, 5] += lost
        moves[:4] /= moves[:4].sum(axis=1, keepdims=True)
        moves[4, 4] = moves[5, 5] = 1
        if removed is not None:
            moves[removed + 1] = [0, 0, 0, 0, 0, 1]
        return float(np.linalg.matrix_power(moves, 4096)[0, 4])

    whole = chance_to_win(None)
    expected = [1 - chance_to_win(asset) / whole for asset in range(3)]
    np.testing.assert_allclose(removal_effects(paths), expected, rtol=1e-9)


def test_time_decay_halves_the_weight_for_every_thirty_days_before_the_close():
    deals = deals_of(1, won=True, value=700.0)
    touches = touches_of((0, 0, 1100), (0, 1, 1070), (0, 2, 1040))
    np.testing.assert_allclose(influence(deals, touches, 3).time_decay, [400, 200, 100])
    np.testing.assert_allclose(influence(deals, touches, 3, half_life_days=15).time_decay[0], 700 * 16 / 21)


def test_touches_on_one_day_keep_the_order_given():
    result = influence(deals_of(1, won=True), touches_of((0, 2, 1050), (0, 0, 1050), (0, 1, 1050)), 3)
    assert result.first.tolist() == [0, 0, 100]
    assert result.last.tolist() == [0, 100, 0]


def test_touches_outside_the_life_of_a_deal_or_on_open_ones_are_left_out_and_counted():
    deals = deals_of(2, won=True, closed=[True, False], closed_day=[1100, UNKNOWN])
    touches = touches_of((0, 0, 999), (0, 1, 1000), (0, 2, 1100), (0, 3, 1101), (0, 3, 1102), (1, 0, 1050))
    result = influence(deals, touches, 4)
    assert result.linear.tolist() == [0, 50, 50, 0]
    assert (result.left_out.before_created, result.left_out.after_close, result.left_out.still_open) == (
        1,
        2,
        1,
    )


def test_an_unknown_date_excludes_no_touch():
    deals = deals_of(1, won=True, created_day=UNKNOWN, closed_day=UNKNOWN)
    assert influence(deals, touches_of((0, 0, 5), (0, 1, 9999)), 2).linear.tolist() == [50, 50]


def test_lost_deals_get_no_credit_and_unknown_values_are_counted():
    deals = deals_of(4, won=[True, False, True, True], value=[100, 100, np.nan, 40])
    result = influence(deals, touches_of((0, 0, 1001), (1, 1, 1001), (2, 2, 1001)), 3)
    assert result.linear.tolist() == [100, 0, 0]
    assert (result.credited, result.uncredited, result.value_unknown) == (100, 40, 1)


def test_shapley_counts_an_asset_once_however_often_it_was_used():
    deals = deals_of(1, won=True)
    result = influence(deals, touches_of((0, 0, 1001), (0, 1, 1002), (0, 0, 1003), (0, 0, 1004)), 2)
    assert result.shapley.tolist() == [50, 50]
    assert result.linear.tolist() == [75, 25]
    assert result.revenue_of_deals.tolist() == [100, 100]
    assert result.won_deals.tolist() == [1, 1]


@pytest.mark.parametrize("seed", range(3))
def test_every_rule_adds_up_to_the_revenue_of_deals_with_touches(seed):
    deals, _, touches = random_inputs(seed)
    result = influence(deals, touches, 70)
    for rule in ("linear", "first", "last", "u_shape", "time_decay", "shapley", "markov"):
        credited = getattr(result, rule)
        assert credited.sum() == pytest.approx(result.credited), rule
        assert credited.min() >= 0, rule
    won = deals.won & deals.closed & np.isfinite(deals.value)
    assert result.credited + result.uncredited == pytest.approx(deals.value[won].sum())
    assert result.revenue_of_deals.sum() > result.credited


def test_the_order_of_the_rows_does_not_matter():
    deals, _, touches = random_inputs(5)
    days = (
        np.arange(len(touches.deal)) % 40 + 1100
    )  # no two touches of a deal on one day would be needed for ties
    unique = np.unique(np.stack([touches.deal, days]), axis=1, return_index=True)[1]
    rows = np.random.default_rng(1).permutation(unique)
    straight = influence(deals, Touches(touches.deal[unique], touches.asset[unique], days[unique]), 70)
    mixed = influence(deals, Touches(touches.deal[rows], touches.asset[rows], days[rows]), 70)
    np.testing.assert_allclose(straight.first, mixed.first)
    np.testing.assert_allclose(straight.markov, mixed.markov)
