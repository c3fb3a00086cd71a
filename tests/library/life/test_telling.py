"""Owners are told four weeks and two weeks ahead and on the day: once, and of the latest step only."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.jobs import enqueue, nightly_kinds
from portal.library.life.telling import MOST_LINES, tell_of_dates
from portal.library.models import Asset
from portal.notifications.models import Notification, OutboxMessage

DAY = date(2026, 12, 29)


@pytest.fixture
def tell(make, at):
    """Run the nightly job on a day of a month."""

    def run(month: int, day: int) -> int:
        at(2026, month, day, 12)
        return make.inside(tell_of_dates)

    return run


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (
            "review_by",
            ("Please look at “Deck” by 29 Dec 2026.", "“Deck” was to be looked at by 29 Dec 2026."),
        ),
        ("expires_on", ("“Deck” expires on 29 Dec 2026.", "“Deck” expired on 29 Dec 2026.")),
    ],
)
def test_the_owner_is_told_at_each_step_once(make, rows, tell, field, words):
    owner = make.user("marketer")
    make.user("marketer")
    make.asset("Deck", slug="deck", owner=owner, **{field: DAY})
    told = [
        tell(*day) for day in ((11, 30), (12, 1), (12, 2), (12, 14), (12, 15), (12, 16), (12, 29), (12, 30))
    ]
    assert told == [0, 1, 0, 0, 1, 0, 1, 0]
    lines = rows(select(OutboxMessage).order_by(OutboxMessage.id))
    assert {line.recipient_id for line in lines} == {owner.id}
    assert {line.address for line in lines} == {"/library/deck"}
    assert [line.title[: len(words[at == 2])] for at, line in enumerate(lines)] == [
        words[0],
        words[0],
        words[1],
    ]


def test_a_step_that_was_missed_is_told_later_and_only_the_latest(make, rows, tell):
    make.asset("Deck", owner=make.user("marketer"), expires_on=DAY)
    assert [tell(12, 20), tell(12, 21)] == [1, 0]
    assert rows(select(OutboxMessage.event_key))[0].endswith(":2026-12-29:14")
    make.asset("Sheet", owner=make.user("marketer"), expires_on=date(2026, 12, 1))
    assert [tell(12, 22), tell(12, 23)] == [1, 0]


def test_new_dates_are_told_anew(make, rows, tell, sign_in):
    owner = make.user("marketer")
    make.asset("Deck", slug="deck", owner=owner, review_days=10, review_by=DAY)
    assert tell(12, 29) == 1
    sign_in(owner).post("/library/deck/verify")
    assert tell(12, 30) == 1
    ends = [key.split(":", 2)[2] for key in rows(select(OutboxMessage.event_key).order_by(OutboxMessage.id))]
    assert ends == ["2026-12-29:0", "2027-01-08:14"]


def test_without_an_active_owner_all_active_marketers_are_told(make, rows, tell):
    gone = make.user("marketer", status="disabled")
    marketers = {make.user("marketer").id, make.user("marketer").id}
    make.user("manager")
    make.user("admin")
    make.asset("Nobody's", expires_on=DAY)
    make.asset("Hers", owner=gone, expires_on=DAY)
    assert tell(12, 29) == 4
    assert set(rows(select(OutboxMessage.recipient_id))) == marketers


def test_an_owner_in_sales_is_told_and_so_is_somebody_who_can_act(make, rows, tell):
    rep, marketer = make.user("rep"), make.user("marketer")
    make.asset("Deck", owner=rep, review_by=DAY)
    tell(12, 29)
    assert set(rows(select(OutboxMessage.recipient_id))) == {rep.id, marketer.id}


def test_admins_are_told_where_there_is_no_marketer(make, rows, tell):
    admin = make.user("admin")
    make.asset("Deck", review_by=DAY)
    tell(12, 29)
    assert rows(select(OutboxMessage.recipient_id)) == [admin.id]


def test_many_with_the_same_day_are_told_in_one_line_and_once(make, rows, tell, sign_in):
    owner = make.user("marketer")
    for number in range(MOST_LINES + 1):
        make.asset(f"Deck {number}", slug=f"deck-{number}", owner=owner, review_by=DAY)
    assert tell(12, 1) == 1
    (line,) = rows(select(OutboxMessage).where(OutboxMessage.delivered_at.is_(None)))
    assert line.title.startswith("Please look at 6 pieces of content by 29 Dec 2026.")
    assert line.address == "/to-do#due"
    sign_in(owner).post("/library/deck-0/verify")
    assert tell(12, 2) == 0


def test_what_comes_to_the_same_day_later_is_told_though_many_were_told_in_one_line(make, rows, tell):
    owner = make.user("marketer")
    for number in range(MOST_LINES + 1):
        make.asset(f"Deck {number}", owner=owner, review_by=DAY)
    assert tell(12, 1) == 1
    make.asset("Latecomer", owner=owner, review_by=DAY)
    assert [tell(12, 2), tell(12, 3)] == [1, 0]
    assert "Please look at “Latecomer” by" in rows(select(OutboxMessage.title).order_by(OutboxMessage.id))[-1]
    for number in range(MOST_LINES + 1):
        make.asset(f"Sheet {number}", owner=owner, review_by=DAY)
    assert [tell(12, 4), tell(12, 5)] == [1, 0]


def test_a_new_owner_is_told_at_a_step_at_which_the_old_one_was(make, rows, tell):
    first, second = make.user("marketer"), make.user("marketer")
    asset = make.asset("Deck", owner=first, expires_on=DAY)
    assert tell(12, 1) == 1
    make.inside(lambda: setattr(db.session.get_one(Asset, asset.id), "owner_id", second.id))
    assert [tell(12, 2), tell(12, 3)] == [1, 0]
    assert rows(select(OutboxMessage.recipient_id).order_by(OutboxMessage.id)) == [first.id, second.id]


def test_only_published_content_is_told_of_and_one_day_is_told_once(make, rows, tell):
    owner = make.user("marketer")
    for state in ("draft", "in_review", "archived", "from_sales"):
        make.asset(state=state, owner=owner, review_by=DAY, expires_on=DAY)
    assert tell(12, 29) == 0
    make.asset("Deck", owner=owner, review_by=DAY + timedelta(days=3), expires_on=DAY)
    assert tell(12, 29) == 1
    assert rows(select(OutboxMessage.event_key))[0].startswith("expiry:")


def test_it_runs_every_night_and_reaches_the_bell(app, make, rows, run_jobs):
    assert "tell_of_dates" in nightly_kinds
    owner = make.user("marketer")
    title = "x" * 300
    make.asset(title, owner=owner, expires_on=now().date() + timedelta(days=5))
    make.inside(lambda: enqueue("tell_of_dates"))
    run_jobs()
    (line,) = rows(select(Notification))
    assert (line.user_id, line.kind, len(line.title) <= 300) == (owner.id, "life", True)
    assert "Is it still right?" in line.title


def test_it_asks_the_database_few_questions_however_much_is_due(app, make, at, count_queries):
    at(2026, 12, 29, 12)
    for number in range(30):
        owner = make.user("marketer")
        make.asset(owner=owner, review_by=DAY - timedelta(days=number), expires_on=DAY)
    with count_queries() as queries:
        make.inside(tell_of_dates)
    assert len(queries) < 12, queries.statements
