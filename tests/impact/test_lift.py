"""Matched lift against its definition written out, against a public table, and in its properties."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from portal.impact import matching
from portal.impact.cells import Moments, find_moments
from portal.impact.inputs import Deals, Touches
from portal.impact.lift import AssetLift, Lift, matched_lift
from tests.impact.builders import deals_of, history_of, random_inputs, touches_of

# Admitted and rejected men, then women, of departments A to F: Berkeley, autumn 1973 (Bickel et al. 1975).
BERKELEY = [
    [[512, 313], [89, 19]],
    [[353, 207], [17, 8]],
    [[120, 205], [202, 391]],
    [[138, 279], [131, 244]],
    [[53, 138], [94, 299]],
    [[22, 351], [24, 317]],
]


def lift_of(deals: Deals, touches: Touches, assets: int) -> Lift:
    return matched_lift(deals, find_moments(deals, history_of(), touches, assets))


def test_berkeley_admissions_give_the_mantel_haenszel_figures():
    tables = np.array(BERKELEY, float)
    oracle = StratifiedTable(list(tables))
    crude = tables.sum(axis=0)
    assert crude[0, 0] * crude[1, 1] / (crude[0, 1] * crude[1, 0]) == pytest.approx(1.841080, abs=5e-7)
    assert oracle.oddsratio_pooled == pytest.approx(0.904697, abs=5e-7)

    # One deal for each applicant: department as segment, men "use" asset 0 and women asset 1, admission is a win.
    cells = [(k, s, o) for k in range(6) for s in (0, 1) for o in (0, 1) for _ in range(BERKELEY[k][s][o])]
    department, asset, rejected = np.array(cells).T
    deals = deals_of(len(cells), segment=department, won=rejected == 0, rep=-1)
    lift = lift_of(deals, Touches(np.arange(len(cells)), asset, np.full(len(cells), 1000)), 2)

    men, women = tables.sum(axis=2).T
    total_weight = np.sum(men * women / (men + women))
    admitted = tables.sum(axis=1)
    variance = np.sum(
        men * women * admitted[:, 0] * admitted[:, 1] / ((men + women) ** 2 * (men + women - 1))
    )
    # The numerator of the risk difference is the one of the Cochran-Mantel-Haenszel test.
    corrected = (abs(lift.lift[0] * total_weight) - 0.5) ** 2 / variance
    assert corrected == pytest.approx(1.426946, abs=5e-7)
    assert corrected == pytest.approx(oracle.test_null_odds(correction=True).statistic)
    assert lift.lift[1] == pytest.approx(-lift.lift[0])
    assert lift.naive_lift[0] == pytest.approx(crude[0, 0] / men.sum() - crude[1, 0] / women.sum())


def written_out(deals: Deals, moments: Moments, assets: int) -> list[dict[str, float]]:
    """The definition in plain loops: n1, n0, m0 by cell, then Mantel-Haenszel."""
    first_moment = {
        (asset, moments.deal[moment]): moment
        for asset, moment in zip(moments.use_asset, moments.use_moment, strict=True)
    }
    results = []
    for asset in range(assets):
        used, other = defaultdict(list), defaultdict(list)
        for moment, (deal, cell) in enumerate(zip(moments.deal, moments.cell, strict=True)):
            first = first_moment.get((asset, deal), np.inf)
            if moment == first:
                used[cell].append(deal)
            elif moment < first:
                other[cell].append(deal)
        weights, difference, noise, matched, compared = 0.0, 0.0, 0.0, 0, set()
        for cell in set(used) & set(other):
            n1, n0, m0 = len(used[cell]), len(other[cell]), len(set(other[cell]))
            wins1, wins0 = deals.won[used[cell]].sum(), deals.won[other[cell]].sum()
            weight, p = n1 * n0 / (n1 + n0), (wins1 + wins0) / (n1 + n0)
            weights += weight
            difference += weight * (wins1 / n1 - wins0 / n0)
            noise += weight**2 * p * (1 - p) * (n1 + m0) / (n1 + m0 - 1) * (1 / n1 + 1 / m0)
            matched += n1
            compared |= set(other[cell])
        results.append(
            {
                "deals_used": sum(map(len, used.values())),
                "matched": matched,
                "comparison_deals": len(compared),
                "lift": difference / weights if weights else np.nan,
                "sampling": noise / weights**2 if noise else np.nan,
            }
        )
    return results


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("block", [200, matching.BLOCK])
def test_lift_equals_its_definition_in_plain_loops(monkeypatch, seed, block):
    monkeypatch.setattr(matching, "BLOCK", block)
    deals, history, touches = random_inputs(seed)
    moments = find_moments(deals, history, touches, 70)
    lift = matched_lift(deals, moments)
    expected = written_out(deals, moments, 70)
    assert np.sum(lift.matched) > 300
    for name in ("deals_used", "matched", "comparison_deals", "lift"):
        np.testing.assert_allclose(
            getattr(lift, name), [row[name] for row in expected], atol=1e-12, err_msg=name
        )
    np.testing.assert_allclose(lift.se**2 - 0.015**2, [row["sampling"] for row in expected])


def simple_case() -> tuple[Deals, Touches]:
    """Asset 0 on 40 deals, 30 won; asset 1 on 60 other deals, 24 won; 100 deals with nothing, 10 won."""
    won = np.concatenate([np.arange(40) < 30, np.arange(60) < 24, np.arange(100) < 10])
    uses = touches_of(*((deal, int(deal >= 40), 1000) for deal in range(100)))
    return deals_of(200, won=won, size=10.0, rep=-1), uses


def test_one_cell_gives_the_plain_difference_and_its_error():
    lift = lift_of(*simple_case(), assets=2)
    assert lift.used_rate[0] == pytest.approx(0.75)
    assert lift.comparison_rate[0] == pytest.approx(0.40)
    assert lift.lift[0] == pytest.approx(0.35)
    se = np.sqrt(0.54 * 0.46 * 100 / 99 * (1 / 40 + 1 / 60) + 0.015**2)
    assert lift.se[0] == pytest.approx(se)
    assert (lift.ci_low[0], lift.ci_high[0]) == pytest.approx((0.35 - 1.96 * se, 0.35 + 1.96 * se))
    assert (lift.deals_used[0], lift.won[0], lift.lost[0], lift.comparison_deals[0]) == (40, 30, 10, 60)
    assert lift.verdict.tolist() == ["won_more", "won_less"]


def test_naive_lift_and_money_come_from_the_deals_used():
    lift = lift_of(*simple_case(), assets=2)
    assert lift.naive_lift[0] == pytest.approx(30 / 40 - 34 / 160)
    assert lift.money[0] == pytest.approx(0.35 * 400)
    assert lift.money_low[0] == pytest.approx(lift.ci_low[0] * 400)
    assert lift.money_high[0] == pytest.approx(lift.ci_high[0] * 400)


def test_unknown_sizes_are_left_out_of_the_money():
    deals, uses = simple_case()
    size = np.where(np.arange(200) % 2 == 0, np.nan, deals.size)
    lift = lift_of(replace(deals, size=size), uses, 2)
    assert lift.money[0] == pytest.approx(lift.lift[0] * 200)


def test_e_values_follow_from_the_two_rates_and_the_near_end():
    lift = lift_of(*simple_case(), assets=2)
    ratio = 0.75 / 0.40
    assert lift.e_value[0] == pytest.approx(ratio + np.sqrt(ratio * (ratio - 1)))
    near = 0.75 / (0.75 - lift.ci_low[0])
    assert lift.e_value_near[0] == pytest.approx(near + np.sqrt(near * (near - 1)))
    far = (0.40 - lift.ci_high[1]) / 0.40
    assert lift.e_value_near[1] == pytest.approx(far + np.sqrt(far * (far - 1)))


def test_an_interval_that_holds_no_difference_has_a_near_e_value_of_one():
    deals, uses = simple_case()
    won = np.arange(200) % 2 == 0
    assert lift_of(replace(deals, won=won), uses, 2).e_value_near.tolist() == [1, 1]


def test_a_comparison_deal_stops_being_one_when_it_uses_the_asset():
    # Both deals use something in weeks 0 and 1; deal 1 takes up asset 0 in week 1.
    deals = deals_of(2, won=[True, False], rep=-1)
    uses = touches_of((0, 0, 1000), (0, 1, 1007), (1, 1, 1000), (1, 0, 1007))
    lift = lift_of(deals, uses, 2)
    # Week 0: deal 0 uses it, deal 1 is compared. Week 1: deal 1 uses it, and deal 0 has used it already.
    assert (lift.matched[0], lift.comparison_deals[0], lift.lift[0]) == (1, 1, 1.0)


def test_without_any_variation_in_outcome_there_is_no_interval():
    deals, uses = simple_case()
    lift = lift_of(replace(deals, won=np.ones(200, bool)), uses, 2)
    assert lift.lift.tolist() == [0, 0]
    assert np.isnan(lift.se).all()
    assert np.isnan(lift.ci_low).all()
    assert lift.verdict.tolist() == ["not_enough_deals"] * 2


def test_open_deals_and_rows_in_another_order_change_nothing():
    deals, history, touches = random_inputs(9)
    closed_only = deals.closed[touches.deal]
    rows = np.random.default_rng(3).permutation(np.flatnonzero(closed_only))
    mixed = Touches(touches.deal[rows], touches.asset[rows], touches.day[rows])
    results = [matched_lift(deals, find_moments(deals, history, uses, 70)) for uses in (touches, mixed)]
    np.testing.assert_allclose(results[0].lift, results[1].lift)
    np.testing.assert_array_equal(results[0].comparison_deals, results[1].comparison_deals)
    assert not closed_only.all()


def test_one_assets_figures_say_none_where_nothing_is_available():
    deals, uses = simple_case()
    lift = lift_of(deals, uses, 3)
    used, unused = AssetLift.at(lift, 0), AssetLift.at(lift, 2)
    assert used.lift == pytest.approx(0.35)
    assert used.verdict == "won_more"
    assert type(used.deals_used) is int
    assert (unused.deals_used, unused.lift, unused.ci_low, unused.q_value) == (0, None, None, None)
    assert unused.verdict == "not_enough_deals"
    assert AssetLift.read(used) == used
