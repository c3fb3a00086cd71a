"""The list of what is not in order: by kind, in pages, empty, while it is made, and at what cost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.jobs import Job, enqueue
from portal.library.hygiene.queries import first_words
from portal.library.models import HygieneFinding
from portal.library.slugs import RESERVED


def test_before_the_first_look_the_page_offers_it(marketing):
    page = marketing.get("/library/hygiene").text
    assert "Nothing is known yet" in page
    assert "The library has not been looked over yet." in page


def test_when_all_is_in_order_the_page_says_so(marketing, found):
    found("no_owner")
    page = marketing.get("/library/hygiene").text
    assert "Nothing to mend" in page
    assert "Looked over" in page


def test_look_over_now_starts_it_and_the_page_shows_that_it_runs(make, marketing, run_jobs, rows):
    make.asset("Deck")
    page = marketing.post("/library/hygiene/look", follow_redirects=True).text
    assert "The library is being looked over…" in page
    assert "Look over now" not in page
    waiting = marketing.get("/library/hygiene", headers={"HX-Request": "true"})
    assert "being looked over" in waiting.text
    assert "HX-Refresh" not in waiting.headers
    marketing.post("/library/hygiene/look")
    assert len(rows(select(Job).where(Job.kind == "look_over_library"))) == 1
    run_jobs()
    assert marketing.get("/library/hygiene", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "Deck" in marketing.get("/library/hygiene").text


def test_findings_are_shown_by_kind_with_counts_and_the_most_used_first(make, marketing, found):
    make.asset("Little used", summary="Some words", use_count=1)
    make.asset("Much used", summary="Some words", use_count=7)
    make.asset("Without words", use_count=3)
    found("no_owner")
    page = marketing.get("/library/hygiene?kind=no_owner").text
    assert re.findall(r"(Much used|Little used|Without words)</a>", page) == [
        "Much used",
        "Without words",
        "Little used",
    ]
    assert re.search(r'aria-current="page">No owner<span class="tab-count">3<', page)
    assert re.search(r"No summary<span class=\"tab-count\">1<", page)
    assert "Same title" not in page


@pytest.mark.parametrize(
    "query", ["kind=nonsense", "kind=" + "x" * 5_000, "page=99", "page=-1", "kind=same_file"]
)
def test_an_address_that_makes_no_sense_shows_the_list(make, marketing, found, query):
    make.asset("Deck")
    found("no_owner")
    answer = marketing.get(f"/library/hygiene?{query}")
    assert answer.status_code == 200
    assert "Deck" in answer.text


def test_a_mend_leads_back_to_where_its_button_stood(make, marketing, finding_of):
    make.asset()
    finding = finding_of("no_owner")
    answer = marketing.post(f"/library/hygiene/{finding.id}/owner", data={"kind": "no_owner", "page": "2"})
    assert (answer.status_code, answer.location) == (303, "/library/hygiene?kind=no_owner&page=2")
    answer = marketing.post(
        f"/library/hygiene/{finding.id}/owner", data={"kind": "//evil.example", "page": "x"}
    )
    assert answer.location == "/library/hygiene"


def test_hostile_words_are_shown_as_words(make, marketing, found):
    make.asset("<script>alert(1)</script>", pages=("</textarea><b>Bold words</b> that would break a page.",))
    found("no_owner")
    page = marketing.get("/library/hygiene").text
    assert "<script>alert(1)" not in page
    assert "<b>Bold" not in page


def test_many_findings_come_in_pages_at_the_same_cost(make, marketing, found, count_queries):
    people = [make.user("marketer") for _ in range(3)]
    for number in range(30):
        make.asset(
            f"Deck {number % 20}",
            pages=(f"What number {number} is about, in one sentence.",),
            owner=people[number % 3],
        )
    make.facet()
    found("no_owner")
    marketing.get("/library/hygiene")
    for address in (
        "/library/hygiene",
        "/library/hygiene?kind=no_summary",
        "/library/hygiene?kind=no_terms",
        "/library/hygiene?kind=same_title",
    ):
        with count_queries() as queries:
            assert marketing.get(address).status_code == 200
        assert len(queries) <= 15, address
    assert "1–25 of 30 to mend" in marketing.get("/library/hygiene?kind=no_summary").text


def test_looking_over_twice_leaves_the_same_rows(make, marketing, found, rows):
    term = make.facet().terms[0]
    make.asset("Twice", slug="one", use_count=2)
    make.asset("Twice", slug="two", terms=(term,), published_at=now() - timedelta(days=200))
    old = make.asset("Old", expires_on=now().date())
    make.use(old, make.user("rep"), kind="sent")
    found("no_owner")
    before = [_row(row) for row in rows(select(HygieneFinding).order_by(HygieneFinding.id))]
    found("no_owner")
    after = [_row(row) for row in rows(select(HygieneFinding).order_by(HygieneFinding.id))]
    assert after == before
    assert {row[1] for row in before} == {
        *("expired_used", "not_approved", "no_owner", "no_summary", "no_terms", "same_title", "never_viewed")
    }


def _row(row):
    return (row.id, row.kind, row.asset_id, row.other_asset_id, row.detail, row.found_at)


def test_what_is_found_anew_gets_a_new_date_and_what_stays_keeps_it(make, found, rows):
    make.asset(slug="first")
    found("no_owner")
    make.inside(_age)
    make.asset(slug="second")
    assert found("no_owner") == ["first", "second"]
    first, second = rows(select(HygieneFinding).where(HygieneFinding.kind == "no_owner"))
    assert second.found_at - first.found_at > timedelta(days=2)


def _age():
    for row in db.session.scalars(select(HygieneFinding)):
        row.found_at -= timedelta(days=3)


def test_content_that_is_deleted_takes_its_findings_along(make, found, rows):
    asset = make.asset("Twice")
    make.asset("Twice")
    found("same_title")
    make.inside(
        lambda: db.session.connection().exec_driver_sql(
            f"update assets set current_version_id = null where id = {asset.id}"
        )
    )
    make.inside(lambda: db.session.connection().exec_driver_sql(f"delete from assets where id = {asset.id}"))
    assert (
        rows(
            select(HygieneFinding).where(
                (HygieneFinding.asset_id == asset.id) | (HygieneFinding.other_asset_id == asset.id)
            )
        )
        == []
    )


def test_a_job_for_content_that_is_gone_finds_nothing(make, run_jobs, rows):
    make.inside(lambda: enqueue("look_over_library", 4_711))
    run_jobs()
    assert rows(select(Job.state)) == ["done"]


def test_to_do_and_the_library_lead_marketing_there(make, marketing, found):
    make.asset("Deck")
    assert "/library/hygiene" in marketing.get("/library").text
    assert "everything in the library is" in marketing.get("/to-do").text
    found("no_owner")
    page = marketing.get("/to-do").text
    tile = page.split('href="/library/hygiene"', 1)[1].split("</div>", 1)[0]
    assert '<p class="stat-number">4</p>' in tile
    assert "1 no owner" in tile


def test_no_content_can_take_the_address_of_the_page():
    assert "hygiene" in RESERVED


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("DECK\nOverview", ""),
        ("DECK\nA title\nTrucks wait less with it.", "Trucks wait less with it."),
        ("Trucks wait less with it.\nAnd yards are calm.", "Trucks wait less with it. And yards are calm."),
        ("Trucks\nwait less, and yards are calm.\nYards are calm too.", "Yards are calm too."),
        ("Trucks wait less with it.\nNEXT PART\nMore of it is here.", "Trucks wait less with it."),
        ("X" * 400, "X" * 280 + "…"),
        (
            ("A sentence that is not short at all. " * 20).strip(),
            ("A sentence that is not short at all. " * 7).strip(),
        ),
    ],
)
def test_the_first_words_begin_with_the_first_sentence_and_end_with_a_whole_one(text, words):
    assert first_words(text) == words
