"""Content used on very few deals of a choice: who may not see each of them is not told how these ended."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import numpy as np
import pytest

from portal.impact.amounts import FEW_NOTE
from tests.impact.test_choosing import drawn, exported
from tests.impact.test_pages import text_of
from tests.impact.worlds import gathered_world, store_gathered, stored_world

# Thirty-two deals, of which ten pieces of content were used on two to four each.
CHOICE = "?begin=2026-01-01&end=2026-01-16"
FEW = "fewer than 5 deals"


@pytest.fixture
def assets(make):
    found = [make.asset(f"Piece {letter}", kind="deck") for letter in "ABCDEFGHIJ"]
    stored_world(make, found)
    return found


def test_a_choice_tells_nothing_of_content_used_on_fewer_than_five_deals(make, sign_in, assets):
    rep, manager = sign_in(make.user()), sign_in(make.user("manager"))
    rows = drawn(rep.get(f"/impact{CHOICE}"))
    assert len(rows) == 10
    assert FEW_NOTE in text_of(rep, f"/impact{CHOICE}")
    assert FEW_NOTE not in text_of(manager, f"/impact{CHOICE}")
    for row in rows.values():
        assert "< 5" in row
        assert FEW in row
        assert " won" not in row
        assert "of 30" not in row
    assert all(
        FEW not in row and "of 30 deals" in row for row in drawn(manager.get(f"/impact{CHOICE}")).values()
    )


@pytest.mark.parametrize("column", ["deals", "won", "lost"])
def test_their_order_tells_nothing_either(make, sign_in, assets, column):
    titles = list(drawn(sign_in(make.user()).get(f"/impact{CHOICE}&sort=-{column}")))
    assert titles == sorted(titles)


def test_a_file_leaves_these_counts_out_and_says_so(make, sign_in, assets):
    file = exported(sign_in(make.user()), f"/impact/export.csv{CHOICE}")
    rows = [dict(zip(file[0], row, strict=True)) for row in file[1 : file.index([])]]
    assert {(row["Closed deals"], row["Won"], row["Lost"], row["Best place"]) for row in rows} == {
        ("", "", "", "")
    }
    assert {row["In words"] for row in rows} == {"not enough deals yet: fewer than 5 of 30"}
    assert ["Note", FEW_NOTE] in file
    whole = exported(sign_in(make.user("manager")), f"/impact/export.csv{CHOICE}")
    assert ["Note", FEW_NOTE] not in whole


def test_the_page_of_such_a_piece_says_so_and_opens_to_nothing(make, sign_in, assets):
    rep, manager = sign_in(make.user()), sign_in(make.user("manager"))
    address = f"/impact/{assets[0].slug}{CHOICE}"
    text = text_of(rep, address)
    assert f"it was used on {FEW} that are closed, too few for any figure: it takes 30." in text
    assert "The numbers" not in text
    assert "All time" in text
    for part in ("cells", "deals", "stage"):
        assert "Won" not in text_of(rep, f"{address}&part={part}").split("Too few deals")[1]
    assert "The numbers" in text_of(manager, address)


def test_a_kind_of_few_deals_is_not_counted_either(make, sign_in):
    others = [make.asset(f"Piece {letter}", kind="deck") for letter in "ABCDEFGHI"]
    stored_world(make, [*others, make.asset("Film", kind="video")])
    address = f"/impact/by/kinds{CHOICE}"
    rep, manager = text_of(sign_in(make.user()), address), text_of(sign_in(make.user("manager")), address)
    assert f"Video 1 piece < 5 – – – Not enough deals yet {FEW} –" in rep
    assert FEW_NOTE in rep
    assert re.search(r"Video 1 piece \d deals \d won \d lost", manager)
    assert FEW_NOTE not in manager


def test_nor_is_content_of_few_deals_by_stage(make, sign_in, assets):
    address = f"/impact/by/stages{CHOICE}"
    rep, manager = text_of(sign_in(make.user()), address), text_of(sign_in(make.user("manager")), address)
    assert "Piece A Discovery" not in rep
    assert FEW_NOTE in rep
    assert re.search(r"Piece A Discovery \d deals", manager)
    assert FEW_NOTE not in manager


@pytest.mark.parametrize("page", ["", "/by/kinds", "/by/stages", "/by/sequence", "/by/owners", "/export.csv"])
def test_of_too_few_deals_it_is_not_told_what_was_left_out(make, sign_in, page):
    """That a won deal of one day has no amount tells that it was won."""
    world = gathered_world([make.asset("Piece A"), make.asset("Piece B")])
    bare = np.full(len(world.deal_ids), np.nan)
    store_gathered(make, replace(world, deals=replace(world.deals, value=bare)))
    rep = sign_in(make.user())
    without = "can't be converted"
    assert without not in html.unescape(rep.get(f"/impact{page}?begin=2026-01-01&end=2026-01-01").text)
    assert without in html.unescape(rep.get(f"/impact{page}").text)
