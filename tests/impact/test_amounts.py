"""Amounts beside the figures: nobody learns what a deal of another team is worth, however the deals are chosen."""

from __future__ import annotations

import pytest

from portal.impact.amounts import NOT_TOLD, RULES_NOT_TOLD
from tests.impact.test_choosing import HEALTHCARE, drawn, exported, world
from tests.impact.test_pages import CLEAR, snapshot

__all__ = ["world"]
CHOICES = (HEALTHCARE, "/impact?begin=2026-01-01&end=2026-04-10", "/impact?uses=logged")


@pytest.mark.parametrize("address", CHOICES)
def test_amounts_of_a_choice_are_not_told_to_those_who_do_not_see_its_deals(make, sign_in, world, address):
    rep, manager = sign_in(make.user(team=make.team("East"))), sign_in(make.user("manager"))
    for row in drawn(rep.get(address)).values():
        assert "$" not in row
    assert NOT_TOLD in rep.get(address).text.replace("&#39;", "'")
    assert any("$" in row for row in drawn(manager.get(address)).values())
    assert NOT_TOLD not in manager.get(address).text
    file = exported(rep, address.replace("/impact?", "/impact/export.csv?"))
    places = [place for place, heading in enumerate(file[0]) if "USD" in heading]
    assert len(places) == 5
    assert {row[place] for row in file[1 : file.index([])] for place in places} == {""}
    assert ["Note", NOT_TOLD] in file
    assert "$" not in rep.get(address.replace("/impact?", f"/impact/{world['assets'][0].slug}?")).text


def test_amounts_of_the_own_team_are_told(make, sign_in, world):
    address = f"/impact?team={world['team'].id}"
    rep = sign_in(make.user(team=world["team"]))
    assert all("$" in row for row in drawn(rep.get(address)).values())
    assert "$" in rep.get(address.replace("/impact?", f"/impact/{world['assets'][0].slug}?")).text


def test_the_order_gives_no_amount_away_that_is_not_told(make, sign_in, world):
    rep = sign_in(make.user())
    by_number = list(drawn(rep.get(f"{HEALTHCARE}&sort=-deals")))
    for column in ("worth", "credited", "used"):
        assert list(drawn(rep.get(f"{HEALTHCARE}&sort=-{column}"))) == by_number


@pytest.mark.parametrize(("won", "is_told"), [(0, True), (1, False), (4, False), (5, True)])
def test_content_used_on_few_won_deals_tells_no_amount(make, sign_in, won, is_told):
    few = CLEAR | {"won": won, "lost": 8, "deals_used": won + 8, "verdict": "not_enough_deals"}
    asset = make.asset("New sheet")
    snapshot(make, {asset: few})
    rep, marketer = sign_in(make.user()), sign_in(make.user("marketer"))
    assert ("$1,000" in drawn(rep.get("/impact"))["New sheet"]) is is_told
    assert ("$1,000" in rep.get(f"/impact/{asset.slug}").text) is is_told
    report = exported(rep, "/reports/usage.csv")
    assert (report[1][report[0].index("Credited revenue, all time, USD")] == "1000.0") is is_told
    assert "$2,000" in drawn(marketer.get("/impact"))["New sheet"]
    assert "$2,000" in marketer.get(f"/impact/{asset.slug}").text


def test_only_those_who_see_every_deal_are_told_what_other_rules_credit(make, sign_in):
    """By the first use, this has the whole amount of the one deal on which it came first."""
    asset = make.asset("New sheet")
    own = {"credited_first_minor": 777_00, "credited_shapley_minor": 888_00, "rank_best": 1, "rank_worst": 1}
    snapshot(make, {asset: CLEAR | own})
    rep, manager = (sign_in(make.user(role)).get(f"/impact/{asset.slug}").text for role in ("rep", "manager"))
    assert ("$1,000" in rep, "$777" in rep, "$888" in rep, RULES_NOT_TOLD in rep) == (
        True,
        False,
        False,
        True,
    )
    assert ("$777" in manager, "$888" in manager, RULES_NOT_TOLD in manager) == (True, True, False)


def test_the_usage_report_without_inferred_uses_tells_no_amount_that_the_page_does_not(make, sign_in, world):
    rep, manager = sign_in(make.user()), sign_in(make.user("manager"))
    for client, address, is_told in (
        (rep, "/reports/usage.csv", True),
        (rep, "/reports/usage.csv?uses=logged", False),
        (manager, "/reports/usage.csv?uses=logged", True),
    ):
        file = exported(client, address)
        place = file[0].index("Credited revenue, all time, USD")
        assert any(row[place] for row in file[1 : file.index([])]) is is_told
