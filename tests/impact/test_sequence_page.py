"""The page of what was used before what: its counts, its choices, and what it keeps to itself."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.db import now
from tests.impact.test_pages import snapshot, text_of

PAGE = "/impact/by/sequence"


@pytest.fixture
def world(make):
    """Six closed deals, four of them won and in Energy, on each of which the deck was used a day before the video."""
    rep = make.user("rep")
    deck, video = make.asset("Deck", kind="deck"), make.asset("Video", kind="video")
    for number in range(6):
        status, industry = ("won", "Energy") if number < 4 else ("lost", "Retail")
        deal = make.deal(owner=rep, status=status, industry=industry)
        for asset, days in ((deck, 9), (video, 8)):
            make.use(asset, rep, kind="sent", deal=deal, at=now() - timedelta(days=days))
    return {"rep": rep, "deck": deck, "video": video}


@pytest.fixture
def computed(make, world):
    make.figures()
    return world


def test_steps_are_counted_on_won_and_on_lost_deals(sign_in, make, computed):
    client = sign_in(make.user("manager"))
    said = text_of(client, PAGE)
    assert "Content was used on 4 won and 2 lost deals." in said
    assert "Deck then Video 6 deals 4 won 100% 2 lost 100%" in said
    assert "What deals began with" in said
    assert "Deck 6 deals 4 won 100%" in said


def test_filters_count_other_deals_and_steps_of_few_deals_are_not_told(sign_in, make, computed):
    client = sign_in(make.user("manager"))
    said = text_of(client, f"{PAGE}?industry=Energy")
    assert "In Energy, content was used on 4 won and 0 lost deals." in said
    assert "No step is frequent enough" in said


def test_a_step_of_exactly_five_deals_is_told(sign_in, make, world):
    deal = make.deal(owner=world["rep"], status="lost", industry="Energy")
    for asset, days in ((world["deck"], 9), (world["video"], 8)):
        make.use(asset, world["rep"], kind="sent", deal=deal, at=now() - timedelta(days=days))
    make.figures()
    said = text_of(sign_in(make.user("manager")), f"{PAGE}?industry=Energy")
    assert "Deck then Video 5 deals 4 won 100% 1 lost 100%" in said


def test_one_piece_and_one_kind_narrow_the_steps(sign_in, make, computed):
    client = sign_in(make.user("manager"))
    said = text_of(client, f"{PAGE}?piece={computed['video'].slug}")
    assert "Steps from and to Video" in said
    assert "What deals began with" not in said
    assert "Deck then Video" not in text_of(client, f"{PAGE}?kind=deck")


def test_few_deals_of_other_teams_are_not_counted(sign_in, make, computed):
    """A day, an industry and a product together may be one deal: whether it was won is for its team to know."""
    rep = sign_in(make.user("rep", team=make.team("East")))
    page = rep.get(f"{PAGE}?industry=Energy")
    assert "too few for any figure: it takes 30" in page.text
    assert "4 won" not in page.text
    assert "4 won and 2 lost deals" in text_of(rep, PAGE)


def test_the_coverage_comes_first(sign_in, make, computed):
    said = text_of(sign_in(make.user("rep")), PAGE)
    assert said.index("Content is logged on 100% of closed deals") < said.index("was used on 4 won")


def test_the_piece_stays_while_deals_are_chosen(sign_in, make, computed):
    client, slug = sign_in(make.user("manager")), computed["deck"].slug
    page = client.get(f"{PAGE}?piece={slug}")
    assert f'<option value="{slug}" selected>Deck</option>' in page.text
    assert re.search(rf'href="{PAGE}\?[^"]*piece={slug}[^"]*begin=', page.text)
    part = client.get(
        f"{PAGE}?piece={slug}&industry=Energy", headers={"HX-Request": "true", "HX-Target": "explored"}
    )
    assert "<html" not in part.text
    assert part.headers["HX-Push-Url"] == f"{PAGE}?industry=Energy&piece={slug}"


def test_a_piece_that_is_not_there_is_said_at_its_field(sign_in, make, computed):
    client = sign_in(make.user("manager"))
    answer = client.get(f"{PAGE}?piece=moon&industry=Energy")
    assert answer.status_code == 422
    field = answer.text.split('name="piece"')[1].split("</div>")[0]
    assert "There is no such piece of content." in field
    assert '<option value="Energy" selected>' in answer.text
    assert client.get(f"{PAGE}?piece=").status_code == 200


def test_it_says_with_what_won_and_lost_deals_began(sign_in, make, computed):
    client = sign_in(make.user("manager"))
    said = "Won deals began most often with “Deck” (100%), and so did lost ones (100%)."
    assert said in text_of(client, PAGE)
    assert "Won deals began" not in text_of(client, f"{PAGE}?kind=video")
    assert "Won deals began" not in text_of(client, f"{PAGE}?piece={computed['deck'].slug}")


def test_a_wrong_day_is_said_and_what_was_right_is_kept(sign_in, make, computed):
    client = sign_in(make.user("manager"))
    answer = client.get(f"{PAGE}?begin=soon&industry=Energy")
    assert answer.status_code == 422
    assert "Please give a day such as" in answer.text
    assert "In Energy" in answer.text


def test_content_that_may_not_be_named_is_in_no_step(sign_in, make, world):
    draft = make.asset("Secret", state="draft", published_at=None)
    for deal_number in range(5):
        deal = make.deal(owner=world["rep"], status="won", name=f"S{deal_number}")
        make.use(draft, world["rep"], kind="sent", deal=deal, at=now() - timedelta(days=8))
    make.figures()
    client = sign_in(make.user("rep"))
    assert "Secret" not in client.get(PAGE).text


def test_before_the_first_figures_the_page_says_so(sign_in, make):
    client = sign_in(make.user("rep"))
    assert "No figures yet" in text_of(client, PAGE)


def test_the_page_takes_few_statements(sign_in, make, computed, count_queries):
    client = sign_in(make.user("manager"))
    with count_queries() as queries:
        client.get(PAGE)
    assert len(queries) <= 15


def test_figures_that_were_kept_alone_have_no_steps(sign_in, make, world):
    snapshot(make, {})
    assert "Not kept in parts" in text_of(sign_in(make.user("rep")), PAGE)
