"""Choosing of which deals the figures are: in the address, on the page, and in what is taken away from it."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from portal.impact.inputs import UNKNOWN
from portal.impact.method import METHOD_VERSION
from tests.impact.test_pages import CLEAR, snapshot, text_of, titles
from tests.impact.worlds import gathered_world, store_gathered, stored_world

HEALTHCARE = "/impact?industry=Healthcare"


@pytest.fixture
def world(make):
    """A portal with figures that can be narrowed, and its four pieces of content."""
    assets = [make.asset(f"Piece {letter}", kind="deck" if letter == "A" else "video") for letter in "ABCD"]
    team = make.team("West")
    stored = stored_world(make, assets, team=team.id)
    return {"assets": assets, "team": team, "snapshot": stored}


def drawn(page: Any) -> dict[str, str]:
    """The rows of a page's table as text, by title."""
    body = page.text.split("<tbody")[1].split("</tbody>")[0]
    found = {}
    for row in body.split("</tr>")[:-1]:
        title = re.findall(r"data-open>([^<]+)<", row)[0]
        found[title] = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", row)))
    return found


def exported(client: Any, address: str) -> list[list[str]]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_what_to_use_more_of_in_an_industry_is_in_the_first_lines(make, sign_in, world):
    text = text_of(sign_in(make.user("manager")), HEALTHCARE)
    assert "In Healthcare, 1 piece of content won more often than other content on similar deals" in text
    assert text.index("Content is logged on 100% of the closed deals chosen") < text.index(
        "In Healthcare, 1 piece"
    )
    winner = text.index("Piece A won")
    assert text.index("In Healthcare, 1 piece") < winner < text.index("Difference in win rate")
    assert re.search(r"won \d+ points more often on \d+ similar deals", text)


def test_a_choice_changes_the_figures_and_stays_in_every_link(make, sign_in, world):
    client = sign_in(make.user())
    every, chosen = client.get("/impact"), client.get(HEALTHCARE)
    assert " 100 deals" in drawn(every)["Piece A"]
    assert " 50 deals" in drawn(chosen)["Piece A"]
    assert '<option value="Healthcare" selected>' in chosen.text
    assert 'href="/impact?industry=Healthcare&amp;sort=content#figures"' in chosen.text
    assert 'href="/impact?industry=Healthcare&amp;verdict=won_more"' in chosen.text
    assert 'href="/impact/export.csv?industry=Healthcare&amp;snapshot=1"' in chosen.text


def test_a_period_is_of_the_days_on_which_deals_were_closed_both_included(make, sign_in, world):
    client = sign_in(make.user())
    page = client.get("/impact?begin=2026-01-01&end=2026-04-10")
    deals = [int(re.search(r"([\d,]+) deals", row)[1]) for row in drawn(page).values()]
    assert sum(deals) == 200
    text = text_of(client, "/impact?begin=2026-01-01&end=2026-04-10")
    assert "On deals closed from 1 Jan 2026 to 10 Apr 2026, " in text


def test_a_team_is_chosen_by_those_who_see_its_deals(make, sign_in, world):
    address = f"/impact?team={world['team'].id}"
    text = text_of(sign_in(make.user("manager")), address)
    assert "By the team West, " in text
    outsider = sign_in(make.user("rep", team=make.team("East"))).get(address)
    assert outsider.status_code == 422
    assert "There is no such team, or it is not yours to choose." in outsider.text
    assert ">West<" not in outsider.text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("begin=yesterday", "Please give a day such as 2026-03-31."),
        ("begin=2026-05-01&end=2026-04-01", "The period ends before it begins."),
        ("segment=" + "x" * 3000, "No deal here has this segment."),
        ("region=%00%27%3Cscript%3E", "No deal here has this region."),
        ("product=None", "No deal here has this product."),
        ("team=-1", "There is no such team, or it is not yours to choose."),
        ("kind=poem", "There is no such kind of content."),
        ("verdict=best", "There is no such verdict."),
    ],
)
def test_wrong_input_is_said_at_its_field_and_what_was_right_is_kept(make, sign_in, world, wrong, words):
    client = sign_in(make.user())
    page = client.get(f"{HEALTHCARE}&{wrong}")
    assert page.status_code == 422
    assert words in page.text
    assert '<option value="Healthcare" selected>' in page.text
    assert "In Healthcare" in page.text
    for ending in ("csv", "xlsx", "docx"):
        refused = client.get(f"/impact/export.{ending}?industry=Healthcare&{wrong}")
        assert refused.status_code == 422
        assert words in refused.text


def test_too_few_deals_are_said_plainly_with_what_to_widen_and_nothing_of_single_deals(make, sign_in, world):
    client = sign_in(make.user())
    address = f"{HEALTHCARE}&begin=2026-01-01&end=2026-01-10"
    page = client.get(address)
    assert page.status_code == 200
    assert "content is logged on 10 closed deals, too few for any figure: it takes 30." in page.text
    assert 'href="/impact?industry=Healthcare"' in page.text
    assert 'href="/impact?begin=2026-01-01&amp;end=2026-01-10"' in page.text
    assert "<tbody" not in page.text
    file = exported(client, address.replace("/impact?", "/impact/export.csv?"))
    assert file[1] == []
    assert any("too few for any figure" in line[1] for line in file if len(line) == 2)


