"""Two accounts become one, and two again: the pages, the database, and what imports make of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.db import db
from portal.deals.models import (
    Account,
    AccountDomain,
    AccountMerge,
    AlikeAccounts,
    Deal,
    DealImport,
    DistinctAccounts,
)
from portal.users.models import AuditEntry
from tests.deals.dumping import differences, dump
from tests.deals.merging.conftest import text

SPELLED = "D{n},Deal {n},{account},Jo Day,jo@example.com,Proposal,100,USD,2026-01-02,2026-12-01"


def line(number, account):
    return SPELLED.format(n=number, account=account)


def test_an_import_has_pairs_found_and_the_page_says_why(client, report, write, run_jobs):
    report("deals", "import", write(line(1, "GTXPro"), line(2, "GTX Pro"), line(3, "Other")))
    run_jobs()
    page = text(client.get("/deals/accounts"))
    assert "The names differ by spaces only." in page
    assert page.count("They are one") == 1
    assert "1, worth $100" in page


def test_facts_that_contradict_are_said_beside_a_pair(client, account, make):
    one, other = account("GTXPro", industry="Medical"), account("GTX Pro", industry="Retail")
    make.store(AlikeAccounts(one_id=one.id, other_id=other.id, reason="Why.", rank=11))
    assert "Against it: industry: Medical and Retail." in text(client.get("/deals/accounts"))


def test_the_account_with_more_deals_keeps_its_name_unless_another_is_chosen(client, account, make):
    one, other = account("GTXPro"), account("GTX Pro")
    make.deal(account_id=other.id)
    make.store(AlikeAccounts(one_id=one.id, other_id=other.id, reason="Why.", rank=1))
    page = text(client.get("/deals/accounts"))
    assert f'name="keep" value="{other.id}" checked' in page


def test_deals_move_and_the_merge_is_kept_and_audited(client, account, make, merge, rows):
    one, other = account("GTXPro"), account("GTX Pro")
    moved = [make.deal(account_id=one.id).id for _ in range(3)]
    make.deal(account_id=other.id)
    row = merge(one, other)
    assert set(rows(select(Deal.account_id))) == {other.id}
    assert rows(select(Account.merged_into_id).where(Account.id == one.id)) == [other.id]
    assert row.deal_ids == moved
    assert [entry.subject for entry in rows(select(AuditEntry))] == ["GTXPro"]
    assert "“GTXPro” is “GTX Pro” now; 3 deals moved." in text(client.get("/deals/accounts"))


def test_two_that_are_two_are_not_suggested_again(client, account, make, rows):
    one, other = account("GTXPro"), account("GTX Pro")
    make.store(AlikeAccounts(one_id=one.id, other_id=other.id, reason="Why.", rank=1))
    for _ in range(2):
        client.post("/deals/accounts/two", data={"one": other.id, "other": one.id})
    said = rows(select(DistinctAccounts))
    assert [(row.one_id, row.other_id) for row in said] == [(one.id, other.id)]
    assert "No two accounts look like one" in text(client.get("/deals/accounts"))


@pytest.mark.parametrize(
    ("one", "other", "keep", "status"),
    [(0, 0, 0, 422), (0, 1, 9, 422), (0, 99, 0, 404), ("x", 1, 1, 404), ("", "", "", 404), (0, 1, "", 422)],
)
def test_what_no_page_offers_is_refused(client, account, rows, one, other, keep, status):
    ids = [account("GTXPro").id, account("GTX Pro").id]

    def real(value):
        return ids[value] if value in (0, 1) else value

    data = {"one": real(one), "other": real(other), "keep": real(keep)}
    assert client.post("/deals/accounts/merge", data=data).status_code == status
    assert rows(select(AccountMerge)) == []


def test_an_account_that_somebody_merged_meanwhile_is_told_and_left(client, account, merge, rows):
    one, other, third = account("GTXPro"), account("GTX Pro"), account("G T X Pro")
    merge(one, other)
    answer = client.post("/deals/accounts/merge", data={"one": one.id, "other": third.id, "keep": third.id})
    assert answer.status_code == 409
    assert "“GTXPro” is “GTX Pro” already: somebody merged them before." in text(answer)
    circle = client.post("/deals/accounts/merge", data={"one": one.id, "other": other.id, "keep": one.id})
    assert circle.status_code == 409
    assert len(rows(select(AccountMerge))) == 1


def test_undoing_puts_every_row_back(app, client, account, make, merge):
    one, other = account("GTXPro"), account("GTX Pro")
    for owner in (one, one, other):
        make.deal(account_id=owner.id)
    make.store(AccountDomain(account_id=one.id, domain="gtx.example"))
    make.store(AlikeAccounts(one_id=one.id, other_id=other.id, reason="Why.", rank=1))
    make.store(DistinctAccounts(one_id=one.id, other_id=other.id))
    before = dump(app)
    row = merge(one, other)
    assert set(differences(before, dump(app))) == {"accounts", "deals", "account_merges"}
    assert client.post(f"/deals/accounts/merges/{row.id}/undo").status_code in (302, 303)
    assert set(differences(before, dump(app))) == {"account_merges"}
    again = client.post(f"/deals/accounts/merges/{row.id}/undo")
    assert again.status_code == 409
    assert "two accounts again already" in text(again)


def test_a_deal_that_moved_on_since_stays_where_it_is(client, account, make, merge, rows):
    one, other, third = account("GTXPro"), account("GTX Pro"), account("Third")
    gone, back = make.deal(account_id=one.id), make.deal(account_id=one.id)
    row = merge(one, other)
    make.inside(lambda: _move(gone.id, third.id))
    answer = client.post(f"/deals/accounts/merges/{row.id}/undo", follow_redirects=True)
    assert rows(select(Deal.account_id).where(Deal.id == gone.id)) == [third.id]
    assert rows(select(Deal.account_id).where(Deal.id == back.id)) == [one.id]
    assert "1 deal went back. 1 deal had moved on since and stayed." in text(answer)


def _move(deal_id, account_id):
    db.session.get_one(Deal, deal_id).account_id = account_id


def test_merges_of_merges_lead_to_the_last_and_can_be_undone_in_any_order(app, client, account, make, merge):
    one, other, third = account("GTXPro"), account("GTX Pro"), account("GTX Professional")
    make.deal(account_id=one.id)
    make.deal(account_id=other.id)
    before = dump(app)
    first, second = merge(one, other), merge(other, third)
    assert "“GTX Professional” now" in text(client.get(f"/deals/accounts/{one.id}"))
    page = text(client.get(f"/deals/accounts/{third.id}"))
    assert "Spellings that lead here" in page
    assert "GTXPro" in page
    for row in (first, second):
        client.post(f"/deals/accounts/merges/{row.id}/undo")
    assert set(differences(before, dump(app))) == {"account_merges"}


def test_the_next_import_finds_the_other_account_and_says_so(client, report, write, merge, rows, run_jobs):
    report("deals", "import", write(line(1, "GTXPro"), line(2, "GTX Pro")))
    one, other = rows(select(Account).order_by(Account.id))
    merge(one, other)
    said = report("deals", "import", write(line(1, "GTXPro"), line(2, "GTX Pro"), line(3, "GTXPRO")))
    assert said["unchanged"] == 2
    assert said["new"] == 1
    assert any(note.startswith("“GTXPro” is “GTX Pro” since ") for note in said["notes"])
    assert set(rows(select(Deal.account_id))) == {other.id}
    assert len(rows(select(Account))) == 2


def test_accounts_of_a_merged_name_add_only_what_is_not_known(report, write, merge, rows):
    accounts = write("GTXPro,Medical,EMEA", "GTX Pro,Retail,", header="account,industry,region", name="a.csv")
    deals = write(line(1, "GTX Pro"))
    report("deals", "import", deals, "--accounts", accounts)
    one, other = rows(select(Account).order_by(Account.name.desc()))
    assert one.name == "GTXPro"
    merge(one, other)
    first = report("deals", "import", deals, "--accounts", accounts)
    again = report("deals", "import", deals, "--accounts", accounts)
    assert first["accounts"]["changed"] == 1
    assert again["accounts"]["changed"] == 0
    assert rows(select(Account.industry).where(Account.id == other.id)) == ["Retail"]
    assert rows(select(Account.region).where(Account.id == other.id)) == ["EMEA"]


def test_after_an_undo_deals_of_later_imports_wait_for_the_next_one(client, report, write, merge, rows):
    report("deals", "import", write(line(1, "GTXPro"), line(2, "GTX Pro")))
    one, other = rows(select(Account).order_by(Account.id))
    row = merge(one, other)
    report("deals", "import", write(line(3, "GTXPro")))
    answer = client.post(f"/deals/accounts/merges/{row.id}/undo", follow_redirects=True)
    assert "Deals of later imports stay until the next import names their account again." in text(answer)
    third = select(Deal.account_id).where(Deal.external_id == "D3")
    assert rows(third) == [other.id]
    report("deals", "import", write(line(3, "GTXPro")))
    assert rows(third) == [one.id]


def test_undoing_an_import_leaves_its_deals_at_the_account_that_theirs_is_now(
    run, report, write, merge, rows, client
):
    report("deals", "import", write(line(1, "GTXPro"), line(2, "GTX Pro"), line(3, "Third")))
    report("deals", "import", write(line(1, "Third")))
    one, other = rows(select(Account).where(Account.name.like("GTX%")).order_by(Account.id))
    row = merge(one, other)
    assert row.deal_ids == []
    undone = run("deals", "undo", max(rows(select(DealImport.id))))
    assert undone.exit_code == 0, undone.output
    deal = select(Deal.account_id).where(Deal.external_id == "D1")
    assert rows(deal) == [other.id]
    client.post(f"/deals/accounts/merges/{row.id}/undo")
    assert rows(deal) == [one.id]


def test_deals_that_an_undo_took_away_are_in_no_merge_any_more(run, report, write, merge, rows, client):
    report("deals", "import", write(line(1, "GTXPro"), line(2, "GTX Pro")))
    report("deals", "import", write(line(3, "GTXPro")))
    one, other = rows(select(Account).where(Account.name.like("GTX%")).order_by(Account.id))
    row = merge(one, other)
    assert len(row.deal_ids) == 2
    assert run("deals", "undo", 2).exit_code == 0
    # Another deal of the other account gets the number of the one that is gone.
    report("deals", "import", write(line(4, "GTX Pro")))
    client.post(f"/deals/accounts/merges/{row.id}/undo")
    assert rows(select(Deal.account_id).where(Deal.external_id == "D4")) == [other.id]


def test_undoing_an_import_takes_no_domain_that_came_after_one_of_its_own(run, report, write, rows, client):
    header = "id,name,account,stage,amount,website"
    report("deals", "import", write("D1,Deal,Acme,Proposal,100,acme.example", header=header))
    [domain] = rows(select(AccountDomain))
    address = f"/deals/accounts/{domain.account_id}/domains"
    assert client.post(f"{address}/{domain.id}/remove").status_code == 303
    assert client.post(address, data={"domain": "acme.test-mail.example"}).status_code == 303
    result = run("deals", "undo", 1)
    assert result.exit_code == 0, result.output
    assert rows(select(AccountDomain.domain)) == ["acme.test-mail.example"]
