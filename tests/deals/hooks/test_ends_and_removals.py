"""Updates that say only how a deal ended, or that it is gone from its CRM."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from portal.db import now
from portal.deals.models import Deal, DealChange, DealImport, StageEntry
from portal.usage.sums import local_day
from tests.deals.hooks.test_updates import NEW, nothing_is_written


@pytest.fixture
def today(app):
    with app.app_context():
        return local_day(now())


@pytest.mark.parametrize("said", [{"status": "won"}, {"Deal Status": "Lost"}, {"is won": True}])
def test_a_status_alone_ends_a_deal_today_and_leaves_its_stage(post, table, today, said):
    post(NEW)
    assert post({"id": "D1", **said}).json["outcome"] == "changed"
    end = "lost" if "Deal Status" in said else "won"
    assert table(Deal.status, Deal.stage, Deal.closed_on) == [(end, "Proposal", today)]


def test_a_stage_that_ends_a_deal_closes_it_today_unless_a_day_is_named(post, table, today):
    post(NEW)
    assert post({"id": "D1", "stage": "Closed Won"}).status_code == 200
    assert table(Deal.status, Deal.stage, Deal.closed_on) == [("won", "Closed Won", today)]
    assert post({"id": "D1", "stage": "Closed Lost", "close date": "2026-02-03"}).status_code == 200
    assert table(Deal.status, Deal.closed_on) == [("lost", date(2026, 2, 3))]
    post({"id": "D1", "stage": "Closed Won", "close date": ""})
    assert table(Deal.status, Deal.closed_on) == [("won", date(2026, 2, 3))]


def test_a_status_opens_a_deal_again(post, table):
    post(NEW)
    post({"id": "D1", "status": "lost"})
    assert post({"id": "D1", "status": "open"}).json["outcome"] == "changed"
    assert table(Deal.status, Deal.stage, Deal.closed_on) == [("open", "Proposal", None)]


def test_a_status_that_the_stage_contradicts_is_refused_with_the_stage(post, table):
    post({**NEW, "stage": "Closed Won", "close date": "2026-02-03"})
    answer = post({"id": "D1", "status": "lost"})
    assert (answer.status_code, answer.json["field"]) == (422, "stage")
    assert "“Closed Won”" in answer.json["error"]
    assert table(Deal.status) == [("won",)]


def test_a_new_deal_that_is_closed_has_to_say_when(post, rows):
    answer = post({**NEW, "status": "won"})
    assert (answer.status_code, answer.json["field"]) == (422, "closed")
    assert "close date" in answer.json["error"]
    assert nothing_is_written(rows)


@pytest.mark.parametrize(
    "said", [{"removed": True}, {"Is Deleted": "true"}, {"removed": "yes", "stage": "X"}]
)
def test_a_removed_deal_leaves_the_lists_and_comes_back_with_its_next_update(post, table, rows, said):
    post(NEW)
    answer = post({"id": "D1", **said})
    assert (answer.status_code, answer.json["outcome"]) == (200, "removed")
    ((removed_at, stage),) = table(Deal.removed_at, Deal.stage)
    assert (removed_at is not None, stage) == (True, "Proposal")
    assert rows(select(DealChange.import_id)) == [1, answer.json["import_id"]]
    assert post({"id": "D1", "removed": True, "nonce": 2}).json["outcome"] == "unchanged"
    back = post({"id": "D1", "removed": False})
    assert (back.json["outcome"], back.json["ignored"]) == ("changed", [])
    assert table(Deal.removed_at) == [(None,)]
    assert rows(select(StageEntry.stage)) == ["Proposal"]


def test_a_removal_can_be_undone(app, make, sign_in, post, run_jobs, rows):
    post(NEW)
    number = post({"id": "D1", "removed": True}).json["import_id"]
    client = sign_in(make.user("admin"))
    page = client.get(f"/deals/import/{number}").text
    assert "Undo this import" in page
    assert "nothing changed" not in page
    client.post(f"/deals/import/{number}/undo")
    run_jobs()
    assert rows(select(Deal.removed_at)) == [None]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"id": "D9", "removed": True}, "id"),
        ({"removed": True}, "id"),
        ({"id": "D1", "removed": "perhaps"}, "removed"),
    ],
)
def test_a_removal_of_nothing_known_is_refused(post, rows, said, field):
    answer = post(said)
    assert (answer.status_code, answer.json["field"]) == (422, field)
    assert rows(select(func.count()).select_from(DealImport)) == [0]
