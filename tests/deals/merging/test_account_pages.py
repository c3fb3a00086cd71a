"""The list of accounts, one account's page, and its mail domains set by hand."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.deals.merging.domains import deals_of_domains, unknown_domains
from portal.deals.models import Account, AccountDomain, DistinctAccounts
from portal.jobs import Job
from portal.users.models import AuditEntry
from tests.deals.merging.conftest import text

LONG = "Ä" * 500


@pytest.fixture
def domains(rows):
    return lambda: rows(select(AccountDomain.domain).order_by(AccountDomain.id))


def test_any_account_is_found_by_name_former_spelling_and_domain(client, account, make, merge):
    one, other = account("GTXPro"), account("Grand Traverse")
    make.store(AccountDomain(account_id=one.id, domain="gtx.example"))
    merge(one, other)
    for typed in ("traverse", "GRAND", "gtxp", "gtx.example", "https://www.gtx.example/"):
        page = text(client.get("/deals/accounts", query_string={"q": typed}))
        assert f'href="/deals/accounts/{other.id}"' in page, typed
        assert f'href="/deals/accounts/{one.id}"' not in page
    assert "No account fits “nowhere”" in text(client.get("/deals/accounts?q=nowhere"))


def test_a_domain_that_no_account_has_leads_to_the_accounts_called_like_it(client, account):
    one = account("Acme Corporation")
    page = text(client.get("/deals/accounts?q=acme.example"))
    assert "No account has the mail domain acme.example" in page
    address = f"/deals/accounts/{one.id}?domain=acme.example"
    assert address in page
    assert 'value="acme.example"' in text(client.get(address))


def test_two_that_nobody_suggested_are_put_beside_each_other(client, account):
    one, other = account("Borealis"), account("Northern Lights")
    page = text(client.get(f"/deals/accounts/{one.id}?with=lights"))
    assert f"/deals/accounts/{one.id}/with/{other.id}" in page
    beside = text(client.get(f"/deals/accounts/{one.id}/with/{other.id}"))
    assert "Chosen by you" in beside
    assert "They are one" in beside
    assert "No other account fits “Boreal”" in text(client.get(f"/deals/accounts/{one.id}?with=Boreal"))


def test_a_pair_of_which_one_was_merged_meanwhile_leads_to_what_it_is_now(client, account, merge):
    one, other, third = account("GTXPro"), account("GTX Pro"), account("Third")
    merge(one, other)
    answer = client.get(f"/deals/accounts/{third.id}/with/{one.id}", follow_redirects=True)
    assert "This account is “GTX Pro” now" in text(answer)
    assert client.get(f"/deals/accounts/{third.id}/with/{third.id}").status_code == 404


def test_accounts_that_do_not_exist_are_not_found(client, account):
    one = account("Acme")
    for address in ("/deals/accounts/99", f"/deals/accounts/{one.id}/with/99", "/deals/accounts/x"):
        assert client.get(address).status_code == 404
    assert client.post("/deals/accounts/merges/99/undo").status_code == 404
    assert client.post("/deals/accounts/99/domains", data={"domain": "a.example"}).status_code == 404


def test_reps_and_marketers_have_no_such_pages(make, sign_in, account):
    one = account("Acme")
    for role in ("rep", "marketer"):
        other = sign_in(make.user(role))
        assert other.get("/deals/accounts").status_code == 403
        assert other.get(f"/deals/accounts/{one.id}").status_code == 403
        assert (
            other.post(f"/deals/accounts/{one.id}/domains", data={"domain": "a.example"}).status_code == 403
        )


def test_a_domain_is_added_as_it_is_compared_and_audited(client, account, domains, rows):
    one = account("Bücher")
    address = f"/deals/accounts/{one.id}/domains"
    for typed in ("https://www.Acme.example/about", "bücher.example"):
        assert client.post(address, data={"domain": typed}).status_code == 303
    assert domains() == ["acme.example", "xn--bcher-kva.example"]
    assert "bücher.example" in text(client.get(f"/deals/accounts/{one.id}"))
    assert {entry.action for entry in rows(select(AuditEntry))} == {"added a mail domain"}
    assert rows(select(Job.kind)) == ["find_alike_accounts"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Please write a mail domain"),
        ("   ", "Please write a mail domain"),
        ("gmail.com", "Anybody may have an address at gmail.com"),
        ("someone@web.de", "Anybody may have an address at web.de"),
        ("co.uk", "Many companies have domains that end in co.uk"),
        ("acme", "“acme” is no mail domain; it looks like acme.com."),
        ("<script>alert(1)</script>", "is no mail domain"),
        ("a" * 301, "A mail domain has up to 253 characters."),
        ("a" * 290 + ".test", "is no mail domain"),
        ("known.example", "known.example belongs to this account already."),
    ],
)
def test_what_is_no_domain_of_an_account_is_refused_at_the_field(client, account, make, domains, typed, said):
    one = account("Acme")
    make.store(AccountDomain(account_id=one.id, domain="known.example"))
    answer = client.post(f"/deals/accounts/{one.id}/domains", data={"domain": typed})
    assert answer.status_code == 422
    assert said in text(answer)
    assert domains() == ["known.example"]


def test_a_domain_is_removed_only_from_its_own_account(client, account, make, domains):
    one, other = account("Acme"), account("Beta")
    row = make.store(AccountDomain(account_id=one.id, domain="acme.example"))
    forged = client.post(f"/deals/accounts/{other.id}/domains/{row.id}/remove")
    assert forged.status_code == 404
    assert domains() == ["acme.example"]
    assert client.post(f"/deals/accounts/{one.id}/domains/{row.id}/remove").status_code == 303
    assert domains() == []
    assert client.post(f"/deals/accounts/{one.id}/domains/{row.id}/remove").status_code == 404


def test_a_merged_account_takes_no_domain_and_says_where_to_put_it(client, account, merge, domains):
    one, other = account("GTXPro"), account("GTX Pro")
    merge(one, other)
    answer = client.post(f"/deals/accounts/{one.id}/domains", data={"domain": "gtx.example"})
    assert answer.status_code == 409
    assert "This account is another one now" in text(answer)
    assert domains() == []


def test_domains_of_a_merged_account_lead_to_the_deals_of_the_other(
    app, client, manager, account, make, merge
):
    one, other = account("GTXPro"), account("GTX Pro")
    make.store(AccountDomain(account_id=one.id, domain="gtx.example"))
    deal = make.deal(account_id=other.id)
    with app.app_context():
        assert deals_of_domains(["mail.gtx.example"], manager) == []
    row = merge(one, other)
    with app.app_context():
        assert [found.id for found in deals_of_domains(["mail.gtx.example"], manager)] == [deal.id]
        found = unknown_domains({"mail.gtx.example", "new.example", "gmail.com"})
    assert found == {"new.example"}
    page = text(client.get(f"/deals/accounts/{other.id}"))
    assert "gtx.example" in page
    assert "of “GTXPro”" in page
    client.post(f"/deals/accounts/merges/{row.id}/undo")
    assert "gtx.example" not in text(client.get(f"/deals/accounts/{other.id}"))


def test_names_of_500_characters_fit_every_page(client, account, make, merge, rows):
    one, other = account(LONG), account(LONG[:-1] + "B")
    make.deal(account_id=one.id)
    for address in ("?view=all", f"/{one.id}?with=ä", f"/{one.id}/with/{other.id}", f"?q={'ä' * 300}"):
        assert client.get(f"/deals/accounts{address}").status_code == 200, address
    merge(one, other)
    assert client.get("/deals/accounts?view=merged").status_code == 200
    assert rows(select(Account.merged_into_id).where(Account.id == one.id)) == [other.id]


def test_the_list_asks_the_database_a_fixed_number_of_times(client, account, make, count_queries):
    for number in range(20):
        one = account(f"Acme {number}")
        make.deal(account_id=one.id)
        make.store(AccountDomain(account_id=one.id, domain=f"acme{number}.example"))
    for view in ("all", "alike", "merged"):
        with count_queries() as queries:
            client.get(f"/deals/accounts?view={view}")
        assert len(queries) < 20, (view, len(queries))


def test_two_kept_apart_may_still_be_merged(client, account, make, merge, rows):
    one, other = account("GTXPro"), account("GTX Pro")
    make.store(DistinctAccounts(one_id=one.id, other_id=other.id))
    assert merge(one, other) is not None


def test_the_deals_of_an_account_name_their_owners_as_the_portal_does(client, account, make):
    one, rep = account("GTXPro"), make.user(name="Rosa Reyes")
    make.deal(owner=rep, account_id=one.id, owner_email="rosa@crm.example")
    make.deal(account_id=one.id, owner_email="gone@crm.example")
    page = text(client.get(f"/deals/accounts/{one.id}"))
    assert "Rosa Reyes" in page
    assert "rosa@crm.example" not in page
    assert "gone@crm.example" in page
