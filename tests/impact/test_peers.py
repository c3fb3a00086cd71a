"""The published figures that the methods are known by, to their printed digits, from our own code and from peers."""

from math import sqrt

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.multitest import multipletests

from portal.impact import influence as rules
from portal.impact.cells import find_moments
from portal.impact.influence import credit, markov, ordered_paths
from portal.impact.inputs import Touches
from portal.impact.parts.sides import sides_of
from portal.impact.verdicts import e_value, paule_mandel, q_values
from tests.impact.builders import deals_of, history_of, touches_of
from tests.impact.test_lift import BERKELEY
from tests.impact.test_verdicts import BENJAMINI_HOCHBERG_1995, EIGHT_SCHOOLS


def digits(value: float, places: int) -> str:
    return f"{value:.{places}f}"


def test_berkeley_from_our_own_cells_gives_the_mantel_haenszel_odds_ratio():
    rows = [
        (k, sex, out)
        for k in range(6)
        for sex in (0, 1)
        for out in (0, 1)
        for _ in range(BERKELEY[k][sex][out])
    ]
    department, asset, rejected = np.array(rows).T
    deals = deals_of(len(rows), segment=department, won=rejected == 0, rep=-1)
    moments = find_moments(
        deals, history_of(), Touches(np.arange(len(rows)), asset, np.full(len(rows), 1000)), 2
    )
    cells = sides_of(deals, moments, 0).cells
    a, b = cells.used_won[:, 0], (cells.used - cells.used_won)[:, 0]
    c, d = cells.other_won[:, 0], (cells.other - cells.other_won)[:, 0]
    total = a + b + c + d
    assert len(total) == 6
    assert digits(np.sum(a * d / total) / np.sum(b * c / total), 6) == "0.904697"
    assert digits(a.sum() * d.sum() / (b.sum() * c.sum()), 6) == "1.841080"
    expected = (a + b) * (a + c) / total
    variance = (a + b) * (c + d) * (a + c) * (b + d) / (total**2 * (total - 1))
    corrected = (abs(np.sum(a - expected)) - 0.5) ** 2 / variance.sum()
    oracle = StratifiedTable([np.array(table, float) for table in BERKELEY])
    assert corrected == pytest.approx(1.426947, abs=1e-6)
    assert corrected == pytest.approx(oracle.test_null_odds(correction=True).statistic)
    assert digits(oracle.oddsratio_pooled, 6) == "0.904697"


def test_nine_paths_to_the_printed_digits():
    written = ["A", "A B", "A B C", "B", "B A", "B C A", "C", "C A", "C B A"]
    touches = touches_of(
        *(
            (row, "ABC".index(name), place)
            for row, path in enumerate(written)
            for place, name in enumerate(path.split())
        )
    )
    paths = ordered_paths(touches, won=np.ones(9), lost=np.zeros(9), value=np.full(9, 3.0), assets=3)
    given = {
        rule: "/".join(f"{value:.8g}" for value in credit(paths, getattr(rules, rule)(paths), paths.value))
        for rule in ("first", "last", "linear", "u_shape")
    }
    assert given == {"first": "9/9/9", "last": "15/6/6", "linear": "10.5/9/7.5", "u_shape": "11.1/8.4/7.5"}
    assert [digits(value, 6) for value in markov(paths, paths.value)] == ["10.643154", "8.514523", "7.842324"]


def test_two_paths_to_the_printed_digits():
    touches = touches_of((0, 0, 0), (1, 1, 0), (1, 2, 1), (2, 1, 0), (2, 3, 1), (2, 2, 2))
    paths = ordered_paths(touches, won=np.array([2.0, 3, 5]), lost=np.zeros(3), value=np.zeros(3), assets=4)
    assert credit(paths, rules.linear(paths), paths.won).tolist() == pytest.approx([2, 19 / 6, 19 / 6, 5 / 3])
    assert credit(paths, rules.u_shape(paths), paths.won).tolist() == pytest.approx([2, 3.5, 3.5, 1])


def test_fifteen_p_values_eight_schools_and_an_e_value():
    p = np.array(BENJAMINI_HOCHBERG_1995)
    q = q_values(stats.norm.isf(p / 2), np.ones(15), np.ones(15, bool))
    assert np.sum(q < 0.05) == np.sum(multipletests(p, 0.05, "fdr_bh")[0]) == 4
    tau2, mean = paule_mandel(*EIGHT_SCHOOLS)
    assert (tau2, digits(mean, 6)) == (0.0, "7.685617")
    assert digits(e_value(np.array([3.9]))[0], 3) == digits(3.9 + sqrt(3.9 * 2.9), 3) == "7.263"
