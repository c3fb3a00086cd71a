"""Times per page: told by the buyer's browser, never more than really passed, stored in one go, gone with age."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.db import db, now, unit_of_work
from portal.jobs import enqueue
from portal.library.models import Version
from portal.notifications.models import OutboxMessage
from portal.sharing.beats import Buffer, Full, buffer
from portal.sharing.models import PageView, ShareLink, Visit
from portal.sharing.page_times import Beat
from portal.sharing.queries import links_of_deal
from tests.sharing.test_pieces import BROWSER, LINK, opened


@pytest.fixture
def reading(app, make, rows):
    """A buyer who opened a link to three pages ten minutes ago: what tells times of it, given a list and changes."""
    deck = make.asset("Deck", pages=("One", "Two", "Three"))
    make.inside(
        lambda: setattr(db.session.get_one(Version, deck.current_version_id), "preview_kind", "cards")
    )
    link, buyer = make.link(deck, make.user("rep")), app.test_client()
    place = re.search(r'data-place="([^"]+)"', opened(buyer).text).group(1)
    _began(make, timedelta(minutes=10))

    def tell(times, client=buyer, path=LINK, headers=BROWSER, **changes):
        answer = client.post(
            f"{path}/times", json={"place": place, "times": times} | changes, headers=headers
        )
        with app.app_context():
            buffer().flush()
        return answer.status_code

    tell.link, tell.place = link, place
    return tell


def _began(make, ago):
    def begin() -> None:
        for visit in db.session.scalars(select(Visit)):
            visit.at = now() - ago

    make.inside(begin)


def _times(rows):
    views = rows(select(PageView).order_by(PageView.page_number))
    return [(view.page_number, view.milliseconds) for view in views]


def test_times_of_pages_add_up_in_their_visit(reading, rows):
    assert reading([[1, 4000], [3, 1500]]) == 204
    assert reading([[3, 500]]) == 204
    assert _times(rows) == [(1, 4000), (3, 2000)]
    (visit,) = rows(select(Visit))
    assert {view.visit_id for view in rows(select(PageView))} == {visit.id}


@pytest.mark.parametrize(
    "times",
    [
        [],
        None,
        "1",
        {"1": 5},
        [[1]],
        [[1, 0]],
        [[1, -5]],
        [[1, 60_001]],
        [[1, 40_000], [2, 40_000]],
        [[1, 10**30]],
        [[1, 1.5]],
        [[1, True]],
        [[1, "5"]],
        [[0, 5]],
        [[4, 5]],
        [["1", 5]],
        [[1, 5, "2099-01-01"]],
        [[1, 1]] * 61,
    ],
)
def test_times_that_cannot_be_are_refused_as_a_whole(reading, rows, times):
    assert reading(times) == 422
    assert _times(rows) == [(1, 0)]


def test_no_more_time_is_kept_than_passed_since_the_visit_began(reading, make, rows):
    _began(make, timedelta(seconds=70))
    assert [reading([[page, 60_000]]) for page in (1, 2, 3)] == [204, 204, 204]
    told = [time for _, time in _times(rows)]
    assert told[0] == 60_000
    assert 70_000 <= sum(told) < 90_000


def test_whoever_reads_on_stays_in_the_same_visit(app, make, rows):
    make.link(make.asset("Deck", pages=("One",)), make.user("rep"))
    buyer = app.test_client()
    place = re.search(r'data-place="([^"]+)"', opened(buyer).text).group(1)
    answer = buyer.post(f"{LINK}/times", json={"place": place, "times": [[1, 5]]}, headers=BROWSER)
    assert answer.headers["Set-Cookie"].startswith(f"visit={rows(select(Visit.key))[0]};")
    assert "Max-Age=1800" in answer.headers["Set-Cookie"]


def test_a_visit_from_the_future_gets_no_time(reading, make, rows):
    _began(make, timedelta(hours=-1))
    assert reading([[1, 5000]]) == 204
    assert _times(rows) == [(1, 0)]


def test_times_are_refused_without_a_visit_from_a_program_or_with_a_place_that_was_not_signed(
    app, reading, rows
):
    assert reading([[1, 5]], client=app.test_client()) == 422
    assert reading([[1, 5]], headers={"User-Agent": "Googlebot/2.1"}) == 422
    for place in (reading.place[:-1] + ("A" if reading.place[-1] != "A" else "B"), "", 7, None, ["x"]):
        assert reading([[1, 5]], place=place) == 422
    assert reading([[1, 5]], headers=BROWSER | {"Sec-Fetch-Site": "cross-site"}) == 403
    for body in ("no json", "[" * 9_000, '{"place": "\\ud800", "times": [[1, 5]]}'):
        answer = app.test_client().post(
            f"{LINK}/times", data=body, headers=BROWSER, content_type="application/json"
        )
        assert answer.status_code == 422
    assert _times(rows) == [(1, 0)]


def test_times_count_only_at_their_own_link_and_only_for_a_visit_of_it(app, make, reading, rows):
    make.link(make.asset("Other"), make.user("rep"), token="o" * 43)
    elsewhere = f"/s/{'o' * 43}"
    other = app.test_client()
    other.set_cookie("visit", rows(select(Visit.key))[0], path=elsewhere)
    assert reading([[1, 5]], client=other, path=elsewhere) == 404
    assert reading([[1, 5]], path=LINK[:-1] + "u") == 404
    opened(other, elsewhere)
    _began(make, timedelta(minutes=5))
    key = rows(select(Visit.key).order_by(Visit.id.desc()))[0]
    stranger = app.test_client()
    stranger.set_cookie("visit", key, path=LINK)
    assert reading([[1, 5]], client=stranger) == 204
    assert {view.milliseconds for view in rows(select(PageView))} == {0}


def test_times_are_refused_as_soon_as_the_link_is_closed(make, reading, rows, sign_in):
    assert reading([[1, 1000]]) == 204
    make.inside(lambda: setattr(db.session.get_one(ShareLink, reading.link.id), "revoked_at", now()))
    assert reading([[1, 1000]]) == 410
    assert _times(rows) == [(1, 1000)]


def test_what_cannot_be_stored_waits_and_too_much_is_refused(app, monkeypatch):
    stored = []
    held, beat = Buffer(app), Beat(1, "k", 1, 1, 1, 5, now())
    monkeypatch.setattr("portal.sharing.beats.FLUSH_SECONDS", 60)

    def fail(beats):
        raise OSError("the disk is full")

    monkeypatch.setattr("portal.sharing.beats.store", fail)
    held.add([beat])
    held.flush()
    monkeypatch.setattr("portal.sharing.beats.store", stored.extend)
    held.add([beat])
    held.flush()
    assert stored == [beat, beat]
    with pytest.raises(Full):
        held.add([beat] * 50_001)


def test_a_page_says_what_is_told_and_only_where_somebody_visits(app, make, sign_in):
    rep = make.user("rep")
    make.link(make.asset("Deck"), rep)
    assert "data-place" in app.test_client().get(LINK, headers=BROWSER).text
    assert 'data-place=""' in sign_in(rep).get(LINK, headers=BROWSER).text


def test_who_read_what_is_shown_by_stakeholder_to_those_who_see_the_deal(make, reading, sign_in, rows):
    reading([[2, 59_000], [1, 1_000]])
    boss, stranger = make.user("manager"), make.user("rep")
    owner = make.user("rep")
    deal = make.deal(owner=owner, name="Acme renewal")

    def put() -> None:
        link = db.session.get_one(ShareLink, reading.link.id)
        link.deal_id, link.recipient = deal.id, "Ann Buyer"
        # A program that was never shown the page, whatever it told.
        ghost, real = Visit(link_id=link.id, key="ghost"), db.session.scalars(select(PageView)).first()
        db.session.add(ghost)
        db.session.flush()
        names = {"visit_id": ghost.id, "item_id": real.item_id, "version_id": real.version_id}
        moments = {"first_at": now(), "last_at": now()}
        db.session.add(PageView(page_number=3, milliseconds=60_000, **names, **moments))

    make.inside(put)
    make.link(make.asset("Never read"), owner, deal=deal, token="n" * 43, recipient="Ben Buyer")
    for user in (owner, boss):
        page = sign_in(user).get(f"/deals/{deal.id}/links").text
        for words in ("Ann Buyer", "1 min", "Page 2: 59 s", "Ben Buyer", "Not opened yet", "Never read"):
            assert words in page, words
        assert "Page 3" not in page
    assert sign_in(stranger).get(f"/deals/{deal.id}/links").status_code == 404
    assert "59 s" in sign_in(boss).get(f"/links/{reading.link.id}").text


def test_the_deals_page_of_links_costs_few_queries(make, sign_in, count_queries):
    rep = make.user("rep")
    deal = make.deal(owner=rep)
    for number in range(12):
        link = make.link(make.asset(), rep, others=(make.asset(),), token=f"{number:043}", deal=deal)
        make.store(Visit(link_id=link.id, key=f"k{number}", email=f"{number}@b.example", seen_at=now()))
    client = sign_in(rep)
    with count_queries() as queries:
        assert client.get(f"/deals/{deal.id}/links").status_code == 200
    assert len(queries) <= 12


def test_old_visits_are_forgotten_with_their_times_and_how_often_a_link_was_opened_stays_known(
    app, make, rows, run_jobs, reading
):
    reading([[1, 1000]])
    old, older = now() - timedelta(days=401), now() - timedelta(days=500)

    def age() -> None:
        visit = db.session.scalars(select(Visit)).one()
        visit.seen_at = visit.at = old
        db.session.add(
            Visit(link_id=visit.link_id, key="older", at=older, seen_at=older, downloaded_at=older)
        )
        db.session.add(Visit(link_id=visit.link_id, key="new", seen_at=now()))

    make.inside(age)
    told = {"recipient_id": reading.link.created_by_id, "kind": "link_opened", "address": "/links/1"}
    for key, at in (("a", old), ("b", now())):
        make.store(
            OutboxMessage(event_key=key, title=f"{key}@buyer.example opened it", created_at=at, **told)
        )
    with app.app_context(), unit_of_work():
        enqueue("forget_old_visits")
    run_jobs()
    assert rows(select(Visit.key)) == ["new"]
    assert rows(select(PageView)) == []
    assert rows(select(OutboxMessage.event_key).where(OutboxMessage.kind == "link_opened")) == ["b"]
    (link,) = rows(select(ShareLink))
    assert (link.past_opens, link.past_downloads, link.past_first_at, link.past_last_at) == (2, 1, older, old)
    deal = make.deal()
    make.inside(lambda: setattr(db.session.get_one(ShareLink, link.id), "deal_id", deal.id))
    with app.app_context():
        (counted,) = links_of_deal(deal.id)
    assert (counted.opens, counted.downloads, counted.first_opened_at) == (3, 1, older)