def test_every_column_sorts_both_ways_alike_for_stored_and_computed_figures(make, sign_in, world):
    client = sign_in(make.user())
    for column in ("content", "kind", "deals", "won", "lost", "difference", "worth", "credited", "used"):
        for address in ("/impact?", f"{HEALTHCARE}&"):
            rising, falling = (titles(client, f"{address}sort={sign}{column}") for sign in ("", "-"))
            assert sorted(rising) == sorted(falling) == ["Piece A", "Piece B", "Piece C", "Piece D"]
    won = drawn(client.get(f"{HEALTHCARE}&sort=-won"))
    numbers = [int(re.search(r"(\d+) won", row)[1]) for row in won.values()]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > numbers[-1]


def test_a_choice_swaps_the_figures_alone_and_puts_a_clean_address_in_the_bar(make, sign_in, world):
    client = sign_in(make.user())
    headers = {"HX-Request": "true", "HX-Target": "explored"}
    part = client.get("/impact?begin=&end=&industry=Healthcare&kind=&sort=-won", headers=headers)
    assert "<html" not in part.text
    assert 'id="explored"' in part.text
    assert "In Healthcare" in part.text
    assert part.headers["HX-Push-Url"] == "/impact?industry=Healthcare&sort=-won"
    assert "HX-Refresh" not in part.headers


def test_content_that_a_person_may_not_see_is_in_no_list_and_no_file(make, sign_in):
    assets = [make.asset("Secret draft", state="draft"), *(make.asset(f"Piece {n}") for n in range(3))]
    stored_world(make, assets)
    rep, marketer = sign_in(make.user()), sign_in(make.user("marketer"))
    for address in (
        "/impact?",
        f"{HEALTHCARE}&",
        "/impact/export.csv?",
        "/impact/export.csv?industry=Healthcare&",
    ):
        assert "Secret draft" not in rep.get(address).text
        assert "Secret draft" in marketer.get(address).text


def test_an_earlier_snapshot_has_its_address_and_a_way_back(make, sign_in, world):
    newer = snapshot(make, {world["assets"][0]: CLEAR}, method_version=METHOD_VERSION)
    client = sign_in(make.user())
    assert titles(client, "/impact") == ["Piece A"]
    page = client.get("/impact?snapshot=1&industry=Healthcare")
    assert len(titles(client, "/impact?snapshot=1")) == 4
    assert "As of 03 Nov 2026, 02:14 UTC; figures by matched-lift/" in page.text
    assert 'href="/impact?industry=Healthcare">Back to the latest' in page.text
    assert "Earlier figures, not the latest." in page.text
    # The address that an export names says the same of the latest, which are no earlier ones.
    assert "Earlier figures" not in client.get(f"/impact?snapshot={newer.id}").text
    assert '<option value="1" selected>' in page.text
    for wrong in ("99", "x", "-1", "9" * 40, "0"):
        for address in ("/impact?snapshot=", "/impact/export.csv?snapshot="):
            gone = client.get(address + wrong)
            assert gone.status_code == 404
            assert "not kept any more" in gone.text
    assert newer.id != 1


def test_the_method_named_is_that_of_the_figures_shown(make, sign_in, world):
    """Stored figures are by the method of their time, those of a choice by the method of today."""
    client = sign_in(make.user())
    assert "Method matched-lift/1. Worked out" in client.get("/impact").text
    slug = world["assets"][0].slug
    for address in (HEALTHCARE, HEALTHCARE.replace("/impact", f"/impact/{slug}")):
        assert f"Method {METHOD_VERSION}. Worked out" in client.get(address).text


def test_before_the_first_computation_there_is_nothing_to_take_away(make, sign_in):
    client = sign_in(make.user())
    assert client.get(f"{HEALTHCARE}&begin=nonsense").status_code == 200
    refused = client.get("/impact/export.csv")
    assert refused.status_code == 404
    assert "There are no figures yet." in refused.text


def test_figures_kept_without_what_they_were_made_from_are_shown_whole_only(make, sign_in):
    snapshot(make, {make.asset("Roadmap deck"): CLEAR})
    client = sign_in(make.user())
    assert titles(client, "/impact") == ["Roadmap deck"]
    narrowed = client.get("/impact?begin=2026-01-01")
    assert narrowed.status_code == 422
    assert "kept without what they were made from" in narrowed.text


def test_a_filter_takes_few_statements(make, sign_in, world, count_queries):
    client = sign_in(make.user())
    for address in ("/impact", HEALTHCARE, "/impact/export.csv?industry=Healthcare"):
        with count_queries() as queries:
            assert client.get(address).status_code == 200
        assert len(queries) <= 15


def test_what_a_period_leaves_out_for_want_of_a_closing_date_is_said(make, sign_in):
    world = gathered_world([make.asset("Piece A"), make.asset("Piece B")])
    closed = world.deals.closed_day.copy()
    closed[1:6:2] = UNKNOWN  # three deals of Healthcare
    store_gathered(make, replace(world, deals=replace(world.deals, closed_day=closed)))
    client, said = sign_in(make.user()), "3 closed deals have no closing date, and are in no period."
    period = "begin=2026-01-01&end=2026-06-30"
    for choice, is_said in (
        (f"?{period}", True),
        (f"?{period}&industry=Healthcare", True),
        (f"?{period}&industry=Energy", False),
        ("?industry=Healthcare", False),
        ("", False),
    ):
        for page in ("", "/by/kinds", "/export.csv"):
            assert (said in client.get(f"/impact{page}{choice}").get_data(as_text=True)) is is_said
