"""Digests: one per person and local day, at seven by their own clock, of what they have not read yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from portal.db import db
from portal.notifications.bell import mark_read
from portal.notifications.digests import due_digests, make_digests
from portal.notifications.models import Mail, Notification, NotificationChoice, OutboxMessage
from portal.notifications.services import Group
from portal.notifications.tasks import look_after_mail

pytestmark = pytest.mark.usefixtures("mail_server")


@pytest.fixture
def at(app, make):
    """Make the digests that are due at a moment of UTC, and return how many mails that made."""

    def run(moment):
        with app.app_context():
            due = due_digests(moment)
        return sum(make.inside(lambda each=each: make_digests(*each, moment)) for each in due)

    return run


@pytest.fixture
def wait_since(make, say, run_jobs):
    """Tell somebody something at a moment of UTC: wait_since(moment, ann, kind="comment")."""

    def run(moment, *people, **words):
        say(*people, **({"kind": "comment"} | words))
        run_jobs()
        newest = select(db.func.max(OutboxMessage.id)).scalar_subquery()
        make.inside(
            lambda: db.session.execute(
                db.update(OutboxMessage)
                .where(OutboxMessage.id > newest - len(people))
                .values(created_at=moment)
            )
        )

    return run


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def waiting(user, moment):
    """What waits for a person's daily digest since a moment."""
    facts = {"kind": "comment", "title": "News", "address": "/requests", "event_key": str(moment)}
    return OutboxMessage(
        recipient_id=user.id, created_at=moment, delivered_at=moment, mail_time="daily", **facts
    )


def test_what_may_wait_comes_in_one_mail_at_seven_by_the_clock_of_each(make, at, wait_since, rows):
    berlin = make.user(email="b@firm.test", time_zone="Europe/Berlin")
    tokyo = make.user(email="t@firm.test", time_zone="Asia/Tokyo")
    plain = make.user(email="p@firm.test")
    wait_since(utc(2027, 1, 4, 12), berlin, tokyo, plain)
    wait_since(utc(2027, 1, 4, 13), berlin)
    made = [at(utc(2027, 1, 4, 21, 59)), at(utc(2027, 1, 4, 22, 0)), at(utc(2027, 1, 5, 5, 59))]
    made += [at(utc(2027, 1, 5, 6, 0)), at(utc(2027, 1, 5, 7, 0)), at(utc(2027, 1, 5, 7, 1))]
    assert made == [0, 1, 0, 1, 1, 0]
    assert rows(select(Mail.user_id).order_by(Mail.id)) == [tokyo.id, berlin.id, plain.id]
    carried = rows(select(OutboxMessage).where(OutboxMessage.recipient_id == berlin.id))
    assert [message.mail_id for message in carried] == [2, 2]
    assert rows(select(OutboxMessage.mail_time).where(OutboxMessage.mail_time.is_not(None))) == []


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Berlin", (2027, 3, 26)),
        ("Europe/Berlin", (2027, 10, 29)),
        ("America/New_York", (2027, 3, 12)),
        ("America/New_York", (2027, 11, 5)),
        # Half an hour of difference, and days that begin at one in the morning.
        ("Australia/Lord_Howe", (2027, 4, 2)),
        ("Africa/Cairo", (2027, 4, 28)),
        ("Pacific/Kiritimati", (2027, 6, 1)),
    ],
)
def test_there_is_exactly_one_each_local_day_when_clocks_change(make, at, zone, first):
    ann, start = make.user(email="ann@firm.test", time_zone=zone), utc(*first)
    make.store(*(waiting(ann, start + timedelta(hours=hours)) for hours in range(0, 24 * 5, 3)))
    local_days, moment = [], start
    while moment < start + timedelta(days=5):
        if at(moment):
            local = moment.astimezone(ZoneInfo(zone))
            local_days.append(local.date())
            assert (local.hour, local.minute) == (7, 0)
        moment += timedelta(minutes=30)
    assert local_days == [local_days[0] + timedelta(days=number) for number in range(len(local_days))]
    assert len(local_days) in (4, 5)


def test_a_worker_that_was_off_at_seven_makes_up_for_it_once_and_the_next_is_on_time(
    make, at, wait_since, rows
):
    ann = make.user(email="ann@firm.test")
    wait_since(utc(2027, 1, 4, 20), ann)
    assert [at(utc(2027, 1, 6, 5, 30)), at(utc(2027, 1, 6, 5, 31))] == [1, 0]
    wait_since(utc(2027, 1, 6, 6), ann)
    assert [at(utc(2027, 1, 6, 6, 59)), at(utc(2027, 1, 6, 7))] == [0, 1]


def test_what_happens_after_seven_waits_for_the_next_day(make, at, wait_since):
    ann = make.user(email="ann@firm.test")
    wait_since(utc(2027, 1, 5, 7, 0), ann)
    assert [at(utc(2027, 1, 5, 12)), at(utc(2027, 1, 6, 6, 59)), at(utc(2027, 1, 6, 7))] == [0, 0, 1]


def test_who_moves_to_another_time_zone_still_gets_one_a_day(make, at, wait_since, rows):
    ann = make.user(email="ann@firm.test", time_zone="Europe/Berlin")
    wait_since(utc(2027, 1, 4, 12), ann)
    assert at(utc(2027, 1, 5, 6)) == 1
    wait_since(utc(2027, 1, 5, 7), ann)
    make.store(_moved(ann, "America/New_York"))
    assert [at(utc(2027, 1, 5, 12)), at(utc(2027, 1, 6, 12))] == [0, 1]


