"""Stage history from successive imports: what an import sees, and what a CRM's own history says better."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.deals.models import Deal, StageEntry
from tests.deals.conftest import LOST, OPEN, WON, counts
from tests.deals.dumping import differences, dump

TODAY = datetime.now(UTC).date()


@pytest.fixture
def entries(rows):
    """The stages of D3 with their days, earliest first, and whether an import only saw them."""

    def found():
        ordered = select(StageEntry).order_by(StageEntry.entered_on, StageEntry.id)
        return [(entry.crm_stage, entry.entered_on, entry.is_seen) for entry in rows(ordered)]

    return found


@pytest.fixture
def history(write, report):
    """Import a history: history("D3,Proposal,2026-03-01")."""

    def run(*lines):
        return report(
            "deals", "import-history", write(*lines, header="deal_id,stage,entered_at", name="history.csv")
        )

    return run


def test_a_first_import_says_of_open_deals_only_where_it_saw_them(write, report, entries):
    report("deals", "import", write(WON, LOST, OPEN))
    assert entries() == [("Proposal", TODAY, True)]


def test_a_deal_that_moved_between_two_imports_is_seen_in_the_next_stage(write, report, entries):
    report("deals", "import", write(OPEN))
    report("deals", "import", write(OPEN.replace("Proposal", "Negotiation")))
    assert entries() == [("Proposal", TODAY, True), ("Negotiation", TODAY, True)]
    report("deals", "import", write(OPEN.replace("Proposal", "Negotiation").replace("3000", "3100")))
    assert len(entries()) == 2


def test_a_deal_that_closed_entered_its_last_stage_on_the_day_it_closed(write, report, entries):
    report("deals", "import", write(OPEN))
    report("deals", "import", write("D3,Third,Acme,Al Fox,,Closed Won,3500,USD,2026-02-01,2026-03-04"))
    assert entries() == [("Closed Won", date(2026, 3, 4), False), ("Proposal", TODAY, True)]


def test_a_history_takes_the_place_of_what_imports_saw(write, report, history, entries):
    report("deals", "import", write(OPEN))
    assert "1 stage entry from the days of earlier imports" in " ".join(
        history("D3,Discovery,2026-02-01", "D3,Proposal,2026-03-01")["notes"]
    )
    assert entries() == [("Discovery", date(2026, 2, 1), False), ("Proposal", date(2026, 3, 1), False)]
    assert counts(history("D3,Discovery,2026-02-01", "D3,Proposal,2026-03-01")) == (0, 0, 2, 0)
    report("deals", "import", write(OPEN))
    assert len(entries()) == 2


def test_what_was_seen_after_the_end_of_a_history_stays(write, report, history, entries):
    report("deals", "import", write(OPEN))
    before = TODAY - timedelta(days=30)
    history(f"D3,Discovery,{before}")
    assert entries() == [("Discovery", before, False), ("Proposal", TODAY, True)]


def test_no_stage_is_made_up_where_the_history_has_it(write, report, history, entries):
    report("deals", "import", write(OPEN))
    history("D3,Proposal,2026-02-09", f"D3,Negotiation,{TODAY}")
    report("deals", "import", write(OPEN.replace("Proposal", "Negotiation")))
    assert entries() == [("Proposal", date(2026, 2, 9), False), ("Negotiation", TODAY, False)]


def test_a_deal_that_left_a_stage_and_came_back_on_one_day_is_in_it_at_last(
    app, run, write, report, history, entries
):
    moved = OPEN.replace("Proposal", "Negotiation")
    report("deals", "import", write(OPEN))
    report("deals", "import", write(moved))
    before = dump(app)
    report("deals", "import", write(OPEN))
    assert entries() == [("Negotiation", TODAY, True), ("Proposal", TODAY, True)]
    report("deals", "import", write(moved))
    assert entries() == [("Proposal", TODAY, True), ("Negotiation", TODAY, True)]
    for number in (4, 3):
        assert run("deals", "undo", number).exit_code == 0
    assert differences(before, dump(app)) == {}


def test_a_stage_that_a_history_told_stays_told_when_a_deal_comes_back_to_it(
    app, run, write, report, history, entries
):
    report("deals", "import", write(OPEN))
    history(f"D3,Proposal,{TODAY}")
    report("deals", "import", write(OPEN.replace("Proposal", "Negotiation")))
    before = dump(app)
    report("deals", "import", write(OPEN))
    assert entries() == [("Negotiation", TODAY, True), ("Proposal", TODAY, False)]
    assert run("deals", "undo", 4).exit_code == 0
    assert differences(before, dump(app)) == {}


@pytest.mark.parametrize(
    ("header", "amount", "currency", "size"),
    [
        ("amount", "700", "EUR", (70_000, "EUR")),
        ("amount,currency", "700,USD", "EUR", (70_000, "USD")),
        # A file of amounts in yen is read in hundredths unless it says that it is in yen.
        ("amount", "700", "JPY", (None, None)),
        ("amount,currency", "700,JPY", "JPY", (700, "JPY")),
    ],
)
def test_an_amount_of_a_history_without_a_currency_is_in_that_of_its_deal(
    write, report, rows, header, amount, currency, size
):
    report("deals", "import", write(f"D3,Third,Acme,Al Fox,,Closed Lost,0,{currency},2026-02-01,2026-03-04"))
    path = write(
        f"D3,Proposal,2026-02-09,{amount}", header=f"deal_id,stage,entered_at,{header}", name="history.csv"
    )
    report("deals", "import-history", path)
    assert rows(select(Deal.size_amount_minor)) == [size[0]]
    assert rows(select(Deal.size_currency)) == [size[1]]
