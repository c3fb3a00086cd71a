"""Searching and browsing: what is found, in which order, with which counts, and only what one may see."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.discovery.models import Search, SearchClick
from portal.jobs import Job
from portal.library.indexing import engine
from portal.library.models import Term
from portal.library.services import create_asset


def test_a_rep_finds_the_page_that_holds_the_words_with_them_marked(make, sign_in, index):
    make.asset("Platform overview", pages=("Welcome.", "Hospitals cut spreadsheets by half."))
    make.asset("Price list", kind="one_sheeter", pages=("Prices only.",))
    index()
    page = sign_in(make.user("rep")).get("/library?q=hospital+spreadsheets").text
    assert "Platform overview" in page
    assert "Price list" not in page
    assert "<mark>Hospitals</mark> cut <mark>spreadsheets</mark>" in page
    assert "Slide 2" in page


def test_drafts_are_neither_found_nor_counted_by_those_who_may_not_see_them(make, sign_in, index):
    facet = make.facet("industry", ("Healthcare",))
    make.asset("Open hospital story", terms=tuple(facet.terms))
    make.asset("Hidden hospital draft", state="draft", terms=tuple(facet.terms), owner=make.user("marketer"))
    index()
    for address in ("/library?q=hospital", "/library"):
        page = sign_in(make.user("rep")).get(address).text
        assert "Open hospital story" in page
        assert "Hidden" not in page
        assert '<span class="facet-label">Healthcare</span><span class="facet-count">1</span>' in page
        assert "<b>1</b>" in page
    everything = sign_in(make.user("marketer")).get("/library?q=hospital").text
    assert "Hidden hospital draft" in everything


def test_counts_of_a_filter_respect_the_other_filters_but_not_itself(make, sign_in, index):
    facet = make.facet("industry", ("Healthcare", "Energy"))
    health, energy = facet.terms
    for number in range(3):
        make.asset(f"Deck {number}", terms=(health,))
    make.asset("Deck energy", terms=(energy,))
    make.asset("Card", kind="battle_card", terms=(energy,))
    index()
    page = sign_in(make.user("rep")).get("/library?industry=healthcare").text
    assert "<b>3</b>" in page
    assert '<span class="facet-label">Energy</span><span class="facet-count">2</span>' in page
    assert '<span class="facet-label">Battle card</span>' not in page
    both = sign_in(make.user("rep")).get("/library?industry=healthcare&industry=energy&kind=deck").text
    assert "<b>4</b>" in both


def test_lists_are_sorted_by_newest_use_rating_and_title(make, sign_in):
    make.asset("Aaa", published_at=now() - timedelta(days=9), use_count=1, rating_rank=4.0, rating_count=3)
    make.asset("Bbb", published_at=now(), use_count=5, rating_rank=3.0, rating_count=3)
    client = sign_in(make.user("rep"))

    def first(sort: str) -> str:
        page = client.get(f"/library?sort={sort}").text
        return "Aaa" if page.index("Aaa</a>") < page.index("Bbb</a>") else "Bbb"

    assert [first(sort) for sort in ("newest", "used", "rated", "title")] == ["Bbb", "Bbb", "Aaa", "Aaa"]


def test_a_search_is_logged_once_with_its_filters_count_and_deal_and_the_click_on_a_hit(
    make, sign_in, rows, index
):
    make.asset("Hospital deck", slug="hospital-deck", pages=("hospital",))
    index()
    rep = make.user("rep")
    deal = make.deal(owner=rep)
    client = sign_in(rep)
    client.post("/deals/working", data={"deal_id": str(deal.id)})
    client.get("/library?q=hospital&kind=deck")
    client.get("/library?q=hospital&kind=deck")
    (search,) = rows(select(Search))
    assert (search.text, search.result_count, search.user_id, search.deal_id) == (
        "hospital",
        1,
        rep.id,
        deal.id,
    )
    assert search.filters == {"kind": ["deck"]}
    for _ in range(2):
        client.get(f"/library/hospital-deck?s={search.key}&place=1")
    assert [(click.search_id, click.place) for click in rows(select(SearchClick))] == [(search.id, 1)]
    other = sign_in(make.user("rep"))
    other.get(f"/library/hospital-deck?s={search.key}&place=1")
    assert len(rows(select(SearchClick))) == 1


def test_a_search_in_vain_offers_to_become_a_request_that_remembers_it(make, sign_in, rows, index):
    index()
    page = sign_in(make.user("rep")).get("/library?q=zeppelin+brochure").text
    (search,) = rows(select(Search))
    assert f"/requests/new?text=zeppelin+brochure&amp;s={search.key}" in page


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "((((",
        "\x00",
        "the of and",
        "😀",
        "שלום",
        '"',
        "a" * 20_000,
        "word " * 10_000,
        "<script>alert(1)</script>",
        "%",
    ],
)
def test_any_text_gets_an_answer(make, sign_in, index, text):
    make.asset("Deck")
    index()
    answer = sign_in(make.user("rep")).get("/library", query_string={"q": text}, follow_redirects=True)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-3", "page=99999999999", "page=x", "sort=nonsense", "kind=nonsense", "industry=%00"],
)
def test_an_address_that_makes_no_sense_is_answered(make, sign_in, query):
    make.facet("industry")
    make.asset("Deck")
    assert sign_in(make.user("rep")).get(f"/library?{query}").status_code == 200


def test_without_an_index_the_database_answers_and_the_page_says_so(make, sign_in, app):
    make.asset("Hospital deck", pages=("spreadsheets",))
    (app.config["DATA_DIR"] / "index").mkdir(exist_ok=True)
    for address in ("/library?q=hospital", "/library?q=spreadsheets"):
        page = sign_in(make.user("rep")).get(address).text
        assert "Hospital deck" in page
        assert "index is being rebuilt" in page


def test_without_an_index_a_job_builds_it_and_then_the_page_is_silent(make, sign_in, app, rows, run_jobs):
    rep = make.user("rep")
    shutil.rmtree(app.config["DATA_DIR"] / "index", ignore_errors=True)
    assert "index is being rebuilt" not in sign_in(rep).get("/library?q=hospital").text
    assert rows(select(Job.kind).where(Job.kind == "rebuild_index")) == ["rebuild_index"]
    make.asset("Hospital deck", pages=("spreadsheets",))
    shutil.rmtree(app.config["DATA_DIR"] / "index", ignore_errors=True)
    assert "index is being rebuilt" in sign_in(rep).get("/library?q=hospital").text
    run_jobs()
    page = sign_in(rep).get("/library?q=spreadsheets").text
    assert "Hospital deck" in page
    assert "index is being rebuilt" not in page
    assert rows(select(Job.state).where(Job.kind == "rebuild_index")) == ["done"]


def test_typing_offers_content_terms_requests_and_own_searches_but_no_draft_of_others(make, sign_in):
    facet = make.facet("industry", ("Hospitals",))
    make.asset("Hospital deck", terms=tuple(facet.terms))
    make.asset("Hospital secret", state="draft", owner=make.user("marketer"))
    rep = make.user("rep")
    make.request(rep, "Hospital checklist")
    make.search(rep, "hospital prices", results=2)
    make.search(make.user("rep"), "hospital gossip")
    lines = sign_in(rep).get("/search/suggest?q=hosp").text
    for words in ("Hospital deck", "Hospitals", "Hospital checklist", "hospital prices"):
        assert words in lines
    assert "secret" not in lines
    assert "gossip" not in lines
    assert "gossip" not in sign_in(rep).get("/search/suggest?q=").text


def test_the_library_costs_the_same_few_queries_however_much_it_shows(make, sign_in, count_queries, index):
    facet = make.facet("industry", ("Healthcare", "Energy"))
    make.facet("region", ("North",))
    for number in range(30):
        make.asset(f"Deck {number}", pages=("words here",), terms=(facet.terms[number % 2],))
    index()
    client = sign_in(make.user("marketer"))
    for address in ("/library", "/library?q=words&industry=healthcare&kind=deck"):
        with count_queries() as queries:
            assert client.get(address).status_code == 200
        assert len(queries) <= 25, "\n".join(queries.statements)


def test_the_command_prints_hits_as_json_with_the_eyes_of_a_person(make, app, index, rows):
    make.asset("Hospital deck", slug="hospital-deck", pages=("intro", "the hospital page"))
    make.asset("Hospital draft", state="draft", owner=make.user("marketer"))
    rep = make.user("rep")
    index()
    run = app.test_cli_runner().invoke
    result = run(args=["search", "query", "hospital", "--as", rep.email, "--json"])
    (hit,) = json.loads(result.output)
    assert (hit["asset"], hit["title"]) == ("hospital-deck", "Hospital deck")
    assert "hospital page" in hit["snippet"]
    assert hit["page"] == 2
    assert rows(select(Search.text)) == ["hospital"]
    assert run(args=["search", "query", "x", "--as", "nobody@example.com"]).exit_code == 1


def test_ensure_builds_a_missing_index_and_leaves_a_sound_one(make, app):
    make.asset("Hospital deck")
    run = app.test_cli_runner().invoke
    assert "1 pieces of content" in run(args=["search", "ensure"]).output.replace("1 piece of", "1 pieces of")
    assert run(args=["search", "ensure"]).output == "The search index is whole (whoosh).\n"
    with app.app_context():
        assert engine().count() == 1
        db.session.remove()


def test_terms_and_kind_words_are_found_too(make, sign_in, index, rows):
    facet = make.facet("industry", ("Healthcare",))
    make.asset("Plain title", kind="case_study", terms=tuple(facet.terms))
    index()
    client = sign_in(make.user("rep"))
    assert "Plain title" in client.get("/library?q=healthcare").text
    assert "Plain title" in client.get("/library?q=case+study").text
    assert len(rows(select(Term))) == 1


def test_what_an_import_only_named_is_offered_to_marketing_alone(make, sign_in, index):
    named = {"by": None, "title": "Heron calls", "kind": "other", "placeholder": True}
    make.inside(lambda: create_asset(**named))
    index()
    rep, marketer = sign_in(make.user("rep")), sign_in(make.user("marketer"))
    for address in ("/library", "/library?q=heron", "/search/suggest?q=heron"):
        assert "Heron calls" not in rep.get(address).text
        assert "Heron calls" in marketer.get(address).text
