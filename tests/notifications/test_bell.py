"""What stands under the bell: unread news first, what belongs together in one line, and cheap for every page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.db import db, insert_rows, now
from portal.notifications.bell import MOST_COUNTED, unread_count
from portal.notifications.models import Notification, OutboxMessage
from portal.notifications.services import Group

HERON = Group("ratings:1", "new ratings of “Heron deck”")


@pytest.fixture
def deliver(say, run_jobs):
    """Put news under the bell: deliver(ann, title="One", group=HERON)."""

    def run(*people, **facts):
        say(*people, **facts)
        run_jobs()

    return run


@pytest.fixture
def many(make):
    """Give a person thousands of notifications at once: many(ann, 10_000, is_read=False, groups=3)."""

    def run(person, number, *, is_read=False, groups=0):
        def write():
            start = db.session.scalar(select(db.func.count()).select_from(OutboxMessage)) or 0
            ids = range(start + 1, start + 1 + number)
            facts = {"kind": "comment", "title": "News", "address": "/"}
            keys = [
                {"group_key": f"g{one % groups}" if groups else None, "group_title": "news"} for one in ids
            ]
            messages = [
                {"id": one, "recipient_id": person.id, "event_key": f"many {one}", "delivered_at": now()}
                | facts
                for one in ids
            ]
            insert_rows(OutboxMessage, messages)
            read_at = now() - timedelta(hours=1) if is_read else None
            insert_rows(
                Notification,
                [
                    {"user_id": person.id, "message_id": one, "read_at": read_at} | facts | key
                    for one, key in zip(ids, keys, strict=True)
                ],
            )

        make.inside(write)

    return run


def test_unread_news_of_one_group_is_one_line_with_its_number(app, make, sign_in, deliver):
    ann = make.user()
    for number in range(7):
        deliver(ann, title=f"Rating {number}", kind="rating", group=HERON, address=f"/library?page={number}")
    deliver(ann, title="Something else")
    page = sign_in(ann).get("/notifications").text
    assert "7 new ratings of “Heron deck”" in page
    assert "Rating 6" not in page
    assert 'aria-label="Notifications, 2 unread"' in page
    with app.app_context():
        assert db.session.scalar(select(unread_count(ann.id))) == 2


def test_lines_stand_by_their_moments_and_a_group_by_the_latest_of_its_news(make, sign_in, deliver):
    ann = make.user()
    days = {"Old win": 200, "A": 40, "Fresh": 2, "B": 1, "Older": 90}
    for title in days:
        deliver(ann, title=title, group=HERON if len(title) == 1 else None)
    # What came last under the bell need not be the latest: a mail that failed brings it late.
    _happened(make, days | {"A": 1, "B": 40})
    client = sign_in(ann)
    page = client.get("/notifications").text
    lines = ["2 new ratings", "Fresh", "Older", "Old win"]
    assert sorted(lines, key=page.index) == lines
    assert "yesterday" in page[page.index("2 new ratings") : page.index("Fresh")]
    client.post("/notifications/read")
    page = client.get("/notifications").text
    read = [f">{title}<" for title in ("A", "Fresh", "B", "Older", "Old win")]
    assert sorted(read, key=page.index) == read


def _happened(make, days):
    def run():
        for title, ago in days.items():
            told = db.update(Notification).where(Notification.title == title)
            db.session.execute(told.values(created_at=now() - timedelta(days=ago)))

    make.inside(run)


def test_one_of_a_group_is_called_by_its_own_name(make, sign_in, deliver):
    ann, ben = make.user(), make.user()
    deliver(ann, ben, title="Rated 1 of 5", group=HERON)
    deliver(ben, title="Rated 2 of 5", group=HERON)
    page = sign_in(ann).get("/notifications").text
    assert "Rated 1 of 5" in page
    assert "new ratings of" not in page


def test_opening_a_group_reads_all_of_it_and_leads_to_the_newest(make, sign_in, deliver, rows):
    ann, ben = make.user(), make.user()
    for number in range(3):
        deliver(ann, ben, title=f"Rating {number}", group=HERON, address=f"/library?page={number}")
    deliver(ann, title="Something else")
    newest = rows(
        select(Notification.id).where(Notification.user_id == ann.id, Notification.title == "Rating 2")
    )[0]
    # What comes before the click was not in the line that is clicked.
    deliver(ann, title="Rating 3", group=HERON)
    client = sign_in(ann)
    answer = client.post(f"/notifications/{newest}/open")
    assert (answer.status_code, answer.location) == (303, "/library?page=2")
    unread = select(Notification.title).where(Notification.read_at.is_(None)).order_by(Notification.id)
    assert rows(unread.where(Notification.user_id == ann.id)) == ["Something else", "Rating 3"]
    assert len(rows(unread.where(Notification.user_id == ben.id))) == 3
    page = client.get("/notifications").text
    for title in ("Rating 0", "Rating 1", "Rating 2"):
        assert title in page, "what was read stands by itself"


def test_opening_what_was_read_before_leaves_what_has_come_since(make, sign_in, deliver, rows):
    ann = make.user()
    deliver(ann, title="Rating 0", group=HERON)
    client = sign_in(ann)
    (first,) = rows(select(Notification.id))
    client.post(f"/notifications/{first}/open")
    deliver(ann, title="Rating 1", group=HERON)
    client.post(f"/notifications/{first}/open")
    assert rows(select(Notification.title).where(Notification.read_at.is_(None))) == ["Rating 1"]


def test_what_is_unread_stands_above_what_was_read(make, sign_in, deliver):
    ann = make.user()
    deliver(ann, title="The old one")
    deliver(ann, title="Read since")
    client = sign_in(ann)
    client.post("/notifications/2/open")
    page = client.get("/notifications").text
    assert (
        page.index(">New<") < page.index("The old one") < page.index(">Earlier<") < page.index("Read since")
    )


def test_who_has_no_news_reads_what_comes_here_and_where_to_choose(make, sign_in):
    page = sign_in(make.user()).get("/notifications").text
    assert "Nothing new" in page
    assert 'href="/me/notifications"' in page


def test_news_of_a_kind_that_is_not_known_any_more_is_shown_all_the_same(make, sign_in, deliver):
    ann = make.user()
    deliver(ann, title="From earlier days", kind="fax")
    assert "From earlier days" in sign_in(ann).get("/notifications").text


def test_thousands_cost_as_many_statements_as_one_and_are_paged(make, sign_in, many, count_queries):
    ann = make.user()
    client, costs = sign_in(ann), []
    for number in (1, 10_000):
        many(ann, number)
        many(ann, number, is_read=True)
        with count_queries() as queries:
            page = client.get("/notifications")
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert page.text.count('class="notice notice-unread"') == 25
    last = client.get("/notifications?page=100000").text
    assert last.count('class="notice"') == 2


def test_the_number_beside_the_bell_is_counted_up_to_what_it_shows(app, make, sign_in, many):
    ann, ben = make.user(), make.user()
    many(ann, 300)
    many(ben, 300, groups=5)
    with app.app_context():
        counts = select(unread_count(ann.id), unread_count(ben.id))
        assert tuple(db.session.execute(counts).one()) == (MOST_COUNTED, 5)
    assert 'aria-label="Notifications, 99+ unread"' in sign_in(ann).get("/me").text
