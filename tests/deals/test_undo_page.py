"""The page that undoes an import: what it would put back, what stands in the way, and the yes."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from portal.deals.models import Deal, DealImport
from portal.jobs import Job
from portal.users.models import AuditEntry

DEALS = "id,name,account,owner,stage,amount,created\nD1,First,Acme,Jo Day,Proposal,1000,2026-01-02\n"


@pytest.fixture
def manager(make):
    return make.user("manager", name="Mona")


@pytest.fixture
def client(manager, sign_in):
    return sign_in(manager)


@pytest.fixture
def applied(client, run_jobs):
    """Import a file by the page and return its address."""

    def post(content=DEALS, name="deals.csv"):
        values = {"kind": "deals", "source": "csv", "file": (io.BytesIO(content.encode()), name)}
        address = client.post("/deals/import", data=values).location
        run_jobs()
        assert client.post(f"{address}/apply").status_code == 303
        run_jobs()
        return address

    return post


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def test_the_page_says_what_is_put_back_before_it_is(client, applied, run_jobs, rows, manager):
    address = applied()
    assert "Undo this import" in text(client.get(address))
    page = text(client.get(f"{address}/undo"))
    for words in ("1 deal that came new with it", "1 account that came", "1 placeholder person that came"):
        assert words in page
    assert len(rows(select(Deal))) == 1
    assert client.post(f"{address}/undo").status_code == 303
    assert "Putting back what was there before" in text(client.get(address))
    run_jobs()
    assert rows(select(Deal)) == []
    page = text(client.get(address))
    assert "Undone by Mona" in page
    assert "/undo" not in client.get(address).text
    [row] = rows(select(DealImport))
    assert (row.state, row.undone_by_id, row.undone_at is not None) == ("undone", manager.id, True)
    assert (
        rows(select(AuditEntry.action).where(AuditEntry.actor_id == manager.id))[-1]
        == "undid an import of deals"
    )


def test_a_second_yes_undoes_nothing_twice(client, applied, run_jobs, rows):
    address = applied()
    client.post(f"{address}/undo")
    client.post(f"{address}/undo")
    assert len(rows(select(Job).where(Job.kind == "undo_import"))) == 1
    run_jobs()
    assert client.post(f"{address}/undo").status_code == 303
    assert client.get(f"{address}/undo").status_code == 303
    assert len(rows(select(Job).where(Job.kind == "undo_import"))) == 1


def test_the_page_says_that_a_layout_stays_which_a_later_import_changed(client, applied, run_jobs, rows):
    address = applied()
    more = DEALS.replace("created", "created,industry").replace("01-02", "01-02,Energy")
    applied(more.replace("D1", "E1").replace("Acme", "Beta").replace("Jo Day", "Bo Ray"), "later.csv")
    page = text(client.get(f"{address}/undo"))
    assert "What stays 1 remembered layout of columns stays as it is now: a later import changed it." in page
    assert "stands in the way" not in page
    assert client.post(f"{address}/undo").status_code == 303
    run_jobs()
    assert rows(select(Deal.external_id)) == ["E1"]


def test_later_imports_are_named_and_there_is_no_button(client, applied, rows):
    first = applied()
    applied(DEALS.replace("1000", "2000"), name="later.csv")
    page = client.get(f"{first}/undo")
    assert "later.csv" in text(page)
    assert "Something stands in the way" in text(page)
    assert f'action="{first}/undo"' not in page.text
    assert client.post(f"{first}/undo").status_code == 409
    assert {row.state for row in rows(select(DealImport))} == {"applied"}


def test_an_import_that_came_between_the_yes_and_the_job_stops_it(
    client, applied, run_jobs, rows, run, tmp_path
):
    first = applied()
    client.post(f"{first}/undo")
    path = tmp_path / "later.csv"
    path.write_text(DEALS.replace("1000", "2000"))
    assert run("deals", "import", path).exit_code == 0
    run_jobs()
    assert "It was not undone" in text(client.get(first))
    assert "Later imports changed the same rows: later.csv" in text(client.get(first))
    assert len(rows(select(Deal))) == 1


def test_deals_that_people_built_on_are_named_as_staying(client, applied, make, run_jobs, rows):
    address = applied()
    [deal] = rows(select(Deal))
    make.use(make.asset("Deck"), make.user("rep"), kind="sent", deal=deal)
    page = text(client.get(f"{address}/undo"))
    assert "1 deal that came new with it stays, marked as no longer in the CRM" in page
    assert "First" in page
    client.post(f"{address}/undo")
    run_jobs()
    assert "No longer in the CRM" in text(client.get(f"/deals/{deal.id}"))


def test_what_was_never_written_cannot_be_undone(client, run_jobs):
    values = {"kind": "deals", "source": "csv", "file": (io.BytesIO(DEALS.encode()), "deals.csv")}
    address = client.post("/deals/import", data=values).location
    run_jobs()
    assert "wrote nothing, so there is nothing to undo" in text(client.get(f"{address}/undo"))
    assert client.post(f"{address}/undo").status_code == 409
    assert client.get("/deals/import/999/undo").status_code == 404


def test_the_pages_of_big_imports_cost_no_more_statements(client, applied, count_queries):
    lines = "".join(f"D{n},Deal {n},Company {n},Jo {n},Proposal,1000,2026-01-02\n" for n in range(300))
    address = applied(DEALS.split("\n", 1)[0] + "\n" + lines)
    with count_queries() as queries:
        client.get(f"{address}/undo")
    assert len(queries) <= 25


def test_an_undone_import_that_made_nothing_speaks_of_nothing_taken_away(client, applied, run_jobs):
    applied()
    address = applied(DEALS.replace("1000", "2000"))
    client.post(f"{address}/undo")
    run_jobs()
    page = text(client.get(address))
    assert ": 1 put back." in page
    assert "taken away" not in page
