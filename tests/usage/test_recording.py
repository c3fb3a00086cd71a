"""Uses are written down once, mended by further events, and summed as they arrive."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.db import db, now
from portal.errors import Conflict, Invalid
from portal.jobs import Job
from portal.usage.models import FirstUse, UsageDay, UsageEvent
from portal.usage.queries import effective_events, touches, uses_of_deal
from portal.usage.services import NewUse, is_touch, move, record, record_many, remove

MORNING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def world(make):
    """A rep, a deal of theirs, another deal, and a piece of content."""

    class World:
        rep = make.user()
        deal = make.deal(owner=rep)
        other = make.deal(owner=rep)
        asset = make.asset()

    return World


@pytest.fixture
def use(make, world):
    """Record a use through the service: use(kind, deal, known_by)."""

    def record_use(kind="sent", deal=None, at=MORNING, user=None, **fields):
        return make.inside(
            lambda: record(
                asset_id=world.asset.id,
                version_id=world.asset.current_version_id,
                user_id=(user or world.rep).id,
                kind=kind,
                deal_id=deal.id if deal else None,
                at=at,
                **fields,
            )
        )

    return record_use


def test_a_use_is_stored_with_its_deal_and_how_the_deal_is_known(use, world, rows):
    event = use("sent", world.deal, known_by="sticky")
    [stored] = rows(select(UsageEvent))
    assert stored.id == event.id
    assert (stored.kind, stored.deal_id, stored.deal_known_by) == ("sent", world.deal.id, "sticky")
    assert (stored.at, stored.version_id) == (MORNING, world.asset.current_version_id)


def test_the_same_again_within_ten_seconds_is_dropped_but_another_deal_is_not(use, world, rows):
    assert use("viewed") is not None
    assert use("viewed", at=MORNING + timedelta(seconds=9)) is None
    assert use("viewed", world.deal, at=MORNING + timedelta(seconds=9)) is not None
    assert use("downloaded", at=MORNING + timedelta(seconds=9)) is not None
    assert use("viewed", at=MORNING + timedelta(seconds=10)) is not None
    assert len(rows(select(UsageEvent))) == 4


def test_looking_around_while_a_deal_is_chosen_is_no_touch_but_naming_it_is(use, world, rows):
    use("viewed", world.deal, known_by="sticky")
    assert rows(select(FirstUse)) == []
    use("viewed", world.deal, known_by="named", at=MORNING + timedelta(hours=1))
    [first] = rows(select(FirstUse))
    assert (first.first_at, first.uses) == (MORNING + timedelta(hours=1), 1)


@pytest.mark.parametrize("kind", ["sent", "presented", "downloaded"])
def test_sending_presenting_and_downloading_are_touches_however_the_deal_is_known(use, world, rows, kind):
    use(kind, world.deal, known_by="sticky")
    [first] = rows(select(FirstUse))
    assert (first.asset_id, first.deal_id, first.uses) == (world.asset.id, world.deal.id, 1)


def test_the_first_use_is_the_earliest_one_in_whatever_order_they_arrive(use, world, rows):
    use("sent", world.deal)
    use("sent", world.deal, at=MORNING - timedelta(days=3))
    use("sent", world.deal, at=MORNING + timedelta(days=3))
    [first] = rows(select(FirstUse))
    assert (first.first_at, first.uses) == (MORNING - timedelta(days=3), 3)


def test_a_use_counts_on_the_day_of_the_organisations_calendar(app, use, world, rows):
    app.config["ORGANISATION_TIME_ZONE"] = "Asia/Tokyo"
    use("viewed", at=datetime(2026, 3, 2, 22, 0, tzinfo=UTC))
    use("viewed", at=datetime(2026, 3, 3, 2, 0, tzinfo=UTC))
    [day] = rows(select(UsageDay))
    assert (day.day, day.uses, day.kind) == (date(2026, 3, 3), 2, "viewed")


def test_many_uses_in_a_row_ask_for_the_assets_summary_once(use, world, rows):
    for minutes in range(3):
        use("viewed", at=MORNING + timedelta(minutes=minutes))
    waiting = select(Job).where(Job.kind == "refresh_use")
    assert [job.subject_id for job in rows(waiting)] == [world.asset.id]


def test_an_unknown_kind_is_refused(use):
    with pytest.raises(Invalid, match="viewed, downloaded, presented, sent"):
        use("stared_at")


def test_moving_a_use_takes_it_from_one_deal_to_the_other(app, make, use, world, rows):
    event = use("sent", world.deal)
    make.inside(lambda: move(db.session.get_one(UsageEvent, event.id), world.other.id, world.rep))
    [counting] = rows(effective_events())
    assert (counting.deal_id, counting.corrects_id) == (world.other.id, event.id)
    assert (counting.corrected_by_id, counting.deal_known_by) == (world.rep.id, "named")
    assert counting.at == MORNING
    assert [first.deal_id for first in rows(select(FirstUse))] == [world.other.id]
    assert len(rows(select(UsageEvent))) == 2, "the wrong event is kept"
    with app.app_context():
        assert db.session.execute(uses_of_deal(world.deal.id)).all() == []
        assert [user.id for _, user in db.session.execute(uses_of_deal(world.other.id))] == [world.rep.id]


def test_moving_the_first_of_two_uses_leaves_the_later_one_as_the_first(make, use, world, rows):
    first = use("sent", world.deal)
    use("presented", world.deal, at=MORNING + timedelta(days=2))
    make.inside(lambda: move(db.session.get_one(UsageEvent, first.id), world.other.id, world.rep))
    found = {row.deal_id: (row.first_at, row.uses) for row in rows(select(FirstUse))}
    assert found == {world.deal.id: (MORNING + timedelta(days=2), 1), world.other.id: (MORNING, 1)}


def test_a_removed_use_still_counts_for_the_content_but_for_no_deal(make, use, world, rows):
    event = use("sent", world.deal)
    make.inside(lambda: remove(db.session.get_one(UsageEvent, event.id), world.rep))
    [counting] = rows(effective_events())
    assert (counting.deal_id, counting.deal_known_by) == (None, None)
    assert rows(select(FirstUse)) == []
    assert [day.uses for day in rows(select(UsageDay))] == [1]


def test_a_use_is_corrected_once_and_then_only_its_correction_can_be(make, use, world):
    event = use("sent", world.deal)
    moved = make.inside(lambda: move(db.session.get_one(UsageEvent, event.id), world.other.id, world.rep))
    with pytest.raises(Conflict, match="corrected meanwhile"):
        make.inside(lambda: remove(db.session.get_one(UsageEvent, event.id), world.rep))
    back = make.inside(lambda: move(db.session.get_one(UsageEvent, moved.id), world.deal.id, world.rep))
    assert back.corrects_id == moved.id


def test_moving_to_the_same_deal_or_removing_from_none_is_refused(make, use, world):
    event = use("sent", world.deal)
    with pytest.raises(Conflict, match="on that deal already"):
        make.inside(lambda: move(db.session.get_one(UsageEvent, event.id), world.deal.id, world.rep))
    loose = use("viewed")
    with pytest.raises(Conflict, match="on no deal"):
        make.inside(lambda: remove(db.session.get_one(UsageEvent, loose.id), world.rep))


def test_uses_from_a_file_give_what_the_same_uses_one_by_one_would(make, use, world, rows):
    use("sent", world.deal)
    batch = [
        NewUse(MORNING - timedelta(days=1), world.asset.id, "viewed", world.rep.id, None, world.deal.id, "imported"),
        NewUse(MORNING, world.asset.id, "sent", world.rep.id, None, world.deal.id, "imported"),
        NewUse(MORNING, world.asset.id, "sent", world.rep.id, None, world.other.id, "imported"),
        NewUse(MORNING, world.asset.id, "viewed", None),
    ]  # fmt: skip
    assert make.inside(lambda: record_many(batch)) == 4
    firsts = {row.deal_id: (row.first_at, row.uses) for row in rows(select(FirstUse))}
    assert firsts == {world.deal.id: (MORNING - timedelta(days=1), 3), world.other.id: (MORNING, 1)}
    days = {(row.day, row.kind): row.uses for row in rows(select(UsageDay))}
    assert days == {(date(2026, 3, 2), "sent"): 3, (date(2026, 3, 1), "viewed"): 1}


def test_a_source_key_is_taken_once_within_and_across_files(make, world, rows):
    one = NewUse(now(), world.asset.id, "sent", world.rep.id, source_key="a")
    assert make.inside(lambda: record_many([one, one])) == 1
    assert make.inside(lambda: record_many([one])) == 0
    assert rows(select(func.count()).select_from(UsageEvent)) == [1]


@pytest.mark.parametrize("kind", ["viewed", "sent"])
@pytest.mark.parametrize("known_by", [None, "named", "sticky", "inferred", "imported"])
def test_what_is_a_touch_is_the_same_before_and_after_it_is_stored(use, world, rows, kind, known_by):
    use(kind, world.deal if known_by else None, known_by=known_by)
    found = rows(effective_events().where(UsageEvent.deal_id.is_not(None), touches()))
    assert bool(found) is is_touch(kind, world.deal.id if known_by else None, known_by)
    assert bool(found) is (known_by is not None and (kind == "sent" or known_by in ("named", "imported")))


@pytest.mark.parametrize("who", [{"role": "marketer"}, {"role": "admin"}, {"is_test": True}])
def test_marketings_own_uses_and_those_of_test_users_are_counted_nowhere(make, world, use, rows, who):
    nobody = make.user(**who)
    assert use("sent", world.deal, user=nobody) is None
    new = NewUse(
        MORNING, world.asset.id, "sent", user_id=nobody.id, deal_id=world.deal.id, known_by="imported"
    )
    assert make.inside(lambda: record_many([new])) == 0
    for table in (UsageEvent, UsageDay, FirstUse):
        assert rows(select(func.count()).select_from(table)) == [0]
