"""Undoing an import puts the database back row for row, unless people have built on what it brought."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from portal.db import db, unit_of_work
from portal.deals.comparing import compare
from portal.deals.models import Account, CurrencyRate, Deal, DealImport, ImportLayout, StageEntry
from portal.deals.services import apply_import, read_deal_files
from portal.deals.undoing import later_imports
from portal.feedback.models import Thread
from portal.usage.models import FirstUse, UsageDay, UsageEvent
from portal.users.models import User
from tests.deals.conftest import LOST, OPEN, WON
from tests.deals.dumping import differences, dump

HISTORY = "deal_id,stage,entered_at,amount"
USES = "at,user_email,asset,kind,deal_id"


@pytest.fixture
def undone(app, run, run_jobs, rows):
    """Import a file by command, undo it, and return what differs from before: nothing, or rows by table."""

    def differ(*arguments):
        before = dump(app)
        imported = run(*arguments)
        assert imported.exit_code == 0, imported.output
        run_jobs()
        assert dump(app) != before, "the import did something"
        result = run("deals", "undo", max(rows(select(DealImport.id))))
        assert result.exit_code == 0, result.output
        run_jobs()
        return differences(before, dump(app))

    return differ


def test_new_deals_go_with_their_stages_accounts_and_owners(undone, write):
    assert undone("deals", "import", write(WON, LOST, OPEN)) == {}


def test_changed_deals_get_every_column_back(undone, report, write):
    report("deals", "import", write(WON, LOST, OPEN))
    moved = (
        OPEN.replace("Proposal,3000", "Negotiation,3500").replace("Acme", "Other").replace("Al Fox", "Bo Ray")
    )
    reopened = "D2,Second again,Beta,Jo Day,jo@example.com,Proposal,2000,USD,2026-01-05,2026-12-09"
    assert undone("deals", "import", write(WON, reopened, moved)) == {}


def test_accounts_and_people_of_other_files_are_as_they_were(undone, report, write):
    report("deals", "import", write(WON, OPEN))
    accounts = write(
        "Acme,Energy,EMEA", "New,Retail,APAC", header="account,industry,region", name="accounts.csv"
    )
    users = write(
        "Al Fox,al@example.com,West", "Cy Lee,cy@example.com,East", header="name,email,team", name="users.csv"
    )
    assert undone("deals", "import", write(WON, OPEN), "--accounts", accounts, "--users", users) == {}


def test_a_stage_history_gives_back_what_it_replaced(undone, report, write):
    report("deals", "import", write(WON, OPEN))
    lines = ("D3,Discovery,2026-02-01,2000", "D3,Proposal,2026-02-09,3000", "D1,Proposal,2026-01-20,950")
    assert undone("deals", "import-history", write(*lines, header=HISTORY, name="history.csv")) == {}


@pytest.mark.parametrize("rate", [None, 1_100_000_000])
def test_a_size_in_another_currency_is_put_back_as_it_was_told(undone, report, make, write, rate):
    if rate:
        make.store(CurrencyRate(currency="EUR", valid_from=date(2026, 1, 1), rate_nano=rate))
    report("deals", "import", write(OPEN.replace("USD", "EUR"), WON))
    closed = OPEN.replace("Proposal,3000,USD", "Closed Won,3500,SEK").replace("2026-12-01", "2026-03-04")
    assert undone("deals", "import", write(closed)) == {}
    history = write("D1,Proposal,2026-01-20,950", header=HISTORY, name="history.csv")
    assert undone("deals", "import-history", history) == {}


def test_removed_deals_are_there_again(undone, report, write):
    lines = [OPEN.replace("D3", f"D{number}") for number in range(10, 20)]
    report("deals", "import", write(*lines))
    assert undone("deals", "import", write(*lines[1:]), "--complete") == {}


def test_imported_uses_go_with_their_figures_people_and_content(undone, report, make, write):
    report("deals", "import", write(WON, OPEN))
    rep = make.user("rep", email="rep@example.com")
    asset = make.asset("Deck", use_count=1, last_used_on=date(2026, 3, 2))
    make.use(asset, rep, kind="sent", at=datetime(2026, 3, 2, 9, tzinfo=UTC))
    make.store(UsageDay(day=date(2026, 3, 2), asset_id=asset.id, user_id=rep.id, kind="sent", uses=1))
    lines = (
        "2026-03-01,rep@example.com,Deck,share,D3",
        "2026-03-02,rep@example.com,Deck,share,D3",
        "2026-03-02,new@example.com,Brochure,share,D1",
        "2026-03-03,new@example.com,Brochure,view,",
    )
    path = write(*lines, header=USES, name="uses.csv")
    assert undone("usage", "import", path, "--create") == {}


def test_deals_that_people_built_on_stay_and_are_marked(app, run, report, make, rows, write):
    report("deals", "import", write(WON, LOST, OPEN))
    rep, asset = make.user("rep"), make.asset("Deck")
    [used] = rows(select(Deal).where(Deal.external_id == "D3"))
    [discussed] = rows(select(Deal).where(Deal.external_id == "D1"))
    make.use(asset, rep, kind="sent", deal=used)
    make.store(Thread(deal_id=discussed.id))
    result = run("deals", "undo", "1")
    assert result.exit_code == 0
    assert "2 deals that came new with it stay, marked as no longer in the CRM" in result.output
    left = rows(select(Deal).order_by(Deal.external_id))
    assert [(deal.external_id, deal.removed_at is not None) for deal in left] == [("D1", True), ("D3", True)]
    assert [account.name for account in rows(select(Account))] == ["Acme"], "Beta is named by nobody any more"
    assert len(rows(select(FirstUse))) == 1
    assert rows(select(DealImport.state)) == ["undone"]


def test_a_use_that_somebody_moved_stays(run, report, make, rows, write, app, sign_in):
    report("deals", "import", write(WON, OPEN))
    rep = make.user("rep", email="rep@example.com")
    make.asset("Deck")
    lines = ("2026-03-01,rep@example.com,Deck,share,D3", "2026-03-05,rep@example.com,Deck,share,D3")
    report("usage", "import", write(*lines, header=USES, name="uses.csv"))
    event = rows(select(UsageEvent).order_by(UsageEvent.id))[0]
    [other] = rows(select(Deal).where(Deal.external_id == "D1"))
    make.store(
        UsageEvent(
            at=event.at, user_id=rep.id, asset_id=event.asset_id, kind="sent", deal_id=other.id,
            deal_known_by="named", corrects_id=event.id,
        )
    )  # fmt: skip
    result = run("deals", "undo", "2")
    assert "1 use stays" in result.output
    assert len(rows(select(UsageEvent))) == 2


def test_later_imports_of_the_same_rows_stand_in_the_way_by_name(run, report, rows, write):
    report("deals", "import", write(OPEN))
    report("deals", "import", write(OPEN.replace("3000", "3100"), name="second.csv"))
    result = run("deals", "undo", "1")
    assert result.exit_code == 1
    assert "Later imports changed the same rows: second.csv (import 2). Undo those first." in result.output
    assert run("deals", "undo", "2").exit_code == 0
    assert rows(select(Deal.amount_minor)) == [300_000]
    assert run("deals", "undo", "1").exit_code == 0
    assert rows(select(Deal)) == []


def test_a_layout_that_a_later_import_changed_stays_and_holds_nothing_up(app, run, report, rows, write):
    before = dump(app)
    report("deals", "import", write("A1,First,Open", header="id,name,stage", name="a.csv"))
    first = dump(app)
    report("deals", "import", write("B1,Open,5", header="id,stage,Value", name="b.csv"))
    [layout] = [one.layout for one in rows(select(ImportLayout))]
    result = run("deals", "undo", "1")
    assert result.exit_code == 0, result.output
    said = "1 remembered layout of columns stays as it is now: a later import changed it."
    assert said in result.output
    assert result.output.count("taken away") == 1, "the deal alone"
    assert rows(select(Deal.external_id)) == ["B1"]
    assert [one.layout for one in rows(select(ImportLayout))] == [layout]
    assert run("deals", "undo", "2").exit_code == 0
    assert differences(before, dump(app)) == {}, "the later one takes away what both had made"
    assert first != before


def test_a_layout_that_three_imports_changed_goes_back_step_by_step(app, run, report, rows, write):
    layouts = []
    for number, header in enumerate(("id,stage", "id,stage,Value", "id,stage,Value,owner"), start=1):
        cells = (f"A{number}", "Open", "5", "Jo")[: header.count(",") + 1]
        report("deals", "import", write(",".join(cells), header=header, name=f"{number}.csv"))
        layouts += [one.layout for one in rows(select(ImportLayout))]
    assert run("deals", "undo", "2").exit_code == 0
    assert [one.layout for one in rows(select(ImportLayout))] == [layouts[2]]
    assert run("deals", "undo", "3").exit_code == 0
    assert [one.layout for one in rows(select(ImportLayout))] == [layouts[0]]
    assert run("deals", "undo", "1").exit_code == 0
    assert rows(select(ImportLayout)) == []


def test_an_import_is_undone_once_and_its_file_can_come_again(run, report, rows, write):
    path = write(WON, OPEN)
    report("deals", "import", path)
    assert run("deals", "undo", "1").exit_code == 0
    again = run("deals", "undo", "1")
    assert (again.exit_code, "was undone already" in again.output) == (1, True)
    assert report("deals", "import", path)["new"] == 2
    assert len(rows(select(StageEntry))) == 1
    assert "no import 99" in run("deals", "undo", "99").output


def test_a_dry_run_only_says_what_would_be_put_back(app, run, report, write):
    report("deals", "import", write(WON, OPEN))
    before = dump(app)
    result = run("deals", "undo", "1", "--dry-run")
    assert "2 deals that came new with it" in result.output
    assert dump(app) == before


def test_an_import_of_before_says_that_it_cannot_be_undone(run, make, report, write):
    make.store(DealImport(kind="deals", source="csv", filename="old.csv", state="applied", report={"new": 1}))
    result = run("deals", "undo", "1")
    assert (result.exit_code, "before imports kept all" in result.output) == (1, True)


def test_what_stands_in_the_way_is_what_was_written_later_not_what_was_handed_in_later(app, report, write):
    report("deals", "import", write(OPEN))
    with app.app_context(), unit_of_work():
        # Somebody hands a file in, and says yes to it only after another one came and went.
        waiting = DealImport(kind="deals", source="csv", filename="slow.csv", state="planned")
        db.session.add(waiting)
        db.session.flush()
        slow = waiting.id
    report("deals", "import", write(OPEN.replace("3000", "3100"), name="quick.csv"))
    late = write(OPEN.replace("3000", "3200"), name="slow.csv")
    with app.app_context(), unit_of_work():
        row = db.session.get_one(DealImport, slow)
        apply_import(row, compare(read_deal_files((late, "slow.csv")), "csv"))
    with app.app_context():
        first, slow_row, quick = db.session.scalars(select(DealImport).order_by(DealImport.id))
        assert [row.id for row in later_imports(quick)] == [slow]
        assert later_imports(slow_row) == []
        assert {row.id for row in later_imports(first)} == {slow, quick.id}


def test_accounts_and_people_that_another_undo_needs_stay(run, report, rows, write):
    report("deals", "import", write(OPEN))
    report("deals", "import", write("D9,Ninth,Gamma,Bo Ray,,Proposal,1,USD,2026-02-01,", name="b.csv"))
    moved = OPEN.replace("Acme", "Gamma").replace("Al Fox", "Bo Ray")
    report("deals", "import", write(moved, name="c.csv"))
    report("deals", "import", write(OPEN, name="d.csv"))
    assert run("deals", "undo", "2").exit_code == 0
    result = run("deals", "undo", "4")
    assert result.exit_code == 0, result.output
    assert rows(select(Account.name).join(Deal, Deal.account_id == Account.id)) == ["Gamma"]
    assert rows(select(User.name).join(Deal, Deal.owner_id == User.id)) == ["Bo Ray"]
