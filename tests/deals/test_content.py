"""The content for a deal: five on its page, all of it on a page of its own, and the search with the deal at hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.users.models import User
from tests.factories import Make

SignIn = Callable[[User], FlaskClient]


def _lines(page: str) -> list[str]:
    return re.findall(r'asset-line-title"><a [^>]+>([^<]+)</a>', page)


def test_the_page_of_a_deal_shows_five_with_reasons_and_leads_to_all(make: Make, sign_in: SignIn) -> None:
    (energy,) = make.facet("industry", ("Energy",)).terms
    for number in range(7):
        make.asset(f"Story {number}", terms=(energy,), kind="case_study")
    deal = make.deal(owner=(rep := make.user()), industry="Energy")
    page = sign_in(rep).get(f"/deals/{deal.id}").text
    assert len(_lines(page)) == 5
    assert page.count("For Energy; not used on enough deals yet to know") == 5
    assert page.count("Untested") == 5
    assert f'href="/deals/{deal.id}/content"' in page
    assert "The CRM names no product for this deal" in page


def test_all_that_fits_is_paged_and_narrowed_by_kind(make: Make, sign_in: SignIn) -> None:
    (energy,) = make.facet("industry", ("Energy",)).terms
    for number in range(30):
        make.asset(f"Deck {number}", terms=(energy,))
    make.asset("The story", terms=(energy,), kind="case_study")
    deal = make.deal(owner=(rep := make.user()), industry="Energy", product="Dock")
    client = sign_in(rep)
    address = f"/deals/{deal.id}/content"
    first, second = client.get(address).text, client.get(f"{address}?page=2").text
    assert "31 pieces of content" in first
    assert len(_lines(first)) + len(_lines(second)) == len({*_lines(first), *_lines(second)}) == 31
    assert _lines(client.get(f"{address}?kind=case_study").text) == ["The story"]
    assert "None of this has been used on enough deals yet" in first
    for strange in ("?kind=nonsense", "?page=0", "?page=x", "?kind=" + "x" * 3000):
        assert len(_lines(client.get(address + strange).text)) == len(_lines(first))
    assert len(_lines(client.get(f"{address}?page=999").text)) == len(_lines(second)), (
        "past the end is the end"
    )


def test_what_was_used_on_the_deal_is_left_out(make: Make, sign_in: SignIn) -> None:
    (energy,) = make.facet("industry", ("Energy",)).terms
    used, other = make.asset("Used", terms=(energy,)), make.asset("Other", terms=(energy,))
    deal = make.deal(owner=(rep := make.user()), industry="Energy")
    make.use(used, rep, kind="sent", deal=deal)
    assert _lines(sign_in(rep).get(f"/deals/{deal.id}/content").text) == [other.title]


def test_the_search_with_the_deal_at_hand_is_one_click_away(make: Make, sign_in: SignIn) -> None:
    deal = make.deal(owner=(rep := make.user()), name="Acme renewal")
    client = sign_in(rep)
    page = client.get(f"/deals/{deal.id}/content").text
    assert 'name="next" value="/library?focus=search"' in page
    answer = client.post("/deals/working", data={"deal_id": deal.id, "next": "/library?focus=search"})
    assert (answer.status_code, answer.location) == (303, "/library?focus=search")
    page = client.get(f"/deals/{deal.id}/content").text
    assert re.search(
        r'<a [^>]*href="/library\?focus=search"[^>]*>.*?Search with this deal at hand', page, re.DOTALL
    )


@pytest.mark.parametrize("facts", [{}, {"industry": "Energy", "product": "Dock"}])
def test_an_empty_library_says_what_to_do_next(make: Make, sign_in: SignIn, facts: dict[str, Any]) -> None:
    deal = make.deal(owner=(rep := make.user()), **facts)
    for address in (f"/deals/{deal.id}", f"/deals/{deal.id}/content"):
        page = sign_in(rep).get(address).text
        assert "Nothing to recommend yet" in page
        assert f"/requests/new?deal_id={deal.id}" in page


def test_a_closed_deal_is_told_from_an_open_one(make: Make, sign_in: SignIn) -> None:
    (energy,) = make.facet("industry", ("Energy",)).terms
    make.asset("Fits", terms=(energy,))
    deal = make.deal(owner=(rep := make.user()), industry="Energy", status="won")
    client = sign_in(rep)
    assert "Content for this deal" not in client.get(f"/deals/{deal.id}").text
    page = client.get(f"/deals/{deal.id}/content").text
    assert "This deal is closed" in page
    assert "Fits" not in page


def test_a_deal_that_one_may_not_see_has_no_content_page(make: Make, sign_in: SignIn) -> None:
    deal = make.deal(owner=make.user(team=make.team("West")))
    stranger = sign_in(make.user(team=make.team("East")))
    assert stranger.get(f"/deals/{deal.id}/content").status_code == 404
    assert stranger.get("/deals/999999/content").status_code == 404


def test_names_with_html_are_shown_as_text(make: Make, sign_in: SignIn) -> None:
    (term,) = make.facet("industry", ("<b>Energy</b>",)).terms
    make.asset("<i>Deck</i>", terms=(term,))
    deal = make.deal(owner=(rep := make.user()), industry="<b>Energy</b>", name="<u>Deal</u>")
    page = sign_in(rep).get(f"/deals/{deal.id}/content").text
    assert not re.search(r"<(b|i|u)>", page)
    assert "For &lt;b&gt;Energy&lt;/b&gt;" in page


def test_both_pages_cost_few_queries_however_much_fits(
    make: Make, sign_in: SignIn, count_queries: Callable[[], Any]
) -> None:
    (energy,) = make.facet("industry", ("Energy",)).terms
    for number in range(40):
        make.asset(f"Story {number}", terms=(energy,))
    deal = make.deal(owner=(rep := make.user()), industry="Energy")
    client = sign_in(rep)
    for address in (f"/deals/{deal.id}", f"/deals/{deal.id}/content"):
        with count_queries() as queries:
            assert client.get(address).status_code == 200
        assert len(queries) <= 15
