"""Which piece a buyer looked at is what was shown, at a page that there is, and one bad time holds up no other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.library.models import Page
from portal.sharing.beats import Buffer
from portal.sharing.models import PageView, ShareItem, Visit
from portal.sharing.page_times import Beat, store
from portal.sharing.queries import opened_since
from tests.sharing.test_pieces import BROWSER, LINK, opened


@pytest.fixture
def pair(make):
    """Two pieces of three and one pages behind one link."""
    first, second = make.asset("First", pages=("One", "Two", "Three")), make.asset("Second")
    make.link(first, make.user("rep"), others=(second,))
    return first, second


@pytest.mark.parametrize("page", ["4", "0", "-1", "9" * 15])
def test_a_page_that_the_piece_does_not_have_is_noted_nowhere(app, pair, rows, page):
    buyer = app.test_client()
    buyer.get(LINK, headers=BROWSER)
    key = rows(select(Visit.key))[0]
    assert buyer.get(f"{LINK}/seen/{key}.gif?piece=1&page={page}", headers=BROWSER).status_code == 200
    assert rows(select(PageView.page_number)) in ([], [1])
    # That the page was shown counts all the same.
    assert rows(select(Visit.seen_at)) != [None]


def test_a_page_that_is_hidden_from_buyers_is_noted_nowhere(app, make, pair, rows):
    first, _ = pair

    def hide() -> None:

        for page in db.session.scalars(select(Page).where(Page.version_id == first.current_version_id)):
            page.is_hidden = page.number == 1

    make.inside(hide)
    buyer = app.test_client()
    buyer.get(LINK, headers=BROWSER)
    key = rows(select(Visit.key))[0]
    buyer.get(f"{LINK}/seen/{key}.gif?piece=1&page=1", headers=BROWSER)
    assert rows(select(PageView)) == []
    buyer.get(f"{LINK}/seen/{key}.gif?piece=1", headers=BROWSER)
    assert rows(select(PageView.page_number)) == [2]


def _seen(app) -> set[int]:
    with app.app_context():
        return opened_since(now() - timedelta(hours=1))


def test_the_first_piece_was_not_looked_at_by_who_opened_another(app, pair):
    first, second = pair
    opened(app.test_client(), f"{LINK}?piece=2")
    assert _seen(app) == {second.id}
    opened(app.test_client())
    assert _seen(app) == {first.id, second.id}


def test_a_visit_of_which_no_piece_is_known_was_to_the_first(app, make, pair, rows):
    first, _ = pair
    link_id = rows(select(ShareItem.link_id))[0]
    make.store(Visit(link_id=link_id, key="old", at=now(), seen_at=now()))
    assert _seen(app) == {first.id}


def test_whoever_takes_a_file_looked_at_that_piece_even_without_pictures(app, pair, rows):
    _, second = pair
    buyer = app.test_client()
    buyer.get(LINK, headers=BROWSER)
    assert buyer.get(f"{LINK}/2/file", headers=BROWSER).status_code == 200
    assert _seen(app) == {second.id}
    assert rows(select(PageView.milliseconds)) == [0]


def test_a_time_that_cannot_be_stored_is_dropped_and_keeps_back_no_other(app, make, pair, rows, monkeypatch):
    monkeypatch.setattr("portal.sharing.beats.FLUSH_SECONDS", 60)
    opened(app.test_client())
    (visit,) = rows(select(Visit))
    item, _ = rows(select(ShareItem).order_by(ShareItem.position))
    moment = now() + timedelta(minutes=1)

    def beat(page: int, item_id: int) -> Beat:
        return Beat(visit.link_id, visit.key, item_id, item.version_id, page, 10, moment)

    held = Buffer(app)
    # A piece that went meanwhile, with its link, and a number that no database holds.
    held.add([beat(1, item.id), beat(2, 999_999), beat(3, item.id), beat(2**70, item.id)])
    held.flush()
    held.flush()
    assert sorted(rows(select(PageView.page_number))) == [1, 3]
    assert held._waiting == []


def test_times_wait_as_long_as_nothing_can_be_stored_at_all(app, monkeypatch):
    monkeypatch.setattr("portal.sharing.beats.FLUSH_SECONDS", 60)

    def fail(beats):
        raise OSError("the disk is full")

    monkeypatch.setattr("portal.sharing.beats.store", fail)
    held, beats = Buffer(app), [Beat(1, "k", 1, 1, page, 5, now()) for page in (1, 2, 3)]
    held.add(beats)
    held.flush()
    assert held._waiting == beats
    monkeypatch.setattr("portal.sharing.beats.store", store)
    held.flush()
    assert held._waiting == []
