"""The page of a search that found nothing: why, and the next step for whoever looks at it."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import select

from portal.discovery.models import SavedSearch, Search


@pytest.fixture
def client(make, sign_in, index):
    for number in range(3):
        make.asset(f"Heron {number}", pages=("Heron prices",))
    make.asset("Hidden heron", state="draft", kind="video", owner=make.user("marketer"))
    index()
    return sign_in(make.user("rep"))


@pytest.fixture
def marketer(client, make, sign_in):
    return sign_in(make.user("marketer"))


def empty(client, address):
    """Return what the empty state says, and where its buttons lead."""
    page = client.get(address).text
    (state,) = re.findall(
        r'<div class="empty">(.*?)<div class="empty-actions">(.*?)</div></div>', page, re.DOTALL
    )
    words = [unescape(" ".join(re.sub(r"<[^>]*>", " ", part).split())) for part in state]
    links = re.sub(r"([?&])s=\w+&?", r"\1", unescape(state[1]))
    return (*words, re.findall(r'<a [^>]*href="([^"]*)"', links))


def test_nothing_found_is_one_message_without_what_has_no_use(client):
    page = client.get("/library?q=zeppelin").text
    for useless in (
        'name="sort"',
        'aria-label="Filters"',
        "</b> found for",
        "Save this search",
        "with-facets",
    ):
        assert useless not in page
    words, buttons, (ask, tell) = empty(client, "/library?q=zeppelin")
    assert words.startswith("Nothing found for “zeppelin”")
    assert buttons == "Ask marketing for it Tell me when something appears"
    assert ask.startswith("/requests/new?text=zeppelin")
    assert tell == "/searches/new?q=zeppelin"


def test_what_is_saved_already_says_so(client, rows):
    client.post("/searches/new?q=zeppelin", data={"name": "Airships"})
    (saved,) = rows(select(SavedSearch))
    _, buttons, (_, link) = empty(client, "/library?q=zeppelin")
    assert buttons == "Ask marketing for it Saved: you are told when something appears"
    assert link == f"/searches#search-{saved.id}"


def test_a_marketer_is_not_told_to_ask_marketing(client, marketer):
    words, buttons, links = empty(marketer, "/library?q=zeppelin")
    assert "ask marketing" not in words
    assert buttons == "Add content Write it Tell me when something appears"
    assert links[:2] == ["/library/new", "/library/new?as=text"]
    assert "Ask marketing for it" not in marketer.get("/library?q=heron").text
    assert "Ask marketing for it" in client.get("/library?q=heron").text
    assert [marketer.get(link).status_code for link in links] == [200, 200, 200]


def test_what_is_asked_for_already_leads_to_the_request(client, marketer, make):
    request = make.request(make.user("rep"), "A zeppelin deck for airlines")
    make.request(make.user("rep"), "Another zeppelin", status="declined")
    for person, rest in ((client, "Ask marketing for it"), (marketer, "Add content Write it")):
        words, buttons, links = empty(person, "/library?q=airlines+zeppelin")
        assert words.endswith("It is asked for already: “A zeppelin deck for airlines”.")
        assert buttons == f"Open the request {rest} Tell me when something appears"
        assert links[0] == f"/requests/{request.id}"
    assert "asked for already" not in empty(client, "/library?q=zeppelin+boats")[0]


@pytest.mark.parametrize(
    ("address", "title", "link"),
    [
        (
            "/library?q=heron&kind=video",
            "Nothing with this filter Without it there are 3",
            "/library?q=heron",
        ),
        (
            "/library?q=heron+kind:video",
            "Nothing with this filter Without it there are 3",
            "/library?q=heron",
        ),
        (
            "/library?q=kind:video+heron+-poster",
            "Nothing with this filter Without it there are 3",
            "/library?q=heron+-poster",
        ),
        (
            "/library?q=heron+kind:other&kind=video",
            "Nothing with these filters Without them there are 3",
            "/library?q=heron",
        ),
        ("/library?q=%221%22+heron&kind=video", "Nothing with this filter", "/library?q=%221%22+heron"),
    ],
)
def test_filters_that_leave_nothing_are_named_with_how_much_there_is_without_them(
    client, address, title, link
):
    words, buttons, links = empty(client, address)
    assert words.startswith(title)
    assert buttons.endswith("Tell me when something appears")
    assert links[0].rstrip("&?") == link
    assert "3</b> found" in client.get(links[0]).text


def test_the_count_without_filters_has_only_what_one_may_see(client, marketer, rows):
    assert "there are 3 for" in empty(client, "/library?q=heron&kind=other")[0]
    assert "there are 4 for" in empty(marketer, "/library?q=heron&kind=other")[0]
    assert "Nothing found for “hidden”" in empty(client, "/library?q=hidden&kind=deck")[0]
    assert "there is 1 for “hidden”" in empty(marketer, "/library?q=hidden&kind=deck")[0]
    assert [one.result_count for one in rows(select(Search).order_by(Search.id))] == [3, 4, 0, 1]


def test_filters_stay_in_sight_where_they_leave_nothing(client):
    page = client.get("/library?q=heron&kind=video").text
    assert 'aria-label="Filters"' in page
    assert re.search(r'aria-current="true".*?>Video<', page, re.DOTALL)
    assert "Take one of the filters away" in client.get("/library?kind=video").text


def test_only_archived_hits_are_told_of_to_those_who_may_see_them(client, marketer, make, index):
    make.asset("Old stork", state="archived")
    make.asset("Older stork", state="archived", kind="other")
    index()
    words, buttons, links = empty(marketer, "/library?q=stork")
    assert words == "Nothing in use for “stork” 2 archived pieces of content have it."
    assert buttons == "Show what is archived Add content Write it"
    assert "<b>2</b> found" in marketer.get(links[0]).text
    assert "1 archived piece of content has it." in empty(marketer, "/library?q=older+title:older")[0]
    page = client.get("/library?q=stork").text
    assert "Nothing found for “stork”" in page
    assert "archived" not in page


def test_what_cannot_be_read_is_said_beside_nothing_found(client):
    page = client.get("/library?q=kind:banana+zeppelin").text
    assert "Nothing found for “kind:banana zeppelin”" in page
    assert "“banana” is no kind of content" in page
    assert "<code>kind:case study</code>" in page