def test_who_moves_far_west_hears_the_next_morning_and_far_east_not_twice_within_hours(make, at, wait_since):
    ann = make.user(email="ann@firm.test", time_zone="Pacific/Kiritimati")
    wait_since(utc(2027, 1, 5, 12), ann)
    assert at(utc(2027, 1, 5, 17)) == 1, "seven on the sixth there"
    wait_since(utc(2027, 1, 5, 18), ann)
    make.store(_moved(ann, "America/Los_Angeles"))
    assert [at(utc(2027, 1, 6, 14, 59)), at(utc(2027, 1, 6, 15))] == [0, 1], "seven on the sixth once more"
    wait_since(utc(2027, 1, 6, 16), ann)
    make.store(_moved(ann, "Pacific/Kiritimati"))
    assert [at(utc(2027, 1, 6, 17)), at(utc(2027, 1, 7, 5)), at(utc(2027, 1, 7, 17))] == [0, 0, 1]


def _moved(user, zone):
    user.time_zone = zone
    return user


def test_a_weekly_digest_comes_on_monday(make, at, wait_since, rows):
    ann = make.user(email="ann@firm.test")
    make.store(NotificationChoice(user_id=ann.id, kind="comment", in_app=True, mail_time="weekly"))
    wait_since(utc(2027, 1, 6, 12), ann)
    # The eleventh is a Monday.
    days = [at(utc(2027, 1, day, 7)) for day in range(7, 14)]
    assert days == [0, 0, 0, 0, 1, 0, 0]
    assert rows(select(Mail.mail_time)) == ["weekly"]


def test_nothing_new_is_no_mail(make, at, wait_since, rows):
    ann = make.user(email="ann@firm.test")
    wait_since(utc(2027, 1, 4, 12), ann)
    make.inside(lambda: mark_read(ann.id))
    assert (at(utc(2027, 1, 5, 7)), rows(select(Mail))) == (0, [])
    assert rows(select(OutboxMessage.mail_time)) == [None]


def test_who_left_gets_no_digest(make, at, wait_since, rows):
    ann = make.user(email="ann@firm.test")
    wait_since(utc(2027, 1, 4, 12), ann)
    ann.status = "disabled"
    make.store(ann)
    assert (at(utc(2027, 1, 5, 7)), rows(select(Mail))) == (0, [])
    assert at(utc(2027, 1, 6, 7)) == 0


def test_two_workers_at_once_make_one_digest(make, at, wait_since, rows, app):
    ann = make.user(email="ann@firm.test")
    wait_since(utc(2027, 1, 4, 12), ann)
    moment = utc(2027, 1, 5, 7)
    with app.app_context():
        due = due_digests(moment)
    # Both saw that it is due before either made it.
    made = [make.inside(lambda: make_digests(*due[0], moment)) for _ in range(2)]
    assert (made, len(rows(select(Mail)))) == ([1, 0], 1)


def test_a_digest_says_by_kind_what_is_new_and_joins_what_belongs_together(
    app, make, handler, wait_since, say, rows, pass_time, run_jobs
):
    ann = make.user(email="ann@firm.test")
    long_ago = utc(2026, 1, 1)
    ratings = Group("rating:1", "new low ratings of “Heron”")
    for number in range(7):
        wait_since(long_ago, ann, kind="rating", title=f"Low {number}", group=ratings, address="/library/h")
    wait_since(long_ago, ann, kind="win", title="“Acme” was won", address="/deals/1")
    wait_since(long_ago, ann, title="Ben wrote", address="/library/h#t1")
    with app.app_context():
        look_after_mail()
    run_jobs()
    (mail,) = handler.mails
    assert mail["Subject"] == "Your day on Tandem: 9 new things"
    text = mail.get_body(("plain",)).get_content()
    parts = ["Comments", "Ben wrote", "/library/h#t1", "Low ratings", "7 new low ratings of “Heron”", "Wins"]
    places = [text.index(part) for part in [*parts, "“Acme” was won"]]
    assert places == sorted(places)
    assert "Low 3" not in text
    assert rows(select(Mail.state)) == ["sent"]
    assert len(rows(select(Notification))) == 9


def test_a_digest_of_very_much_names_the_first_and_counts_the_rest(
    app, make, handler, run_jobs, wait_since, monkeypatch
):
    monkeypatch.setattr("portal.notifications.letters.MOST_LINES", 3)
    ann = make.user(email="ann@firm.test")
    for number in range(5):
        wait_since(utc(2026, 1, 1), ann, title=f"Thing {number}")
    with app.app_context():
        look_after_mail()
    run_jobs()
    text = handler.mails[0].get_body(("plain",)).get_content()
    assert "Thing 2" in text
    assert "Thing 3" not in text
    assert "And 2 more: http://127.0.0.1:8000/notifications" in text


def test_looking_for_digests_costs_one_question_when_none_is_due(app, make, wait_since, count_queries):
    wait_since(utc(2027, 1, 4, 12), *(make.user(email=f"p{number}@firm.test") for number in range(10)))
    with app.app_context(), count_queries() as queries:
        assert due_digests(utc(2027, 1, 4, 12)) == []
    assert len(queries) == 1
