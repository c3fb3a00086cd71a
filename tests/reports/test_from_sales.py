"""The report of what sales builds for itself."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from portal.db import now
from portal.library.models import Contribution, PageMatch


@pytest.fixture
def brought(make):
    """Content from sales as stored: brought(rep, "Title", deal=…)."""

    def bring(user, title, *, deal=None, outcome=None, state="from_sales", pages=("Some text.",), **fields):
        asset = make.asset(title, state=state, owner=user, pages=pages)
        fields = {"created_at": now(), "asset_id": asset.id, "contributed_by_id": user.id, **fields}
        make.store(Contribution(deal_id=deal.id if deal else None, outcome=outcome, **fields))
        return asset

    return bring


def alike(make, first, second, share=0.9):
    make.store(
        PageMatch(
            version_id=first.current_version_id,
            page_number=1,
            of_version_id=second.current_version_id,
            of_page_number=1,
            similarity=share,
        )
    )


def lines(client, query=""):
    answer = client.get(f"/reports/from-sales.csv{query}")
    assert answer.status_code == 200
    rows = answer.data.decode("utf-8-sig").split("\r\nReport,")[0]
    return list(csv.DictReader(io.StringIO(rows.strip())))


@pytest.fixture
def world(make, brought):
    north, south = make.team("North"), make.team("South")
    sam, stan = make.user("rep", team=north), make.user("rep", team=south)
    deals = [make.deal(owner=sam, amount=1_000), make.deal(owner=stan, amount=2_000, status="won")]
    official = make.asset("Platform overview")
    first = brought(sam, "Dock for mills", deal=deals[0])
    second = brought(stan, "Dock for grocers", deal=deals[1])
    alike(make, first, second)
    alike(make, first, official)
    brought(sam, "Taken back", state="archived")
    brought(
        stan,
        "Old idea",
        state="archived",
        outcome="declined",
        reason="No.",
        created_at=now() - timedelta(days=90),
    )
    return {"sam": sam, "stan": stan, "north": north}


def test_like_content_is_one_row_with_people_deals_pipeline_and_what_it_is_close_to(make, sign_in, world):
    rows = lines(sign_in(make.user("marketer")))
    assert [row["What was made"] for row in rows] == ["Dock for mills", "Old idea"]
    row = rows[0]
    assert [row[name] for name in ("People", "Teams", "Files", "Deals")] == ["2", "2", "2", "2"]
    assert float(row["Open pipeline, USD"]) == 1_000
    assert row["Closest official content"] == "Platform overview"
    assert float(row["Pages from it, %"]) == 100
    assert row["Outcome"] == "2 waiting"
    assert rows[1]["Outcome"] == "declined"
    assert rows[1]["Open pipeline, USD"] == ""


def test_a_manager_reads_the_figures_but_no_title_that_is_not_theirs_to_see(make, sign_in, world):
    client = sign_in(make.user("manager"))
    page = client.get("/reports/from-sales").text
    assert "A deck of North and South" in page
    assert "A deck of South" in page
    assert "Not shared with you" not in page
    assert "Dock for" not in page
    assert "Old idea" not in page
    mate = sign_in(make.user("manager", team=world["north"]))
    assert "Dock for mills" in mate.get("/reports/from-sales").text
    assert "Dock for grocers" not in mate.get("/reports/from-sales").text


def test_it_is_narrowed_by_period_team_and_kind(make, sign_in, world):
    client = sign_in(make.user("marketer"))
    since = (now() - timedelta(days=30)).date().isoformat()
    assert len(lines(client, f"?from={since}")) == 1
    rows = lines(client, f"?team={world['north'].id}")
    assert [row["Files"] for row in rows] == ["1"]
    assert lines(client, "?kind=video") == []
    assert "No rep has shared" in client.get("/reports/from-sales?kind=video").text
    assert client.get("/reports/from-sales?from=never").status_code == 422


def test_it_goes_to_a_meeting_as_a_workbook_and_a_document(make, sign_in, world):
    client = sign_in(make.user("marketer"))
    book = load_workbook(BytesIO(client.get("/reports/from-sales.xlsx").data))
    assert any("Dock for mills" in str(cell.value) for sheet in book for row in sheet for cell in row)
    assert client.get("/reports/from-sales.docx").data[:2] == b"PK"


def test_reps_do_not_read_it(sign_in, world):
    assert sign_in(world["sam"]).get("/reports/from-sales").status_code == 403
    assert sign_in(world["sam"]).get("/reports/from-sales.csv").status_code == 403
    assert "/reports/from-sales" not in sign_in(world["sam"]).get("/reports").text


def test_the_command_writes_it(app, world, tmp_path):
    target = tmp_path / "out.csv"
    asked = ["reports", "export", "from-sales", "--format", "csv", "--out", str(target)]
    done = app.test_cli_runner().invoke(args=asked)
    assert done.exit_code == 0, done.output
    assert "Dock for mills" in target.read_text("utf-8-sig")
