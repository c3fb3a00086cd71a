"""A file of the whole CRM beside deals that came by single updates."""

from __future__ import annotations

import io
import re

from sqlalchemy import select

from portal.deals.models import Deal

HEADER = "id,name,stage,amount"
LINES = [f"F{number},Deal {number},Proposal,100" for number in range(1, 11)]


def plan(client, run_jobs, lines, source="csv"):
    data = "\n".join((HEADER, *lines)).encode()
    fields = {"kind": "deals", "source": source, "is_complete": "y", "file": (io.BytesIO(data), "deals.csv")}
    answer = client.post("/deals/import", data=fields)
    run_jobs()
    return answer.location


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def removed(rows):
    return rows(select(Deal.external_id).where(Deal.removed_at.is_not(None)).order_by(Deal.id))


def test_deals_of_another_source_stay_whatever_a_whole_crm_lacks(make, sign_in, run_jobs, post, rows):
    client = sign_in(make.user("manager"))
    assert post({"id": "D1", "stage": "Proposal"}).json["outcome"] == "new"
    address = plan(client, run_jobs, LINES, source="other")
    assert "came by single updates" not in text(client.get(address))
    client.post(f"{address}/apply")
    run_jobs()
    address = plan(client, run_jobs, LINES[1:], source="other")
    assert "came by single updates" not in text(client.get(address))
    client.post(f"{address}/apply")
    run_jobs()
    assert removed(rows) == ["F1"]


def test_the_preview_says_which_of_the_missing_came_by_updates(make, sign_in, run_jobs, post, rows):
    client = sign_in(make.user("manager"))
    client.post(f"{plan(client, run_jobs, LINES)}/apply")
    run_jobs()
    post({"id": "D1", "name": "By an update", "stage": "Proposal"})
    address = plan(client, run_jobs, LINES[1:])
    page = text(client.get(address))
    assert "The file lacks 2 of the 11 deals known of this source" in page
    assert "1 of them came by single updates, not by a file, and may be younger than this one." in page
    assert removed(rows) == []
    client.post(f"{address}/apply")
    run_jobs()
    assert removed(rows) == ["F1", "D1"]
