"""Rows that the CRM changed before the portal learnt what they would put back are told, and not applied."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.db import db, now
from portal.deals.models import Account, Deal, DealImport
from portal.usage.sums import local_day
from portal.users.models import User

HEADER = "id,stage,amount,Last Modified Date"


@pytest.fixture
def bring(app, tmp_path):
    """Import lines under a header by the command; returns its report."""

    def run(*lines, header=HEADER, complete=False):
        path = tmp_path / "deals.csv"
        path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
        args = ["deals", "import", str(path), "--json", *["--complete"] * complete]
        result = app.test_cli_runner().invoke(args=args)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run


@pytest.fixture
def days(app):
    """Today and days before it, as a file has them: days(3) is three days ago."""

    def ago(count=0):
        with app.app_context():
            return (local_day(now()) - timedelta(days=count)).isoformat()

    return ago


def test_a_row_that_would_put_back_an_older_state_is_refused_with_both_days(bring, rows, days):
    bring(f"D1,Proposal,100,{days(3)}")
    bring(f"D1,Negotiation,100,{days()}")
    report = bring(f"D1,Proposal,100,{days(3)}", f"D2,Proposal,5,{days(3)}")
    assert (report["new"], report["changed"], report["refused"]) == (1, 0, 1)
    (refused,) = report["rows_refused"]
    assert (refused["line"], refused["field"], refused["value"]) == (2, "modified", days(3))
    assert days() in refused["reason"]
    assert sorted(rows(select(Deal.stage))) == ["Negotiation", "Proposal"]


def test_a_row_that_the_crm_put_back_itself_is_taken(bring, rows, days):
    bring(f"D1,Proposal,100,{days(3)}")
    bring(f"D1,Negotiation,100,{days(1)}")
    assert bring(f"D1,Proposal,100,{days()}")["changed"] == 1
    assert rows(select(Deal.stage)) == ["Proposal"]


def test_a_file_with_more_columns_is_no_older_state(bring, rows, days):
    bring(f"D1,Proposal,100,{days(3)}")
    report = bring(f"D1,Proposal,100,{days(3)},Retail", header=f"{HEADER},industry")
    assert (report["changed"], report["refused"]) == (1, 0)
    assert rows(select(Deal.industry)) == ["Retail"]


@pytest.mark.parametrize("cell", ["", "yesterday"])
def test_a_row_without_a_day_of_change_is_taken_as_it_is(bring, rows, days, cell):
    bring(f"D1,Proposal,100,{days(3)}")
    bring(f"D1,Negotiation,100,{days()}")
    assert bring(f"D1,Proposal,100,{cell}", f"D9,Proposal,1,{days()}")["changed"] == 1
    assert rows(select(Deal.stage).where(Deal.external_id == "D1")) == ["Proposal"]


def test_a_size_that_only_follows_the_amount_puts_nothing_back(bring, rows, days):
    bring(f"D1,Proposal,100,{days(3)}")
    bring(f"D1,Proposal,0,{days(1)}")
    report = bring(f"D1,Proposal,120,{days(1)}")
    assert (report["changed"], report["refused"]) == (1, 0)
    assert rows(select(Deal.size_amount_minor)) == [120_00]


def test_what_somebody_changed_here_since_makes_no_row_older(app, bring, rows, days):
    bring(f"D1,Proposal,100,{days(5)}")
    bring(f"D1,Negotiation,100,{days(4)}")
    with app.app_context():
        # The file came three days ago; the deal's own time of change is today's, as after new exchange rates.
        earlier = now() - timedelta(days=3)
        db.session.execute(update(DealImport).values(applied_at=earlier, created_at=earlier))
        db.session.commit()
    assert bring(f"D1,Proposal,100,{days(1)}")["changed"] == 1
    assert rows(select(Deal.stage)) == ["Proposal"]


def test_a_file_that_lay_about_makes_no_later_change_of_the_crm_older(bring, rows, days):
    bring(f"D1,Proposal,100,{days(9)}")
    # Exported three days ago and brought only today; the CRM took it back the day after.
    bring(f"D1,Negotiation,100,{days(3)}")
    assert bring(f"D1,Proposal,100,{days(2)}")["changed"] == 1
    assert rows(select(Deal.stage)) == ["Proposal"]


def test_an_older_state_is_told_though_something_else_changed_since(bring, rows, days):
    bring(f"D1,Proposal,100,{days(3)}")
    bring(f"D1,Negotiation,100,{days(1)}")
    bring(f"D1,Negotiation,200,{days()}")
    assert bring(f"D1,Proposal,150,{days(3)}", f"D2,Proposal,5,{days(3)}")["refused"] == 1
    assert "Negotiation" in rows(select(Deal.stage))


def test_a_deal_that_a_file_lacked_comes_back_though_its_crm_never_changed_it(bring, rows, days):
    lines = [f"D{number},Proposal,100,{days(9)}" for number in range(1, 6)]
    bring(*lines)
    bring(*lines[1:], complete=True)
    assert rows(select(Deal.external_id).where(Deal.removed_at.is_not(None))) == ["D1"]
    report = bring(*lines, complete=True)
    assert (report["changed"], report["refused"]) == (1, 0)
    assert rows(select(Deal.external_id).where(Deal.removed_at.is_not(None))) == []


def test_a_row_that_is_left_out_makes_no_person_and_no_account(bring, rows, days):
    header = f"{HEADER},owner,account"
    bring(f"D1,Proposal,100,{days(3)},Al Fox,Acme", header=header)
    bring(f"D1,Negotiation,100,{days()},Al Fox,Acme", header=header)
    lines = f"D1,Proposal,100,{days(3)},Old Owner,Old Account", f"D2,Proposal,7,{days()},Jo Day,Beta"
    report = bring(*lines, header=header)
    assert (report["new"], report["refused"], report["totals"]["deals"]) == (1, 1, 1)
    assert sorted(rows(select(User.name))) == ["Al Fox", "Jo Day"]
    assert sorted(rows(select(Account.name))) == ["Acme", "Beta"]
