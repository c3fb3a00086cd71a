"""Where the hits begin that have only part of what was typed, and what the page says of the deal at hand."""

from __future__ import annotations

import re
from html import unescape

import pytest

ONLY_PART = "The following have only part of what you typed."
NOTHING_HAS_ALL = "Nothing here has all of what you typed, only part of it."


@pytest.fixture
def client(make, sign_in, index):
    """Twelve decks with both words, three with one of them, and a draft with both of other words."""
    for number in range(12):
        make.asset(f"Whole {number:02}", pages=(f"heron prices number{number}",))
    for number in range(3):
        make.asset(f"Part {number}", pages=(f"A heron of page{number} in the reeds.",))
    make.asset("Video", kind="video", pages=("heron film",))
    make.asset("Draft", state="draft", pages=("secret reeds",), owner=make.user("marketer"))
    index()
    return sign_in(make.user("rep"))


def lines(page):
    """Return titles and dividers in their order."""
    (hits,) = re.findall(r'<ol class="hits" data-list>(.*?)</ol>', page, re.DOTALL)
    found = re.findall(r'<li class="hits-divider">(.*?)</li>|data-open>(.*?)</a>', hits, re.DOTALL)
    return [unescape(divider) if divider else title.split()[0] for divider, title in found]


def test_a_line_stands_above_the_first_hit_with_only_part_of_the_words(client):
    first, second = (lines(client.get(f"/library?q=heron+prices&page={page}").text) for page in (1, 2))
    assert first == ["Whole"] * 10
    assert second == ["Whole", "Whole", ONLY_PART, *sorted(second[3:], reverse=True)]
    assert sorted(second[3:]) == ["Part", "Part", "Part", "Video"]


def test_a_line_that_falls_between_two_pages_begins_the_second(client, make, index):
    for number in range(8):
        make.asset(f"Whole {number + 12}", pages=(f"heron prices number{number + 12}",))
    index()
    pages = [lines(client.get(f"/library?q=heron+prices&page={page}").text) for page in (1, 2, 3)]
    assert pages[0] == pages[1] == ["Whole"] * 10
    assert pages[2][0] == ONLY_PART
    assert pages[2].count(ONLY_PART) == 1


@pytest.mark.parametrize("sort", ["newest", "title", "used", "rated"])
def test_another_order_has_no_such_line(client, sort):
    assert "hits-divider" not in client.get(f"/library?q=heron+prices&sort={sort}").text


@pytest.mark.parametrize("text", ["heron", "prices heron -reeds -film", "kind:deck", "", "one-heron"])
def test_there_is_no_line_where_all_have_all_words_or_there_is_one_word(client, text):
    for number in (1, 2):
        page = client.get("/library", query_string={"q": text, "page": number}).text
        assert 'class="hits"' in page
        assert "hits-divider" not in page


def test_where_nothing_has_all_words_that_is_said_first(client):
    page = client.get("/library?q=heron+zeppelin&exact=yes").text
    assert lines(page)[0] == NOTHING_HAS_ALL
    filtered = client.get("/library?q=heron+prices&kind=video").text
    assert lines(filtered) == [NOTHING_HAS_ALL, "Video"]
    assert ONLY_PART not in page


def test_what_one_may_not_see_does_not_count_as_having_all_words(client, make, sign_in):
    assert lines(client.get("/library?q=secret+reeds&exact=yes").text)[0] == NOTHING_HAS_ALL
    marketer = sign_in(make.user("marketer"))
    assert lines(marketer.get("/library?q=secret+reeds").text)[:2] == ["Draft", ONLY_PART]


def test_a_phrase_divides_too(client, make, index):
    make.asset("Apart", pages=("prices of a heron",))
    index()
    found = lines(client.get("/library?q=%22heron+prices%22&page=2").text)
    assert found[:4] == ["Whole", "Whole", ONLY_PART, "Apart"]


def test_without_an_index_there_is_no_line(make, sign_in):
    make.asset("Heron", pages=("heron prices",))
    page = sign_in(make.user("rep")).get("/library?q=heron+prices").text
    assert "Heron" in page
    assert "hits-divider" not in page


@pytest.fixture
def rep(make, client):
    return make.user("rep")


@pytest.fixture
def deal(make, rep):
    return make.deal(owner=rep, name="Acme <renewal>", industry="Energy")


@pytest.fixture
def owner(rep, deal, sign_in):
    return sign_in(rep)


def test_the_page_says_which_deal_its_order_follows_until_one_lets_go(owner, deal):
    owner.post("/deals/working", data={"deal_id": deal.id, "next": "/library?focus=search"})
    browsing = owner.get("/library?focus=search").text
    assert re.search(r'<input class="search-input" id="search"[^>]* autofocus ', browsing)
    assert "What you search for is ranked with" in browsing
    page = owner.get("/library?q=heron+prices&kind=deck").text
    assert "autofocus" not in page
    assert re.search(r"Ranked with\s*<a [^>]*>Acme &lt;renewal&gt;</a> at hand", page)
    assert 'name="next" value="/library?q=heron+prices&amp;kind=deck"' in page
    answer = owner.post("/deals/working", data={"deal_id": "", "next": "/library?q=heron+prices&kind=deck"})
    assert answer.location == "/library?q=heron+prices&kind=deck"
    assert "Ranked with" not in owner.get("/library?q=heron+prices").text


def test_a_deal_that_the_address_names_is_let_go_of_by_a_link(owner, deal):
    page = owner.get(f"/library?q=heron&deal_id={deal.id}").text
    (link,) = re.findall(r'href="([^"]*)"[^>]*>(?:<svg.*?</svg>)?<span>Rank without it', page)
    assert "deal_id" not in link
    assert "Ranked with" not in owner.get(unescape(link)).text


def test_where_the_deal_changes_nothing_it_is_not_named(owner, deal, client, app):
    address = f"/library?q=heron+prices&deal_id={deal.id}"
    assert "Ranked with" in owner.get(address).text
    assert "Ranked with" not in owner.get(f"{address}&sort=title").text
    assert "Ranked with" not in owner.get(f"/library?q=zeppelin&deal_id={deal.id}").text
    app.config["SEARCH_BOOSTS"] = ("rating",)
    assert "Ranked with" not in owner.get(address).text


def test_nobody_learns_of_a_deal_that_they_may_not_see(client, make):
    hidden = make.deal(owner=make.user("rep", team=make.team("East")), name="Hidden renewal")
    page = client.get(f"/library?q=heron+prices&deal_id={hidden.id}").text
    assert "Hidden renewal" not in page
    assert "Ranked with" not in page
