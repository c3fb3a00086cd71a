"""What is offered while somebody types: in groups, the best first, and only what they may see."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from html import unescape
from types import SimpleNamespace

import pytest

from portal.db import now
from portal.discovery import suggesting
from portal.discovery.models import SavedSearch
from portal.discovery.suggesting import MOST_LINES, marked, suggestions
from portal.library.models import Collection


def _lines(client, typed: str) -> list[str]:
    """The lines that are offered, as they read."""
    page = client.get("/search/suggest", query_string={"q": typed}).text
    found = re.findall(r'<span class="suggestion-text">(.*?)</span>', page)
    return [unescape(re.sub(r"</?mark>", "", line)) for line in found]


def _collection(make, name: str, owner, **fields) -> Collection:
    return make.store(Collection(name=name, slug=name.lower().replace(" ", "-"), owner_id=owner.id, **fields))


def test_each_kind_of_line_stands_under_its_heading_and_the_typed_beginnings_are_marked(make, sign_in, index):
    rep = make.user("rep")
    facet = make.facet("industry", ("Hospitals",))
    make.asset("Hospital deck", slug="deck", terms=tuple(facet.terms))
    _collection(make, "For hospitals", make.user("marketer"), published_at=now())
    make.request(rep, "A hospital checklist")
    make.search(rep, "hospital prices", results=1)
    index()
    page = sign_in(rep).get("/search/suggest?q=hosp").text
    groups = re.findall(r'role="group" aria-label="([^"]+)"', page)
    assert groups == ["Content", "Searched before", "Filters", "Collections", "Open requests"]
    addresses = re.findall(r'href="(/(?!static)[^"]+)"', page)
    assert addresses[:4] == [
        "/library/deck",
        "/library?q=hospital+prices",
        "/library?industry=hospitals",
        "/collections/for-hospitals",
    ]
    assert addresses[4].startswith("/requests/")
    for marks in ("<mark>Hosp</mark>ital deck", "For <mark>hosp</mark>itals", "<mark>hosp</mark>ital prices"):
        assert marks in page
    assert page.count('role="option"') == 5


def test_titles_that_begin_as_typed_come_first_and_then_what_is_used_most(make, sign_in, index):
    make.asset("Our hospital story", use_count=9)
    make.asset("Hospital deck", use_count=1)
    make.asset("Hospital prices", use_count=5)
    index()
    found = _lines(sign_in(make.user("rep")), "hosp")
    assert found == ["Hospital prices", "Hospital deck", "Our hospital story"]


def test_what_is_from_sales_comes_after_what_is_published_and_says_so(make, sign_in, index):
    make.asset("Dock answers", owner=make.user("rep"), state="from_sales")
    make.asset("Harrowmere Dock: first meeting", use_count=131)
    make.asset("What our customers say of Dock", use_count=200)
    index()
    client = sign_in(make.user("marketer"))
    assert _lines(client, "dock") == [
        *("Harrowmere Dock: first meeting", "Dock answers", "What our customers say of Dock"),
    ]
    assert client.get("/search/suggest?q=dock").text.count("From sales") == 1


def test_one_or_two_letters_are_not_led_by_the_small_words_inside_of_titles(make, sign_in, index):
    make.asset("Prices on one page", use_count=99)
    make.asset("Customer onboarding", use_count=2)
    make.asset("Oncology deck", use_count=1)
    index()
    client = sign_in(make.user("rep"))
    assert _lines(client, "on") == ["Oncology deck", "Customer onboarding", "Prices on one page"]
    assert _lines(client, "o") == ["Oncology deck", "Customer onboarding", "Prices on one page"]


def test_every_typed_word_must_begin_a_word(make, sign_in, index):
    make.asset("Hospital deck")
    make.asset("Über Kliniken")
    make.facet("industry", ("Rehospitalisation",))
    index()
    client = sign_in(make.user("rep"))
    assert _lines(client, "deck hosp") == ["Hospital deck"]
    assert _lines(client, "uber kli") == ["Über Kliniken"]
    assert _lines(client, "hosp story") == []
    assert _lines(client, "ospital") == []


def test_there_are_few_lines_however_much_fits(make, sign_in, index):
    rep, marketer = make.user("rep"), make.user("marketer")
    facet = make.facet("industry", tuple(f"Hospital {n}" for n in range(6)))
    for n in range(12):
        make.asset(f"Hospital deck {n}", terms=tuple(facet.terms))
        make.search(rep, f"hospital search {n}", results=1)
        make.request(rep, f"Hospital request {n}")
        _collection(make, f"Hospital collection {n}", marketer, published_at=now())
    index()
    found = _lines(sign_in(rep), "hosp")
    assert len(found) == MOST_LINES
    assert {line.split()[1] for line in found} > {"deck", "search", "request", "collection"}


def test_an_empty_field_offers_ones_own_latest_searches_and_what_one_opened_last(make, sign_in):
    rep, other = make.user("rep"), make.user("rep")
    asset = make.asset("Hospital deck")
    gone = make.asset("Withdrawn deck", state="archived", published_at=now())
    for opened in (asset, gone):
        make.use(opened, rep)
    make.use(make.asset("Sent deck"), rep, kind="sent")
    make.use(make.asset("Opened by another"), other)
    for text in ("prices", "Prices", "clinic tariff"):
        make.search(rep, text, results=1)
    make.search(other, "gossip", results=1)
    page = sign_in(rep).get("/search/suggest?q=").text
    assert re.findall(r'role="group" aria-label="([^"]+)"', page) == ["Searched before", "Opened last"]
    assert _lines(sign_in(rep), "") == ["clinic tariff", "Prices", "Hospital deck"]
    assert _lines(sign_in(make.user("rep")), "") == []


def test_ones_own_searches_that_found_nothing_are_not_offered_and_a_slip_as_it_was_mended(make, sign_in):
    rep = make.user("rep")
    make.search(rep, "hospital airship", results=0)
    make.search(rep, "hospitle prices", results=3, corrected="hospital prices")
    make.search(rep, "hospital tariff", results=2)
    make.search(rep, "hospital tariff", results=0, filters={"kind": ["deck"]})
    client = sign_in(rep)
    for typed in ("", "hosp"):
        assert _lines(client, typed) == ["hospital tariff", "hospital prices"]


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "draft"},
        {"state": "in_review"},
        {"state": "from_sales"},
        {"state": "archived", "published_at": now()},
        {"expires_on": (now() - timedelta(days=3)).date()},
        {"is_placeholder": True},
    ],
    ids=lambda fields: next(iter(fields.values())) if "state" in fields else next(iter(fields)),
)
@pytest.mark.parametrize("has_index", [True, False])
def test_neither_titles_nor_filters_tell_a_rep_of_hidden_content(
    make, sign_in, index, app, fields, has_index
):
    facet = make.facet("product", ("Zanzibar",))
    rep = make.user("rep", team=make.team())
    hidden = make.asset("Zanzibar launch", owner=make.user("marketer"), terms=tuple(facet.terms), **fields)
    make.use(hidden, rep)
    index()
    if not has_index:
        shutil.rmtree(app.config["DATA_DIR"] / "index")
    client = sign_in(rep)
    for typed in ("zanz", "Zanzibar", "launch", ""):
        answer = client.get("/search/suggest", query_string={"q": typed}).text
        assert "anzibar" not in answer
        assert "launch" not in answer
    if fields.get("state") != "archived":
        assert "Zanzibar launch" in _lines(sign_in(make.user("marketer")), "zanz")


def test_private_collections_and_other_peoples_searches_are_offered_to_nobody_else(make, sign_in):
    rep, other = make.user("rep"), make.user("rep")
    _collection(make, "Zebra plans", rep)
    make.search(rep, "zebra prices", results=1)
    make.request(rep, "Zebra sheet", status="declined")
    assert _lines(sign_in(rep), "zeb") == ["zebra prices", "Zebra plans"]
    for role in ("rep", "manager", "marketer", "admin"):
        assert _lines(sign_in(make.user(role)), "zeb") == []
    assert _lines(sign_in(other), "") == []


def test_ones_own_saved_searches_are_offered_by_their_name(make, sign_in):
    rep = make.user("rep")
    saved = make.store(SavedSearch(user_id=rep.id, name="Clinic news", text="hospital"))
    for typed in ("", "cli"):
        page = sign_in(rep).get(f"/search/suggest?q={typed}").text
        assert 'aria-label="Saved searches"' in page
        assert f'href="/searches/{saved.id}"' in page
        assert _lines(sign_in(make.user("marketer")), typed) == []


def test_titles_are_found_when_hundreds_that_one_may_not_see_begin_the_same(make, monkeypatch):
    rep, asset = make.user("rep"), make.asset("Heron deck")
    ids = [*range(10_000, 10_900), asset.id]
    monkeypatch.setattr(suggesting, "engine", lambda: SimpleNamespace(titled=lambda text, limit: ids[:limit]))
    (group,) = make.inside(lambda: suggestions(rep, "her"))
    assert [line.text for line in group.lines] == ["Heron deck"]


@pytest.mark.parametrize(
    "typed", ["%", "_", "((((", "*", "\x00", '"', "-", "🦓", "אב", "a" * 5_000, "x " * 900]
)
def test_whatever_is_typed_is_answered(make, sign_in, index, typed):
    make.asset("Hospital deck")
    index()
    answer = sign_in(make.user("rep")).get("/search/suggest", query_string={"q": typed})
    assert answer.status_code == 200
    assert "Hospital" not in answer.text


def test_what_is_written_in_a_title_stays_text(make, sign_in, index):
    make.asset("<script>alert(1)</script> deck")
    index()
    page = sign_in(make.user("rep")).get("/search/suggest?q=deck").text
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; <mark>deck</mark>" in page


def test_typing_costs_a_few_statements_however_much_there_is(make, sign_in, index, count_queries):
    rep = make.user("rep")
    facet = make.facet("industry", ("Hospitals",))
    for n in range(30):
        make.asset(f"Hospital deck {n}", terms=tuple(facet.terms))
        make.search(rep, f"hospital {n}", results=1)
        make.request(rep, f"Hospital request {n}")
    index()
    client = sign_in(rep)
    for typed in ("hosp", ""):
        with count_queries() as queries:
            client.get(f"/search/suggest?q={typed}")
        assert len(queries) <= 10, "\n".join(queries.statements)


@pytest.mark.parametrize(
    ("text", "typed", "shown"),
    [
        ("Hospital deck", ["hosp"], "[Hosp]ital deck"),
        ("GTX-9 sheet", ["9", "gtx"], "[GTX]-[9] sheet"),
        ("Straße nach Æbeltoft", ["strass", "aeb"], "[Straß]e nach [Æb]eltoft"),
        ("Résumé", ["resu"], "[Résu]mé"),
        ("Hospital deck", ["hosp", "price"], ""),
    ],
)
def test_beginnings_are_marked_whatever_their_case_and_accents(text, typed, shown):
    parts = marked(text, typed)
    assert "".join(f"[{part.text}]" if part.match else part.text for part in parts) == shown


def test_older_titles_are_offered_however_many_newer_ones_one_may_not_see(make, sign_in, index, monkeypatch):
    monkeypatch.setattr(suggesting, "_TITLES_LOOKED_AT", 3)
    make.asset("Hospital story")
    for number in range(5):
        make.asset(f"Hospital draft {number}", state="draft")
    index()
    assert _lines(sign_in(make.user("rep")), "hosp") == ["Hospital story"]
