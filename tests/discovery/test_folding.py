"""Copies and near-copies stand under the best-ranked of them; nothing that one may not see is folded or counted."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from sqlalchemy import select, update

from portal.db import db
from portal.discovery.finding import find, listed_ids
from portal.library.models import Asset, PageMatch, Version


@pytest.fixture
def alike(make):
    """Store that the first pages of two assets say the same."""

    def store(first: Asset, second: Asset, pages: int) -> None:
        for one, other in ((first, second), (second, first)):
            make.store(
                *(
                    PageMatch(
                        version_id=one.current_version_id,
                        page_number=number,
                        of_version_id=other.current_version_id,
                        of_page_number=number,
                        similarity=0.9,
                    )
                    for number in range(1, pages + 1)
                )
            )

    return store


PAGES = ("heron one", "heron two", "heron three", "heron four", "heron five")


def _listed(make, user, text="heron", **how):
    found = make.inside(lambda: find(user, text, **how))
    return [(hit.asset.title, [other.title for other in hit.alike]) for hit in found.hits], found


def test_what_shares_most_pages_is_folded_under_the_best(make, sign_in, index, alike):
    best = make.asset("Heron", pages=PAGES)
    copy, other = make.asset("Platform EMEA", pages=PAGES), make.asset("Prices", pages=("heron",))
    alike(best, copy, 3)
    index()
    rep = make.user("rep")
    listed, found = _listed(make, rep)
    assert listed == [("Heron", ["Platform EMEA"]), ("Prices", [])]
    assert (found.total, found.listed, found.folded) == (3, 2, 1)
    page = sign_in(rep).get("/library?q=heron").text
    assert "1 like it: “Platform EMEA”" in page
    assert "1 of them folded under a similar one" in page
    assert f'<a href="/library/{copy.slug}">Platform EMEA</a>' in page
    assert other.slug in page


def test_fewer_shared_pages_are_no_copy(make, index, alike):
    alike(make.asset("Heron", pages=PAGES), make.asset("Other", pages=PAGES), 2)
    index()
    assert _listed(make, make.user("rep"))[1].folded == 0


def test_the_shorter_ones_pages_decide(make, index, alike):
    alike(make.asset("Heron", pages=PAGES), make.asset("Extract", pages=PAGES[:2]), 2)
    index()
    assert _listed(make, make.user("rep"))[1].folded == 1


def test_the_same_file_is_folded(make, index):
    same = [make.asset(title, pages=("heron",)) for title in ("Heron", "Same file")]
    for asset in same:
        make.inside(lambda asset=asset: _set_file(asset))
    index()
    assert _listed(make, make.user("rep"))[0] == [("Heron", ["Same file"])]


def _set_file(asset: Asset) -> None:
    db.session.execute(update(Version).where(Version.id == asset.current_version_id).values(sha256="a" * 64))


def test_what_is_replaced_is_folded_for_those_who_see_both(make, index):
    newer = make.asset("Heron 2026", pages=("heron",))
    make.asset("Heron 2025 heron", pages=("heron",), state="archived", replaced_by_id=newer.id)
    index()
    assert _listed(make, make.user("rep"))[0] == [("Heron 2026", [])]
    both = {"state": ["published", "archived"]}
    (line,), found = _listed(make, make.user("marketer"), filters=both)
    assert {line[0], *line[1]} == {"Heron 2026", "Heron 2025 heron"}
    assert (found.total, found.listed, found.folded) == (2, 1, 1)


@pytest.mark.parametrize("state", ["draft", "from_sales", "archived"])
def test_what_one_may_not_see_is_neither_folded_nor_counted(make, sign_in, index, alike, state):
    seen = make.asset("Heron", pages=PAGES)
    hidden = make.asset("Hidden bittern", pages=PAGES, state=state, replaced_by_id=seen.id)
    alike(seen, hidden, 5)
    index()
    rep = make.user("rep")
    listed, found = _listed(make, rep)
    assert (listed, found.total, found.folded) == ([("Heron", [])], 1, 0)
    page = sign_in(rep).get("/library?q=heron").text
    assert "bittern" not in page
    assert "like it" not in page
    assert "folded" not in page


def test_nothing_folds_under_what_one_may_not_see(make, index, alike):
    hidden = make.asset("Heron", pages=PAGES, state="draft")
    alike(hidden, make.asset("Seen", pages=PAGES), 5)
    index()
    assert _listed(make, make.user("rep"))[0] == [("Seen", [])]


def test_sorted_by_anything_else_or_browsed_each_stands_for_itself(make, index, alike):
    alike(make.asset("Heron", pages=PAGES), make.asset("Copy", pages=PAGES), 5)
    index()
    rep = make.user("rep")
    for how in ({"sort": "newest"}, {"sort": "title"}, {"text": ""}):
        listed, found = _listed(make, rep, **how)
        assert (len(listed), found.total, found.folded) == (2, 2, 0)


def test_all_of_this_list_is_what_is_listed(make, sign_in, index, alike, rows):
    best, copy = make.asset("Heron", pages=PAGES), make.asset("Copy", pages=PAGES)
    alike(best, copy, 5)
    index()
    marketer = make.user("marketer")
    assert make.inside(lambda: listed_ids(marketer, "heron", {}, "relevance", 10)) == [best.id]
    for sort, ids in (("relevance", {best.id}), ("newest", {best.id, copy.id})):
        address = "/library?" + urlencode({"q": "heron", "sort": sort})
        page = sign_in(marketer).post("/library/bulk", data={"all": "yes", "do": "verify", "next": address})
        assert page.status_code == 200
        for asset in rows(select(Asset)):
            assert (asset.title in page.text) is (asset.id in ids)


def test_many_copies_are_named_in_part_and_the_rest_has_an_address(make, sign_in, index):
    for number in range(14):
        asset = make.asset(f"Heron copy {number}", pages=("heron",))
        make.inside(lambda asset=asset: _set_file(asset))
    index()
    page = sign_in(make.user("rep")).get("/library?q=heron").text
    assert "13 like it" in page
    assert "List all 13 one by one" in page
    assert page.count('<li><a href="/library/asset-') == 10
