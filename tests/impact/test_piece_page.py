"""The page of one piece: the same deals as the list, and every figure open to what it is made of."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any

import numpy as np
import pytest

from tests.impact.test_pages import CLEAR, snapshot, text_of
from tests.impact.worlds import DEALS, gathered_world, store_gathered, stored_world

PARTS = ("stage", "segment", "region", "industry", "product", "team", "quarter", "version", "strength")


@pytest.fixture
def world(make):
    """Four pieces of content with figures that can be taken apart; deals 1 to 200 are of the team West."""
    assets = [make.asset(f"Piece {letter}") for letter in "ABCD"]
    team = make.team("West")
    return {"assets": assets, "team": team, "snapshot": stored_world(make, assets, team=team.id)}


def opened(client: Any, slug: str, part: str, more: str = "") -> str:
    """What a fold fetches when it is opened, as text; the same must stand in the whole page."""
    address = f"/impact/{slug}?part={part}{more}"
    headers = {"HX-Request": "true", "HX-Target": f"in-{part}"}
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    inside = plain(answer.text)
    whole = client.get(address)
    assert whole.status_code == 200
    assert f'id="open-{part}" open' in whole.text
    assert inside in plain(whole.text)
    return inside


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page))).strip()


def test_the_list_leads_to_the_piece_on_the_same_deals_and_back(make, sign_in, world):
    client = sign_in(make.user())
    choice = "?begin=2026-01-01&industry=Healthcare"
    link = re.search(r'href="(/impact/[^"]+)" data-open>Piece A<', client.get(f"/impact{choice}").text)
    assert link
    assert unescape(link[1]) == f"/impact/{world['assets'][0].slug}{choice}"
    page = client.get(unescape(link[1]))
    assert 'href="/impact?begin=2026-01-01&amp;industry=Healthcare"' in page.text
    assert '<option value="Healthcare" selected>' in page.text
    text = plain(page.text)
    assert (
        "In Healthcare, on deals closed since 1 Jan 2026: on 50 similar deals, deals where this was used"
        in text
    )
    assert "Used on 50 closed deals" in text
    assert "Used on 100 closed deals" in text_of(client, f"/impact/{world['assets'][0].slug}")


def test_a_snapshot_that_the_address_names_stays_on_the_page_and_in_its_folds(make, sign_in, world):
    asset = world["assets"][0]
    snapshot(make, {asset: CLEAR})
    client = sign_in(make.user())
    assert "Used on 212 closed deals" in text_of(client, f"/impact/{asset.slug}")
    page = client.get(f"/impact/{asset.slug}?snapshot=1")
    assert "Used on 100 closed deals" in plain(page.text)
    assert "As of 03 Nov 2026, 02:14 UTC" in page.text
    assert f'href="/impact/{asset.slug}">Back to the latest' in page.text
    assert f"/impact/{asset.slug}?part=cells&amp;snapshot=1" in page.text
    assert client.get(f"/impact/{asset.slug}?snapshot=99").status_code == 404


def test_a_change_of_filters_swaps_the_figures_alone(make, sign_in, world):
    slug = world["assets"][0].slug
    headers = {"HX-Request": "true", "HX-Target": "explored"}
    part = sign_in(make.user()).get(f"/impact/{slug}?begin=&industry=Energy", headers=headers)
    assert "<html" not in part.text
    assert "In Energy: " in part.text
    assert part.headers["HX-Push-Url"] == f"/impact/{slug}?industry=Energy"


def test_wrong_filters_are_said_at_their_fields(make, sign_in, world):
    client = sign_in(make.user("rep", team=make.team("East")))
    slug = world["assets"][0].slug
    for wrong, words in (
        ("begin=soon", "Please give a day"),
        (f"team={world['team'].id}", "not yours to choose"),
    ):
        page = client.get(f"/impact/{slug}?{wrong}")
        assert page.status_code == 422
        assert words in page.text


def test_too_few_deals_open_to_nothing(make, sign_in, world):
    slug = world["assets"][0].slug
    few = "&industry=Healthcare&begin=2026-01-01&end=2026-01-10"
    client = sign_in(make.user("manager"))
    for address in (f"/impact/{slug}?{few[1:]}", f"/impact/{slug}?part=cells{few}"):
        text = text_of(client, address)
        assert "too few for any figure: it takes 30" in text
        assert "Used on" not in text
        assert "Won with it" not in text
    assert f'href="/impact/{slug}?industry=Healthcare"' in client.get(f"/impact/{slug}?{few[1:]}").text


def test_the_cells_say_in_words_what_was_compared_and_what_was_not(make, sign_in, world):
    text = opened(sign_in(make.user()), world["assets"][0].slug, "cells")
    assert "Discovery up to 2 weeks Mid not known" not in text
    assert re.search(r"Discovery up to 2 weeks Mid (small|middle|large) (lower|middle|higher) none", text)
    assert re.search(r"\d+ of 100 \d+ of 300 100\.0%", text)
    assert "Every deal on which it was used could be compared." in text
    assert "All deals are one rep’s" in text
    assert "All deals have one and the same amount" in text


def test_the_seven_rules_stand_side_by_side_and_a_place_that_flips_is_flagged(make, sign_in):
    asset, other = make.asset("Roadmap deck"), make.asset("Other")
    flips = {"credited_last_minor": 9_000_00, "rank_best": 1, "rank_worst": 12}
    snapshot(make, {asset: CLEAR | flips, other: CLEAR | {"credited_last_minor": 10_000_00}})
    text = text_of(sign_in(make.user("manager")), f"/impact/{asset.slug}")
    assert "Its place is 1st to 12th, depending on the rule. So no one place may be told." in text
    for name in (
        "Equal shares $1,000 1",
        "First use $0 –",
        "Last use $9,000 2",
        "First and last",
        "Later counts more",
    ):
        assert name in text
    assert "Paths (Markov)" in text
    assert "Pieces (Shapley)" in text


def test_a_second_model_that_disagrees_is_said_beside_the_sentence(make, sign_in, world):
    asset = make.asset("Roadmap deck")
    agrees = {"joint_effect": 0.06, "joint_ci_low": 0.03, "joint_ci_high": 0.09, "joint_q": 0.001}
    joint = {"joint_effect": -0.06, "joint_ci_low": -0.09, "joint_ci_high": -0.03, "joint_q": 0.001}
    client = sign_in(make.user())
    for figures, words in (
        (joint, "The two disagree: at similar moments it is +7 points, likely between +2 and +12."),
        (agrees, "(+6 points, likely between +3 and +9). The two agree."),
        ({}, "It was not used on enough deals for a second opinion."),
    ):
        snapshot(make, {asset: CLEAR | figures}, joint_at=datetime(2026, 11, 3, tzinfo=UTC))
        text = text_of(client, f"/impact/{asset.slug}")
        assert words in text
        assert ("A second model disagrees." in text) == words.startswith("The two disagree")
    snapshot(make, {asset: CLEAR})
    assert "these figures don’t have theirs yet" in text_of(client, f"/impact/{asset.slug}")
    chosen = text_of(client, f"/impact/{world['assets'][0].slug}?snapshot=1&industry=Energy")
    assert "The second opinion is worked out over all deals only." in chosen


def test_the_parts_say_where_and_how_it_was_used_and_what_has_too_few(make, sign_in, world):
    client = sign_in(make.user("manager"))
    slug = world["assets"][0].slug
    industries = opened(client, slug, "industry")
    assert re.search(r"Healthcare 50 \d+ \d+ \+\d+ \+\d+ \+\d+ to \+\d+ Won more often", industries)
    assert re.search(r"Energy 50 \d+ \d+", industries)
    assert "Discovery 100" in opened(client, slug, "stage")
    assert "Mid 100" in opened(client, slug, "segment")
    headers = {"HX-Request": "true", "HX-Target": "in-region"}
    nothing = client.get(f"/impact/{slug}?part=region", headers=headers).text
    assert "Nothing is known of these deals to tell them apart by." in nothing
    assert "open-region" not in client.get(f"/impact/{slug}").text
    assert "West 50" in opened(client, slug, "team")
    assert "50 deals on which it was used are in no row: the team is not known." in opened(
        client, slug, "team"
    )
    quarters = opened(client, slug, "quarter")
    assert re.search(r"wearing off or gaining\. The half of its uses before", quarters)
    assert re.search(r"2026 Q1 \d+ \d+ \d+", quarters)
    assert "Not known 100" in opened(client, slug, "version")
    strength = opened(client, slug, "strength")
    assert "Sent 100" in strength
    assert "Presented" not in strength


def test_parts_with_few_deals_are_counted_and_nothing_else_is_said(make, sign_in):
    assets = [make.asset(f"Piece {letter}") for letter in "ABCD"]
    gathered = gathered_world(assets)
    industry = gathered.facets["industry"]
    few = np.where(np.arange(DEALS) < 24, 0, 1)  # three deals of each piece in one industry
    facets = gathered.facets | {"industry": replace(industry, codes=few)}
    store_gathered(make, replace(gathered, facets=facets))
    text = opened(sign_in(make.user()), assets[0].slug, "industry")
    assert re.search(r"Energy 6 \d \d – – Too few", text)
    few = np.where(np.arange(DEALS) < 8, 0, 1)
    store_gathered(
        make, replace(gathered, facets=gathered.facets | {"industry": replace(industry, codes=few)})
    )
    assert "Energy 2 – – – – Too few" in opened(sign_in(make.user()), assets[0].slug, "industry")


def test_other_teams_are_told_together_to_those_who_see_one(make, sign_in, world):
    asset = world["assets"][0]
    east = make.team("East")
    other = gathered_world(world["assets"], team=world["team"].id)
    codes = np.where(np.arange(DEALS) < 200, 0, 1)
    names = (str(world["team"].id), str(east.id))
    facet = replace(other.facets["team"], codes=codes, names=names)
    store_gathered(make, replace(other, facets=other.facets | {"team": facet}))
    member = opened(sign_in(make.user("rep", team=world["team"])), asset.slug, "team")
    assert "West 50" in member
    assert "Other teams 50" in member
    assert "East" not in member
    assert "East 50" in opened(sign_in(make.user("manager")), asset.slug, "team")


def test_the_deals_of_each_side_are_named_to_those_who_see_them_and_counted_for_the_others(
    make, sign_in, world
):
    owner = make.user("rep", team=world["team"])
    mine = [make.deal(name=f"Mine {n}", owner=owner, status="won" if n % 2 else "lost") for n in range(6)]
    theirs = make.deal(name="Theirs alone", owner=make.user("rep", team=make.team("East")), status="lost")
    gathered = gathered_world(world["assets"], team=world["team"].id)
    ids = np.arange(DEALS) + 10_000
    # Deals 0, 1, 8, 9 used the first piece, and the others another one.
    ids[[0, 1, 8, 9, 2, 3]] = [deal.id for deal in mine]
    ids[16] = theirs.id
    store_gathered(make, replace(gathered, deal_ids=ids))
    slug = world["assets"][0].slug
    text = opened(sign_in(owner), slug, "deals")
    assert re.search(r"Deals on which it was used 100 closed deals: \d+ won, \d+ lost\.", text)
    used, other = text.split("Deals that it was compared with", 1)
    assert sorted(re.findall(r"Mine \d", used)) == ["Mine 0", "Mine 1", "Mine 2", "Mine 3"]
    assert sorted(set(re.findall(r"Mine \d", other))) == ["Mine 4", "Mine 5"]
    assert "96 that you don’t see, counted only" in used
    assert "Theirs alone" not in text
    assert "Theirs alone" in opened(sign_in(make.user("manager")), slug, "deals")


def test_hidden_content_and_unknown_folds(make, sign_in):
    draft, piece = make.asset("Secret draft", state="draft"), make.asset("Piece")
    stored_world(make, [draft, piece])
    rep = sign_in(make.user())
    for part in ("", "?part=cells", "?part=deals", "?part=stage"):
        assert rep.get(f"/impact/{draft.slug}{part}").status_code == 404
    for part in ("nonsense", "%00", "x" * 3000, "../cells"):
        page = rep.get(f"/impact/{piece.slug}?part={part}", headers={"HX-Target": f"in-{part[:20]}"})
        assert page.status_code == 200
        assert "Secret draft" not in page.text


def test_the_page_and_its_folds_take_few_statements(make, sign_in, world, count_queries):
    client = sign_in(make.user("manager"))
    for part in ("", *(f"?part={name}" for name in ("cells", "deals", *PARTS))):
        with count_queries() as queries:
            assert client.get(f"/impact/{world['assets'][0].slug}{part}").status_code == 200
        assert len(queries) <= 20, part


def test_a_fold_that_is_open_stays_so_when_the_deals_change(make, sign_in, world):
    address = f"/impact/{world['assets'][0].slug}"
    client, headers = sign_in(make.user()), {"HX-Request": "true", "HX-Target": "explored"}
    page = client.get(f"{address}?part=cells&snapshot=1")
    # The fold tells the form of the filters, and the links beside it, that it is open.
    assert '<input type="hidden" name="part" value="cells" form="impact-filters">' in page.text
    assert 'id="impact-filters"' in page.text
    assert re.search(rf'href="{address}\?part=cells&amp;snapshot=1&amp;begin=', page.text)
    part = client.get(f"{address}?part=cells&begin=&industry=Energy", headers=headers)
    assert '<details class="fold" id="open-cells" open>' in part.text
    assert part.headers["HX-Push-Url"] == f"{address}?part=cells&industry=Energy"
    unknown = client.get(f"{address}?part=nonsense&industry=Energy", headers=headers)
    assert unknown.headers["HX-Push-Url"] == f"{address}?industry=Energy"
