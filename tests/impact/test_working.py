"""The working of one asset's figure: cells that add up to it, the deals of both sides, and what stayed unmatched."""

import numpy as np
import pytest

from portal.impact.cells import Moments, find_moments
from portal.impact.lift import matched_lift
from portal.impact.parts.sides import sides_of
from portal.impact.parts.working import Unmatched, working
from portal.impact.rows import IntArray
from tests.impact.builders import deals_of, history_of, random_inputs, touches_of


def deals_in_cell(moments: Moments, side: IntArray, cell: int) -> list[int]:
    return np.unique(moments.deal[side[moments.cell[side] == cell]]).tolist()


@pytest.mark.parametrize("seed", range(3))
def test_the_cells_add_up_to_the_lift(seed):
    deals, history, touches = random_inputs(seed)
    moments = find_moments(deals, history, touches, 70)
    lift = matched_lift(deals, moments)
    for asset in range(70):
        sides = sides_of(deals, moments, asset)
        found = working(moments, sides)
        if lift.matched[asset]:
            assert np.sum(found.weight) == pytest.approx(1)
            assert np.all(np.diff(found.weight) <= 0)
        assert np.sum(found.weight * found.difference) == pytest.approx(np.nan_to_num(lift.lift[asset]))
        assert found.used.sum() == lift.matched[asset]
        assert found.used.sum() + len(found.unmatched_deal) == lift.deals_used[asset]
        compared = [deals_in_cell(moments, sides.other, cell) for cell in found.cell.tolist()]
        assert len(set().union(*compared)) == lift.comparison_deals[asset]
        assert [len(one) for one in compared] == found.other_deals.tolist()


def test_a_small_table_by_hand():
    # One cell: asset 0 on deals 0 to 3, three of them won; asset 1 on deals 4 to 9, two of them won.
    won = [True, True, True, False, True, True, False, False, False, False]
    deals = deals_of(10, won=won, rep=-1)
    moments = find_moments(
        deals, history_of(), touches_of(*((deal, int(deal > 3), 1000) for deal in range(10))), 2
    )
    found = working(moments, sides_of(deals, moments, 0))
    row = found.used, found.used_won, found.other, found.other_won, found.other_deals
    assert [column.tolist() for column in row] == [[4], [3], [6], [2], [6]]
    assert found.difference.tolist() == pytest.approx([3 / 4 - 2 / 6])
    sides = sides_of(deals, moments, 0)
    assert deals_in_cell(moments, sides.used, int(found.cell[0])) == [0, 1, 2, 3]
    assert deals_in_cell(moments, sides.other, int(found.cell[0])) == [4, 5, 6, 7, 8, 9]


def test_an_unmatched_deal_says_why():
    # Segment 0: only deal 0. Segment 1: deals 1 and 2, which both used it. Segment 2: deals 3 and 4, compared.
    deals = deals_of(5, segment=[0, 1, 1, 2, 2], rep=-1)
    uses = touches_of((0, 0, 1000), (1, 0, 1000), (2, 0, 1000), (3, 0, 1000), (4, 1, 1000))
    moments = find_moments(deals, history_of(), uses, 2)
    found = working(moments, sides_of(deals, moments, 0))
    assert found.unmatched_deal.tolist() == [0, 1, 2]
    assert moments.deal[found.unmatched_moment].tolist() == [0, 1, 2]
    assert found.unmatched_why == (Unmatched.NOBODY_ELSE, Unmatched.ALL_USED_IT, Unmatched.ALL_USED_IT)


def test_an_asset_that_nobody_used_has_an_empty_working():
    deals = deals_of(1)
    moments = find_moments(deals, history_of(), touches_of((0, 0, 1000)), 2)
    found = working(moments, sides_of(deals, moments, 1))
    assert len(found.cell) == len(found.unmatched_deal) == 0
