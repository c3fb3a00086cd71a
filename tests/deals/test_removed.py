"""Deals that a CRM no longer has are marked, left out everywhere, and counted again when they come back."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from portal.content_requests.models import ContentRequest
from portal.deals.models import Deal, DealImport
from portal.impact.gathering import gather

HEADER = "id,name,account,owner,stage,amount,created,closed"
LINES = [f"D{number},Deal {number},Acme,Jo Day,Proposal,1000,2026-01-02," for number in range(1, 11)]


@pytest.fixture
def client(make, sign_in):
    return sign_in(make.user("manager", name="Mona"))


@pytest.fixture
def hand_in(client, run_jobs):
    """Hand in a file of these lines, let it be read, and return its address: hand_in(LINES, complete=True)."""

    def post(lines, complete=False, **fields):
        data = "\n".join((HEADER, *lines)) + "\n"
        values = {
            "kind": "deals",
            "source": "csv",
            "dates": "auto",
            "file": (io.BytesIO(data.encode()), "deals.csv"),
        }
        answer = client.post(
            "/deals/import", data={**values, **({"is_complete": "y"} if complete else {}), **fields}
        )
        run_jobs()
        return answer.location

    return post


@pytest.fixture
def applied(client, hand_in, run_jobs):
    """Hand in a file and say yes to it."""

    def post(lines, complete=False, **fields):
        address = hand_in(lines, complete)
        assert client.post(f"{address}/apply", data=fields).status_code == 303
        run_jobs()
        return address

    return post


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def gone(rows):
    return rows(select(Deal.external_id).where(Deal.removed_at.is_not(None)).order_by(Deal.id))


def test_the_preview_of_a_whole_crm_names_the_deals_it_lacks(client, hand_in, applied, rows):
    applied(LINES)
    page = text(client.get(hand_in(LINES[2:], complete=True)))
    assert "The file lacks 2 of the 10 deals known of this source, 2 of them open, worth 2,000 USD." in page
    assert "No longer in the CRM" in page
    assert "Deal 1" in page
    assert "Import 0 deals and mark 2 as removed" in page
    assert gone(rows) == []


def test_only_a_file_that_says_so_is_the_whole_crm(applied, rows):
    applied(LINES)
    applied(LINES[:1])
    assert gone(rows) == []


def test_deals_that_are_gone_are_marked_and_left_out_but_their_addresses_open(
    client, applied, rows, make, app
):
    applied(LINES)
    deals = rows(select(Deal).order_by(Deal.id))
    request = make.request(make.user("rep"), deals=(deals[0], deals[1]))
    assert rows(select(ContentRequest.waiting_minor)) != [0]
    before = rows(select(ContentRequest.waiting_minor))[0]
    applied(LINES[1:], complete=True)
    assert gone(rows) == ["D1"]
    assert "Deal 1 " not in text(client.get("/deals?view=all")) + " "
    assert "Deal 1" not in client.get("/deals/suggest?q=Deal+1").text.replace("Deal 10", "")
    page = text(client.get(f"/deals/{deals[0].id}"))
    assert "No longer in the CRM" in page
    assert "Work on this deal" not in page
    assert "No longer in the CRM" in text(client.get("/deals/crm/csv/D1", follow_redirects=True))
    assert rows(select(ContentRequest.waiting_minor)) == [before // 2]
    assert "Deal 1 " not in text(client.get(f"/requests/{request.id}")) + " "
    with app.app_context():
        assert len(gather().deals.won) == 9


def test_a_deal_that_comes_back_is_counted_again(client, applied, hand_in, rows):
    applied(LINES)
    applied(LINES[1:], complete=True)
    assert "1 back in the CRM" in text(client.get(hand_in(LINES, complete=True)))
    applied(LINES, complete=True)
    assert gone(rows) == []


def test_more_than_a_fifth_is_marked_only_when_somebody_says_so_once_more(
    client, hand_in, run_jobs, applied, rows
):
    applied(LINES)
    address = hand_in(LINES[3:], complete=True)
    page = text(client.get(address))
    assert "Far more deals are missing than usually leave a CRM" in page
    assert "Yes, mark 3 of 10 deals as no longer in the CRM" in page
    answer = client.post(f"{address}/apply")
    assert answer.status_code == 422
    assert "Please confirm that they are gone" in text(answer)
    run_jobs()
    assert gone(rows) == []
    assert client.post(f"{address}/apply", data={"removals": "yes"}).status_code == 303
    run_jobs()
    assert gone(rows) == ["D1", "D2", "D3"]


def test_deals_that_came_meanwhile_are_not_removed_without_a_second_look(
    client, hand_in, run_jobs, applied, rows
):
    applied(LINES)
    address = hand_in(LINES[1:], complete=True)
    applied([line.replace("D", "E", 1) for line in LINES])
    client.post(f"{address}/apply")
    run_jobs()
    assert gone(rows) == []
    assert rows(select(DealImport.state).where(DealImport.id == int(address.rsplit("/", 1)[1]))) == [
        "planned"
    ]
    assert "The file lacks 11 of the 20 deals" in text(client.get(address))


def test_a_refused_row_is_in_the_file_and_one_without_an_id_leaves_all_aside(client, applied, hand_in, rows):
    applied(LINES)
    applied([LINES[0].replace("Proposal", "Won"), *LINES[2:]], complete=True)
    assert gone(rows) == ["D2"]
    page = text(client.get(hand_in([",No id,Acme,Jo Day,Proposal,1,2026-01-02,", *LINES[2:]], complete=True)))
    assert "Removed deals are left aside" in page


def test_another_source_keeps_its_deals(make, applied, rows):
    make.deal(source="salesforce", external_id="S1")
    applied(LINES)
    applied(LINES[1:], complete=True)
    assert gone(rows) == ["D1"]


def test_a_closed_deal_that_is_open_again_is_said_so(client, applied, hand_in, rows):
    closed = "D1,Deal 1,Acme,Jo Day,Closed Lost,1000,2026-01-02,2026-02-03"
    applied([closed])
    page = text(client.get(hand_in(LINES[:1])))
    assert "1 reopened" in page
    assert "Reopened deals" in page
    applied(LINES[:1])
    [deal] = rows(select(Deal))
    assert (deal.status, deal.closed_on) == ("open", None)


def test_the_command_asks_for_a_second_yes_too(run, rows, tmp_path):
    whole, part = tmp_path / "whole.csv", tmp_path / "part.csv"
    whole.write_text("\n".join((HEADER, *LINES)))
    part.write_text("\n".join((HEADER, *LINES[5:])))
    assert run("deals", "import", whole).exit_code == 0
    refused = run("deals", "import", part, "--complete")
    assert (refused.exit_code, "lacks 5 of the 10 deals" in refused.output) == (1, True)
    assert gone(rows) == []
    said = run("deals", "import", part, "--complete", "--dry-run").output
    assert "removed 5 of 10" in said
    assert run("deals", "import", part, "--complete", "--confirm-removals").exit_code == 0
    assert len(gone(rows)) == 5
