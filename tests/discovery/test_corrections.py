"""Slips and what was meant: shown only when this person may see something that has it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from portal.db import now
from portal.discovery import correcting
from portal.discovery.correcting import corrected
from portal.discovery.models import Search, SynonymGroup


@pytest.fixture
def library(make, index):
    """Something about hospitals and spreadsheets that everyone may see."""
    asset = make.asset("Hospital story", slug="story", pages=("The hospital left its spreadsheets behind.",))
    make.asset("Case study for clinics", slug="clinics", pages=("A case study. PowerPoint and a database.",))
    index()
    return asset


def _said(client, address: str) -> str:
    """What a page reads, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", client.get(address).text)).split())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hosptial", "hospital"),
        ("Hosptial spreadsheats", "Hospital spreadsheets"),
        ("HOSPTIAL", "HOSPITAL"),
        ('"hosptial story" -price', '"hospital story" -price'),
        ("hosptial -spreadsheats kind:dekc", "hospital -spreadsheats kind:dekc"),
        ("casestudy", "case study"),
        ("data base", "database"),
        ("power point hosptial", "power point hospital"),
        ("hospital", None),
        ("hospital zzyzxq", None),
        ("GTX-9", None),
        ("the of", None),
        ("", None),
        ("((((", None),
        ("x" * 10_000, None),
        (" ".join(["hosptial"] * 200), None),
    ],
)
def test_words_that_nothing_has_are_mended_and_all_else_stays_as_it_was_typed(make, library, typed, meant):
    rep = make.user("rep")
    assert make.inside(lambda: corrected(rep, typed)) == meant


def test_another_first_letter_or_a_name_of_ones_own_account_is_no_slip(make, index):
    rep = make.user("rep")
    make.asset("Duller batteries", pages=("Makers of batteries.",))
    index()
    assert make.inside(lambda: corrected(rep, "Muller")) is None
    assert make.inside(lambda: corrected(rep, "battreies")) == "batteries"
    make.deal(owner=rep, account_id=make.account("Battreies Ltd").id)
    assert make.inside(lambda: corrected(rep, "battreies")) is None


def test_a_slip_in_a_word_that_means_the_same_as_another_here_is_mended(make, index):
    rep = make.user("rep")
    make.asset("Go-live in six weeks", pages=("What happens until go-live.",))
    index()
    assert make.inside(lambda: corrected(rep, "onboardng")) is None
    make.store(SynonymGroup(phrases=["go-live", "onboarding"]))
    assert make.inside(lambda: corrected(rep, "onboardng")) == "onboarding"


def test_what_found_nothing_is_searched_for_as_it_was_meant_and_the_page_says_so(make, sign_in, library):
    client = sign_in(make.user("rep"))
    page = client.get("/library?q=hosptial&kind=deck")
    assert "Hospital story" in page.text
    assert "These are the hits for <b>“hospital”</b>" in page.text
    assert "/library?q=hosptial&amp;kind=deck&amp;exact=yes" in page.text
    exact = client.get("/library?q=hosptial&kind=deck&exact=yes").text
    assert "Hospital story" not in exact
    assert "Nothing found for “hosptial”" in unescape(exact)
    assert "These are the hits" not in exact


def test_where_some_words_are_found_the_others_are_asked_about_with_the_filters_kept(make, sign_in, library):
    page = sign_in(make.user("rep")).get("/library?q=hospital+spreadsheats&kind=deck").text
    assert "Hospital story" in page
    assert "Did you mean" in page
    assert "/library?q=hospital+spreadsheets&amp;kind=deck" in page


def test_nothing_is_asked_about_when_content_has_all_words(make, sign_in, library, monkeypatch):
    monkeypatch.setattr(correcting, "engine", lambda: pytest.fail("the index was asked for corrections"))
    page = sign_in(make.user("rep")).get("/library?q=hospital+spreadsheets").text
    assert "Hospital story" in page
    assert "Did you mean" not in page


def test_the_log_keeps_what_was_typed_as_found_nowhere_and_what_was_searched_for_instead(
    make, sign_in, rows, library
):
    rep = make.user("rep")
    sign_in(rep).get("/library?q=hosptial")
    sign_in(rep).get("/library?q=hospital")
    found = [(one.text, one.result_count, one.corrected) for one in rows(select(Search).order_by(Search.id))]
    assert found == [("hosptial", 0, "hospital"), ("hospital", 1, "")]


def test_the_command_searches_for_what_was_meant_and_says_so(make, app, rows, library):
    rep = make.user("rep")
    done = app.test_cli_runner().invoke(args=["search", "query", "hosptial", "--as", rep.email])
    assert "Hospital story" in done.output
    assert "1 found for hospital." in done.output
    assert rows(select(Search.corrected)) == ["hospital"]


