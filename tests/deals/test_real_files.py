"""Files of real and of simulated CRMs, imported whole."""

from __future__ import annotations

import csv

import pytest
from sqlalchemy import func, select

from portal.deals.models import Account, Deal, DealChange, StageEntry
from portal.usage.models import FirstUse, UsageEvent
from portal.users.models import Team, User

SETS = ("random_use", "measured_confounding", "confounding_and_dead_deals_left_open")


def test_a_crm_of_8800_deals_is_imported_with_accounts_and_teams(shared_data, report, rows):
    crm = shared_data / "crm"
    files = (
        crm / "sales_pipeline.csv",
        "--accounts",
        crm / "accounts.csv",
        "--users",
        crm / "sales_teams.csv",
    )
    said = report("deals", "import", *files)
    assert (said["new"], said["refused"], said["warnings"]) == (8800, 0, [])
    assert said["totals"] == {
        "deals": 8800, "open": 2089, "won": 4238, "lost": 2473, "won_value": 10005534, "currency": "USD",
    }  # fmt: skip
    assert (said["accounts"]["new"], said["users"]["new"]) == (85, 35)
    stored = {
        status: rows(select(func.count()).select_from(Deal).where(Deal.status == status))[0]
        for status in ("open", "won", "lost")
    }
    assert stored == {"open": 2089, "won": 4238, "lost": 2473}
    assert rows(select(func.sum(Deal.base_amount_minor)).where(Deal.status == "won")) == [1_000_553_400]
    assert rows(select(func.count()).select_from(Deal).where(Deal.owner_id.is_(None))) == [0]
    assert rows(select(func.count()).select_from(Deal).where(Deal.account_id.is_(None))) == [1425]
    assert rows(select(func.count()).select_from(Account)) == [85]
    assert sorted(rows(select(Team.name))) == ["Central", "East", "West"]
    assert set(rows(select(User.status))) == {"placeholder"}
    # Lost deals have no amount here, so the amounts of won ones must not become their size.
    assert rows(select(func.count(Deal.size_minor))) == [0]

    again = report("deals", "import", *files)
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 8800)
    assert again["accounts"]["unchanged"] == 85
    assert again["users"]["unchanged"] == 35
    assert rows(select(func.count()).select_from(DealChange)) == [8800]


@pytest.mark.parametrize("name", SETS)
def test_a_simulated_set_is_imported_with_history_and_uses(shared_data, report, rows, name):
    folder = shared_data / "impact" / name
    deals = report("deals", "import", folder / "deals.csv")
    history = report("deals", "import-history", folder / "history.csv")
    uses = report("usage", "import", folder / "usage.csv", "--create")
    assert (deals["new"], deals["refused"], history["refused"], uses["refused"]) == (6000, 0, 0, 0)
    assert rows(select(func.count()).select_from(StageEntry)) == [history["new"]]
    assert rows(select(func.count()).select_from(UsageEvent)) == [uses["new"]]
    with (folder / "usage.csv").open() as stream:
        firsts: dict[tuple[str, str], str] = {}
        for row in csv.DictReader(stream):
            pair = (row["asset"], row["deal_id"])
            firsts[pair] = min(firsts.get(pair, row["at"]), row["at"])
    assert rows(select(func.count()).select_from(FirstUse)) == [len(firsts)]
    earliest = rows(select(func.min(FirstUse.first_at)))[0]
    assert earliest.replace(tzinfo=None).isoformat() == min(firsts.values())
    closed_without_size = select(func.count()).where(Deal.status != "open", Deal.size_minor.is_(None))
    assert rows(closed_without_size) == [0]
    assert report("usage", "import", folder / "usage.csv", "--create")["new"] == 0


def test_hubspots_column_names_are_understood(shared_data, report, tmp_path, rows):
    lines = (shared_data / "crm" / "hubspot_headers.txt").read_text().splitlines()
    headers = next(line for line in lines if line.startswith("hubspot_deals:")).partition(": ")[2]
    path = tmp_path / "hubspot.csv"
    path.write_text(
        f"{headers}\n7,Renewal,closedwon,Default,1200,2026-03-04 10:00,2026-01-02 09:00,"
        "Jo Day (jo@example.com),New,,acme.example,buyer@acme.example\n"
    )
    assert report("deals", "import", path, "--source", "hubspot")["new"] == 1
    assert rows(select(Deal.status)) == ["won"]
    assert rows(select(User.email)) == ["jo@example.com"]
