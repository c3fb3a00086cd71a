"""Steps from one piece of content to the next, against counts made by hand and by plain loops."""

from __future__ import annotations

import numpy as np

from portal.impact.inputs import Deals, Touches
from portal.impact.sequence import NOTHING, find_steps
from tests.impact.builders import deals_of, touches_of


def test_steps_among_very_many_pieces_take_no_table_of_all_pairs():
    deals, many = deals_of(2, won=[True, False]), 1_000_000
    steps = find_steps(deals, touches_of((0, 7, 1001), (0, many - 1, 1002), (1, 7, 1001)), many)
    assert (steps.before.tolist(), steps.after.tolist()) == ([-1, 7], [7, many - 1])
    assert (steps.won.tolist(), steps.lost.tolist()) == ([1, 1], [1, 0])


def _rows(deals: Deals, touches: Touches, assets: int) -> set[tuple[int, int, int, int]]:
    steps = find_steps(deals, touches, assets)
    return set(
        zip(*(column.tolist() for column in (steps.before, steps.after, steps.won, steps.lost)), strict=True)
    )


def test_each_piece_follows_the_one_that_was_first_used_before_it():
    deals = deals_of(3, won=[True, False, True])
    touches = touches_of((0, 2, 1010), (0, 1, 1005), (0, 1, 1020), (1, 1, 1001), (1, 2, 1002), (2, 2, 1003))
    assert _rows(deals, touches, 3) == {(NOTHING, 1, 1, 1), (1, 2, 1, 1), (NOTHING, 2, 1, 0)}


def test_uses_of_one_day_follow_each_other_as_given():
    assert _rows(deals_of(1), touches_of((0, 1, 1005), (0, 0, 1005)), 2) == {(NOTHING, 1, 0, 1), (1, 0, 0, 1)}


def test_uses_outside_a_deals_life_and_on_open_deals_are_no_steps():
    deals = deals_of(2, closed=[True, False])
    steps = find_steps(deals, touches_of((0, 0, 999), (0, 1, 1050), (0, 2, 1101), (1, 0, 1050)), 3)
    assert (steps.before.tolist(), steps.after.tolist()) == ([NOTHING], [1])
    assert (steps.won_deals, steps.lost_deals) == (0, 1)


def test_without_uses_there_are_no_steps():
    steps = find_steps(deals_of(1), touches_of(), 3)
    assert len(steps.before) == steps.won_deals == steps.lost_deals == 0


def test_many_deals_give_what_plain_loops_give():
    chance = np.random.default_rng(3)
    deals = deals_of(200, won=chance.random(200) < 0.4)
    rows = np.stack(
        [chance.integers(0, 200, 3000), chance.integers(0, 8, 3000), chance.integers(990, 1110, 3000)]
    )
    expected: dict[tuple[int, int], list[int]] = {}
    for deal in range(200):
        uses = [(day, place, asset) for place, (of, asset, day) in enumerate(rows.T.tolist()) if of == deal]
        before, seen = NOTHING, set()
        for _, _, asset in sorted((day, place, asset) for day, place, asset in uses if 1000 <= day <= 1100):
            if asset not in seen:
                expected.setdefault((before, asset), [0, 0])[0 if deals.won[deal] else 1] += 1
                before = asset
                seen.add(asset)
    assert _rows(deals, Touches(*rows), 8) == {(*step, *counts) for step, counts in expected.items()}


def test_the_most_frequent_steps_stand_first():
    deals = deals_of(3)
    steps = find_steps(deals, touches_of((0, 1, 1001), (1, 0, 1001), (2, 0, 1001)), 2)
    assert steps.after.tolist() == [0, 1]
