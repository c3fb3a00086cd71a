"""`flask deals import` and `import-history`: what is taken, kept and reported."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from portal.deals import services
from portal.deals.models import Account, Deal, DealChange, DealImport, StageEntry
from portal.jobs import Job
from portal.storage import Stored
from portal.users.models import User
from tests.deals.conftest import LOST, OPEN, WON, counts


def test_deals_are_stored_with_their_facts(write, report, rows):
    said = report("deals", "import", write(WON, LOST, OPEN))
    assert counts(said) == (3, 0, 0, 0)
    totals = {"deals": 3, "open": 1, "won": 1, "lost": 1, "won_value": 1054.5, "currency": "USD"}
    assert said["totals"] == totals
    won, _, is_open = rows(select(Deal).order_by(Deal.external_id))
    assert (won.source, won.name, won.status, won.stage) == ("csv", "First", "won", "Closed Won")
    assert (won.amount_minor, won.base_amount_minor, won.currency) == (105_450, 105_450, "USD")
    assert (won.created_on, won.closed_on) == (date(2026, 1, 2), date(2026, 2, 3))
    assert (is_open.status, is_open.closed_on, is_open.expected_close) == ("open", None, date(2026, 12, 1))


def test_the_same_file_twice_changes_nothing(write, report, rows):
    path = write(WON, LOST, OPEN)
    report("deals", "import", path)
    before = rows(select(Deal.changed_at))
    assert counts(report("deals", "import", path)) == (0, 0, 3, 0)
    assert rows(select(Deal.changed_at)) == before
    assert len(rows(select(DealChange))) == 3


def test_a_dry_run_says_the_same_and_writes_nothing(write, report, rows):
    assert counts(report("deals", "import", write(WON, OPEN), "--dry-run")) == (2, 0, 0, 0)
    for table in (Deal, Account, User, DealImport):
        assert rows(select(func.count()).select_from(table)) == [0]


def test_a_changed_deal_keeps_what_it_was_before(write, report, rows):
    report("deals", "import", write(OPEN))
    said = report("deals", "import", write("D3,Third,Acme,Al Fox,,Closed Won,3500,USD,2026-02-01,2026-03-04"))
    assert counts(said) == (0, 1, 0, 0)
    [deal] = rows(select(Deal))
    assert (deal.status, deal.amount_minor, deal.closed_on) == ("won", 350_000, date(2026, 3, 4))
    new, changed = rows(select(DealChange).order_by(DealChange.id))
    assert new.before is None
    assert datetime.fromisoformat(changed.before.pop("changed_at")) < deal.changed_at
    assert changed.before == {
        "stage": "Proposal",
        "crm_stage": "Proposal",
        "crm_status": "open",
        "status": "open",
        "closed_on": None,
        "amount_minor": 300_000,
        "base_amount_minor": 300_000,
        "stages_added": [["Closed Won", "2026-03-04"]],
    }
    assert changed.import_id == rows(select(func.max(DealImport.id)))[0]


def test_the_size_of_a_deal_is_its_amount_before_it_closed(write, report, rows):
    report("deals", "import", write(OPEN))
    report("deals", "import", write("D3,Third,Acme,Al Fox,,Proposal,4000,USD,2026-02-01,2026-12-01"))
    report("deals", "import", write("D3,Third,Acme,Al Fox,,Closed Lost,0,USD,2026-02-01,2026-03-04"))
    assert rows(select(Deal.size_minor)) == [400_000]


@pytest.mark.parametrize(("lost_amount", "size"), [("2000", 105_450), ("0", None), ("", None)])
def test_closing_amounts_are_a_size_only_where_lost_deals_carry_one(write, report, rows, lost_amount, size):
    report("deals", "import", write(WON, LOST.replace("2000", lost_amount)))
    assert rows(select(Deal.size_minor).where(Deal.external_id == "D1")) == [size]


def test_amounts_in_another_currency_are_kept_but_left_out_of_sums(write, report, rows):
    said = report("deals", "import", write(WON.replace("USD", "EUR"), LOST))
    [won] = rows(select(Deal).where(Deal.external_id == "D1"))
    assert (won.amount_minor, won.currency, won.base_amount_minor, won.size_minor) == (
        105_450,
        "EUR",
        None,
        None,
    )
    assert said["totals"]["won_value"] == 0
    assert "1 amount not in USD stays out of all sums: no rate is known." in said["notes"]


def test_a_file_without_a_column_leaves_what_was_known(write, report, rows):
    report("deals", "import", write(OPEN))
    said = report("deals", "import", write("D3,Negotiation", header="id,stage", name="short.csv"))
    assert counts(said) == (0, 1, 0, 0)
    [deal] = rows(select(Deal))
    assert (deal.stage, deal.name, deal.amount_minor) == ("Negotiation", "Third", 300_000)
    assert deal.owner_id is not None
    assert deal.account_id is not None
    assert deal.expected_close == date(2026, 12, 1)


def test_the_same_id_of_another_source_is_another_deal(write, report, rows):
    path = write(OPEN)
    report("deals", "import", path)
    assert counts(report("deals", "import", path, "--source", "salesforce")) == (1, 0, 0, 0)
    assert sorted(rows(select(Deal.source))) == ["csv", "salesforce"]


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "utf-8-sig"])
def test_other_encodings_are_read(tmp_path, report, rows, encoding):
    path = tmp_path / "deals.csv"
    path.write_bytes("id;name;stage\nD1;Müller Söhne;Angebot\n".encode(encoding))
    assert counts(report("deals", "import", path)) == (1, 0, 0, 0)
    assert rows(select(Deal.name)) == ["Müller Söhne"]


def test_html_and_emoji_are_kept_as_they_are(write, report, rows):
    report("deals", "import", write("D1,<b>Big</b> 🚀,Acme,Jo,,Proposal,10,USD,,"))
    assert rows(select(Deal.name)) == ["<b>Big</b> 🚀"]


def test_an_import_has_the_figures_computed_anew_once(write, report, rows):
    report("deals", "import", write(OPEN))
    report("deals", "import", write(WON))
    assert rows(select(func.count()).select_from(Job).where(Job.kind == "compute_impact")) == [1]


def test_history_adds_entries_once_and_refuses_unknown_deals(write, report, rows):
    report("deals", "import", write(OPEN, LOST))
    path = write(
        "D3,Discovery,2026-02-01",
        "D3,Proposal,2026-02-09T10:00:00",
        "D8,Discovery,2026-02-01",
        header="deal_id,stage,entered_at",
        name="history.csv",
    )
    said = report("deals", "import-history", path)
    assert counts(said) == (2, 0, 0, 1)
    assert said["rows_refused"][0]["line"] == 4
    assert "no deal with this id" in said["rows_refused"][0]["reason"]
    assert rows(select(StageEntry.stage).order_by(StageEntry.entered_on)) == ["Discovery", "Proposal"]
    assert counts(report("deals", "import-history", path)) == (0, 0, 2, 1)
    kept = rows(select(DealChange).order_by(DealChange.id.desc()).limit(1))[0]
    assert kept.before["stages_added"] == [["Discovery", "2026-02-01"], ["Proposal", "2026-02-09"]]


def test_history_tells_the_size_that_a_closed_deal_had(write, report, rows):
    report("deals", "import", write(WON))
    path = write(
        "D1,Discovery,2026-01-02,900",
        "D1,Proposal,2026-01-20,950",
        "D1,Closed Won,2026-02-03,1054.50",
        "D1,Proposal,2026-02-20,1",
        header="deal_id,stage,entered_at,amount",
        name="history.csv",
    )
    report("deals", "import-history", path)
    assert rows(select(Deal.size_minor)) == [95_000]


def test_people_read_the_report_as_lines(write, run):
    result = run("deals", "import", write(OPEN, "D4,Fourth,,,,Won,5,USD,,"))
    assert "deals.csv: 1 new, 0 changed, 0 unchanged, 1 refused" in result.output
    assert "Refused deals.csv, line 3 closed" in result.output


@pytest.mark.parametrize(("order", "day"), [("dmy", date(2026, 4, 3)), ("mdy", date(2026, 3, 4))])
def test_dates_that_could_be_read_two_ways_are_read_as_told(write, report, rows, order, day):
    report("deals", "import", write("D1,First,,,,Won,1,USD,,03/04/2026"), "--dates", order)
    assert rows(select(Deal.closed_on)) == [day]


OPEN_DATES = ("D1,First,,,,Won,1,USD,,03/04/2026",)
TIED = ("D1,First,,,,Won,1,USD,,25/12/2025", "D2,Second,,,,Won,1,USD,,12/26/2025")


@pytest.mark.parametrize(
    ("lines", "said"),
    [(OPEN_DATES, "could be day first or month first"), (TIED, "are day first as month first")],
)
def test_dates_that_nothing_tells_are_never_guessed_unless_somebody_says_so(write, run, rows, lines, said):
    for also in ((), ("--dry-run",)):
        refused = run("deals", "import", write(*lines), *also)
        assert (refused.exit_code, said in refused.output) == (1, True)
        assert "--dates dmy" in refused.output
    assert rows(select(DealImport)) == []
    assert run("deals", "import", write(*lines), "--dates", "auto").exit_code == 0
    assert rows(select(Deal.external_id)) == ["D1" if lines == OPEN_DATES else "D2"]


def test_a_history_and_uses_whose_dates_nothing_tells_are_refused_too(write, run, report, rows):
    report("deals", "import", write(OPEN))
    history = write("D3,Proposal,03/04/2026", header="deal_id,stage,entered_at", name="history.csv")
    uses = write(
        "03/04/2026,a@example.com,Deck,share,D3", header="at,user_email,asset,kind,deal_id", name="u.csv"
    )
    for command in (("deals", "import-history", history), ("usage", "import", uses)):
        refused = run(*command)
        assert (refused.exit_code, "--dates dmy" in refused.output) == (1, True)
        assert run(*command, "--dates", "dmy").exit_code == 0
    assert rows(select(StageEntry.entered_on)) == [date(2026, 4, 3)]


def test_other_dates_of_the_file_and_a_remembered_layout_tell_too(write, report, rows):
    proven = "D1,First,,,,Won,1,USD,25/01/2026,03/04/2026"
    report("deals", "import", write(proven))
    assert rows(select(Deal.closed_on)) == [date(2026, 4, 3)]
    report("deals", "import", write("D2,Second,,,,Won,1,USD,04/04/2026,04/04/2026"))


def test_an_import_that_another_one_overtook_is_compared_again(app, make, write, report, rows):
    path = write(OPEN)
    with app.app_context():
        readings = services.read_deal_files((path, path.name))
        comparison = services.compare_readings(readings, "csv")
    report("deals", "import", path)

    def apply_late():
        files = {"deals": (Stored("0" * 64, 1), "late.csv")}
        row = services.start_import(kind="deals", source="csv", files=files, by=None)
        return services.apply_import(row, comparison)

    assert counts(make.inside(apply_late)) == (0, 0, 1, 0)
    assert len(rows(select(Deal))) == 1


def test_a_file_without_enough_lost_deals_with_amounts_says_why_their_size_is_unknown(write, report, rows):
    [said] = report("deals", "import", write(WON))["notes"]
    assert said.startswith(
        "1 closed deal came with a final amount, which is not taken for the size before closing"
    )
    assert said.endswith(": too few lost deals have one, so it would give the outcome away.")
    assert rows(select(Deal.size_minor)) == [None]