def test_a_correction_without_hits_under_the_filters_is_not_shown(make, sign_in, library):
    for typed in ("hosptial", "hospital+spreadsheats"):
        page = _said(sign_in(make.user("rep")), f"/library?q={typed}&kind=battle_card")
        assert "Did you mean" not in page
        assert "Hospital story" not in page


def test_words_that_are_known_to_mean_the_same_as_others_are_no_slips(make, library):
    make.store(SynonymGroup(phrases=["hosptal", "hospital"]))
    rep = make.user("rep")
    assert make.inside(lambda: corrected(rep, "hosptal")) is None


@pytest.mark.parametrize("hidden", ["draft", "in_review", "from_sales", "archived", "expired", "placeholder"])
def test_no_correction_tells_a_rep_the_words_of_what_is_hidden(make, sign_in, index, hidden):
    make.asset("Hospital story", pages=("The hospital.",))
    fields: dict = {"state": hidden} if hidden in ("draft", "in_review", "from_sales", "archived") else {}
    if hidden == "expired":
        fields = {"expires_on": (now() - timedelta(days=3)).date()}
    if hidden == "placeholder":
        fields = {"is_placeholder": True}
    title = "Zanzibar hospital takeover"
    make.asset(title, pages=("Zanzibar.",), owner=make.user("marketer"), **fields)
    index()
    client = sign_in(make.user("rep", team=make.team()))
    for typed in (
        "zanzibr",
        "zanzibr+hospital",
        "zanzi+bar",
        "zanzibartakeover",
        "-x+zanzibr",
    ):
        for address in (f"/library?q={typed}", f"/library?q={typed}&exact=yes"):
            page = _said(client, address).casefold()
            page = page.replace(typed.replace("+", " "), "").replace("zanzibar hospital", "")
            assert "zanzibar" not in page, address
            assert "takeover" not in page, address
    if hidden not in ("archived", "expired"):
        seen = _said(sign_in(make.user("marketer")), "/library?q=zanzibr")
        assert title in seen


def test_a_hit_that_one_may_not_see_does_not_make_a_word_a_known_one(make, index):
    make.asset("Hospital story")
    make.asset("Hosptial draft", state="draft", owner=make.user("marketer"))
    index()
    rep, marketer = make.user("rep"), make.user("marketer")
    assert make.inside(lambda: corrected(rep, "hosptial")) == "hospital"
    assert make.inside(lambda: corrected(marketer, "hosptial")) is None


def test_a_word_is_seen_although_many_that_one_may_not_see_come_first(make, monkeypatch):
    asset = make.asset("Hospital story")
    rep = make.user("rep")
    hits = [SimpleNamespace(id=50_000 + number, lift=1.0) for number in range(200)]
    hits.append(SimpleNamespace(id=asset.id, lift=1.0))
    fake = SimpleNamespace(
        rank=lambda query, limit: hits[:limit], similar=lambda word: pytest.fail("is seen")
    )
    monkeypatch.setattr(correcting, "engine", lambda: fake)
    assert make.inside(lambda: corrected(rep, "hospital")) is None


def test_without_an_index_nothing_is_mended_and_nothing_fails(make, sign_in, app):
    make.asset("Hospital story")
    (app.config["DATA_DIR"] / "index").mkdir(exist_ok=True)
    page = _said(sign_in(make.user("rep")), "/library?q=hosptial")
    assert "Nothing found" in page


def test_words_that_one_may_not_see_push_out_none_that_one_may(make, sign_in, index):
    for end in "bcdfghjk":
        make.asset(f"Draft zeppeli{end}", state="draft", pages=(f"zeppeli{end} " * 3,))
    make.asset("The airship", pages=("A zeppelin over the lake.",))
    index()
    said = _said(sign_in(make.user("rep")), "/library?q=zeppelim&exact=no")
    assert "hits for “zeppelin”" in said


def test_a_word_is_looked_for_behind_all_that_one_may_not_see(make, sign_in, index, monkeypatch):
    monkeypatch.setattr(correcting, "_RANKED_FIRST", (2, 4))
    for number in range(6):
        make.asset(f"Zeppelin {number}", state="draft", pages=("zeppelin zeppelin zeppelin",))
    make.asset("The airship", pages=("A story of the lake, and of one zeppelin over it.",))
    index()
    assert "hits for “zeppelin”" in _said(sign_in(make.user("rep")), "/library?q=zeppelinn")
