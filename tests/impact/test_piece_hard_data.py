"""The page of one piece on the data that real portals have: it says what it lacks, in words, and never breaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from portal.impact.inputs import UNKNOWN
from tests.impact.test_piece_page import PARTS, opened, plain
from tests.impact.worlds import DEALS, gathered_world, store_gathered

HARD = {
    "all won": lambda one: {"deals": replace(one.deals, won=np.ones(DEALS, np.bool_))},
    "no history": lambda one: {"history": type(one.history)(*np.zeros((3, 0), np.int64))},
    "amounts zero": lambda one: {
        "deals": replace(one.deals, size=np.zeros(DEALS), value=np.zeros(DEALS)),
    },
    "amounts unknown": lambda one: {
        "deals": replace(one.deals, size=np.full(DEALS, np.nan), value=np.full(DEALS, np.nan)),
    },
    "no rep": lambda one: {"deals": replace(one.deals, rep=np.full(DEALS, UNKNOWN))},
    "closed before created": lambda one: {
        "deals": replace(one.deals, closed_day=one.deals.created_day - 5),
    },
    "all open": lambda one: {
        "deals": replace(one.deals, closed=np.zeros(DEALS, np.bool_), closed_day=np.full(DEALS, UNKNOWN)),
    },
    "one piece on all deals": lambda one: {
        "touches": replace(one.touches, asset=np.zeros(len(one.touches.asset), np.int64)),
    },
    "all late": lambda one: {"late": np.ones(len(one.late), np.bool_)},
}
SAID = {
    "all won": "Not enough deals yet: 0 of 5 lost.",
    "no history": "No deal has a stage history, so moments are compared without their stage.",
    "amounts zero": "All deals have one and the same amount",
    "amounts unknown": "No won deal with a known amount was credited to it.",
    "no rep": "No deal has a rep",
    "closed before created": "Uses left out: ",
    "all open": "It was not used on a closed deal of these in time to be compared",
    "one piece on all deals": "Every deal with such a moment used this in that week, or had used it before",
    "all late": "confirmed only after their deals had closed",
}


@pytest.mark.parametrize("name", HARD)
def test_hard_data_is_said_and_breaks_nothing(make, sign_in, name):
    assets = [make.asset(f"Piece {letter}") for letter in "ABCD"]
    gathered = gathered_world(assets)
    store_gathered(make, replace(gathered, **HARD[name](gathered)))
    client, said = sign_in(make.user("manager")), []
    for asset in assets[:2]:
        for part in ("", "cells", "deals", *PARTS):
            answer = client.get(f"/impact/{asset.slug}?part={part}")
            assert answer.status_code == 200, part
            said.append(plain(answer.text))
    assert any(SAID[name] in text for text in said)


def test_uses_in_no_comparison_are_counted_for_this_piece_alone(make, sign_in):
    assets = [make.asset(f"Piece {letter}") for letter in "ABCD"]
    gathered = gathered_world(assets)
    deals, day, late = gathered.deals, gathered.touches.day.copy(), np.arange(DEALS) < 16
    # Two uses of the first piece and two of the second before the deal was created, and one of each after its close.
    day[16:20] = deals.created_day[16:20] - 1
    day[[24, 26]] = deals.closed_day[[24, 26]] + 1
    store_gathered(make, replace(gathered, touches=replace(gathered.touches, day=day), late=late))
    client = sign_in(make.user("manager"))
    for asset in assets[:2]:
        assert (
            "Uses of this that are not compared: 2 before the deal was created; 1 after the deal was closed;"
            " 4 found out only after the deal had closed."
        ) in opened(client, asset.slug, "cells")
