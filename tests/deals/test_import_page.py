"""The import page: hand in files, look at what would change, let it happen."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from portal.deals.models import Deal, DealImport, StageEntry
from portal.jobs import Job
from portal.storage import FolderStorage
from portal.usage.models import FirstUse

DEALS = """id,name,account,owner,stage,amount,created,closed,colour
D1,First,Acme,Jo Day,Closed Won,1054.50,2026-01-02,2026-02-03,red
D2,Second,Beta,Jo Day,Proposal,2000,2026-01-05,,blue
D3,Third,Beta,Jo Day,Won,2000,2026-01-05,,blue
"""


@pytest.fixture
def client(make, sign_in):
    return sign_in(make.user("manager", name="Mona"))


@pytest.fixture
def hand_in(client):
    """Post files to the import page: hand_in(DEALS), hand_in(HISTORY, kind="history")."""

    def post(content, name="deals.csv", kind="deals", **fields):
        data = content.encode() if isinstance(content, str) else content
        values = {"kind": kind, "source": "csv", "dates": "auto", "file": (io.BytesIO(data), name), **fields}
        return client.post("/deals/import", data=values)

    return post


def text(answer):
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("role", "status"), [("rep", 403), ("marketer", 403), ("manager", 200), ("admin", 200)]
)
def test_managers_and_admins_import(make, sign_in, role, status):
    assert sign_in(make.user(role)).get("/deals/import").status_code == status


def test_nothing_is_written_before_somebody_says_yes(client, hand_in, run_jobs, rows):
    address = hand_in(DEALS).location
    waiting = text(client.get(address))
    assert "Reading the file" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    run_jobs()
    piece = text(client.get(address, headers={"HX-Request": "true"}))
    assert "Import 2 deals" in piece
    assert "<html" not in piece
    preview = text(client.get(address))
    assert "Import 2 deals" in preview
    assert "every 1s" not in preview
    assert rows(select(Deal)) == []
    for said in ("First", "has no closing date", "colour", "year-month-day", "1 open, 1 won, 0 lost"):
        assert said in preview

    assert client.post(f"{address}/apply").status_code == 303
    assert "Writing what changes" in text(client.get(address))
    run_jobs()
    assert sorted(rows(select(Deal.external_id))) == ["D1", "D2"]
    assert "Imported" in text(client.get(address))
    assert "Mona" in text(client.get("/deals/import"))


def test_a_second_yes_imports_nothing_twice(client, hand_in, run_jobs, rows):
    address = hand_in(DEALS).location
    run_jobs()
    client.post(f"{address}/apply")
    client.post(f"{address}/apply")
    assert len(rows(select(Job).where(Job.kind == "apply_import"))) == 1
    run_jobs()
    assert client.post(f"{address}/apply").status_code == 303
    assert len(rows(select(Job).where(Job.kind == "apply_import"))) == 1
    assert len(rows(select(Deal))) == 2


def test_the_same_file_again_has_nothing_to_import(client, hand_in, run_jobs):
    address = hand_in(DEALS).location
    run_jobs()
    client.post(f"{address}/apply")
    run_jobs()
    again = hand_in(DEALS).location
    run_jobs()
    page = text(client.get(again))
    assert "Nothing in the file is new" in page
    assert "/apply" not in page


def test_the_preview_says_what_changes(client, hand_in, run_jobs):
    address = hand_in(DEALS).location
    run_jobs()
    client.post(f"{address}/apply")
    run_jobs()
    again = hand_in(DEALS.replace("Proposal,2000", "Negotiation,2500")).location
    run_jobs()
    page = text(client.get(again))
    assert "Import 1 deal<" in page
    assert "stage: Proposal → Negotiation" in page
    assert "amount: $2,000 → $2,500" in page


def test_accounts_and_people_come_with_the_deals(client, hand_in, run_jobs, rows):
    address = hand_in(
        DEALS,
        accounts=(io.BytesIO(b"account,industry\nAcme,Energy\n,Retail\n"), "accounts.csv"),
        users=(io.BytesIO(b"name,team\nJo Day,West\n"), "users.csv"),
    ).location
    run_jobs()
    assert "Refused rows of accounts.csv" in text(client.get(address))
    client.post(f"{address}/apply")
    run_jobs()
    [deal] = rows(select(Deal).where(Deal.external_id == "D1"))
    assert deal.industry == "Energy"


def test_history_and_uses_are_imported_by_the_same_page(make, client, hand_in, run_jobs, rows):
    asset = make.asset("Deck")
    deal = make.deal(external_id="D1")
    history = hand_in("deal_id,stage,entered_at\nD1,Discovery,2026-01-02\n", kind="history").location
    uses = hand_in(
        "at,user_email,asset,kind,deal_id\n2026-01-02,new@example.com,Deck,share,D1\n",
        kind="usage",
        create="y",
    ).location
    run_jobs()
    assert "Discovery" in text(client.get(history))
    assert "new@example.com" in text(client.get(uses))
    assert (rows(select(StageEntry)), rows(select(FirstUse))) == ([], [])
    client.post(f"{history}/apply")
    client.post(f"{uses}/apply")
    run_jobs()
    assert rows(select(StageEntry.stage)) == ["Discovery"]
    assert [(first.asset_id, first.deal_id) for first in rows(select(FirstUse))] == [(asset.id, deal.id)]


BAD_FILES = {
    "a picture": (b"\x89PNG\r\n" + bytes(300), "is a picture, not a CSV file"),
    "binary": (bytes(range(256)) * 9, "is not text"),
    "only a header": (b"id,stage\n", "has a header line but no rows"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_file_that_is_no_table_is_named_with_the_reason(client, hand_in, run_jobs, rows, case):
    data, reason = BAD_FILES[case]
    address = hand_in(data).location
    run_jobs()
    page = text(client.get(address))
    assert "deals.csv" in page
    assert reason in page
    assert rows(select(DealImport.state)) == ["unreadable"]
    assert client.post(f"{address}/apply").status_code == 409


def test_no_file_an_empty_one_and_a_wrong_source_are_told_at_the_field(client, hand_in, rows):
    answer = client.post("/deals/import", data={"kind": "deals", "source": "my crm!", "dates": "auto"})
    assert answer.status_code == 422
    assert "Please choose a file." in text(answer)
    assert 'value="my crm!"' in text(answer), "what was typed is kept"
    empty = hand_in(b"")
    assert (empty.status_code, "The file is empty." in text(empty)) == (422, True)
    wrong = hand_in(DEALS, source="my crm!")
    assert (wrong.status_code, "letters, digits, hyphens" in text(wrong)) == (422, True)
    assert hand_in(DEALS, kind="nonsense").status_code == 422
    assert rows(select(DealImport)) == []


def test_a_file_over_the_limit_is_refused_at_the_field(app, hand_in):
    app.config["MAX_UPLOAD_MB"] = 1
    answer = hand_in(b"id,stage\n" + b"x" * 1_100_000)
    assert (answer.status_code, "larger than 1 MB" in text(answer)) == (422, True)


def test_names_with_html_are_shown_as_text(client, hand_in, run_jobs):
    address = hand_in("id,name,stage\nD1,<script>alert(1)</script>,Open\n", name="<b>.csv").location
    run_jobs()
    page = text(client.get(address))
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_an_import_that_stopped_can_be_tried_again(app, client, hand_in, run_jobs, rows, monkeypatch):
    def fail(self: FolderStorage, sha256: str) -> None:
        raise OSError("disk trouble")

    address = hand_in(DEALS).location
    with monkeypatch.context() as patched:
        patched.setattr(FolderStorage, "path", fail)
        patched.setattr("portal.jobs.MAX_ATTEMPTS", 1)
        run_jobs()
    assert "It stopped because of an unexpected error" in text(client.get(address))
    client.post(f"{address}/again")
    run_jobs()
    assert "Import 2 deals" in text(client.get(address))


def test_an_import_that_is_not_there_is_not_found(client):
    assert client.get("/deals/import/999").status_code == 404
    assert client.post("/deals/import/999/apply").status_code == 404
