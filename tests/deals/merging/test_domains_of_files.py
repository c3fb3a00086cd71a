"""Mail domains that come with a file: learnt once, said in the notes, used to find accounts, and undone."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.deals.models import Account, AccountDomain, Deal
from tests.deals.conftest import OPEN, WON
from tests.deals.dumping import differences, dump

ACCOUNTS = "Company Name,Company Domain Name,Industry"


@pytest.fixture
def domains(rows):
    joined = select(Account.name + " " + AccountDomain.domain).select_from(AccountDomain).join(Account)
    return lambda: rows(joined.order_by(AccountDomain.domain))


def test_accounts_bring_their_domains(report, write, domains):
    accounts = write("Acme,https://www.Acme.example/,Energy", "Beta,,Retail", header=ACCOUNTS, name="a.csv")
    said = report("deals", "import", write(WON), "--accounts", accounts)
    assert domains() == ["Acme acme.example"]
    assert "1 mail domain of accounts came with the file." in said["notes"]
    again = report("deals", "import", write(WON), "--accounts", accounts)
    assert again["accounts"]["unchanged"] == 2
    assert not any("mail domain" in note for note in again["notes"])
    assert domains() == ["Acme acme.example"]


def test_deals_bring_them_too(report, write, domains):
    header = "id,name,account,stage,website"
    report("deals", "import", write("D1,First,Acme,Proposal,acme.example; acme.test", header=header))
    assert domains() == ["Acme acme.example", "Acme acme.test"]


def test_what_is_no_domain_of_the_company_is_left_out_and_said(report, write, domains):
    lines = ("Acme,gmail.com,x", "Beta,not a site,x", "Cee,linkedin.com/company/cee,x", f"Dee,{'d' * 600},x")
    accounts = write(*lines, header=ACCOUNTS, name="a.csv")
    said = report("deals", "import", write(WON), "--accounts", accounts)
    notes = " ".join(said["notes"])
    assert domains() == []
    assert said["accounts"]["refused"] == 0
    assert "Anybody may have an address at gmail.com" in notes
    assert "“not a site” is no mail domain" in notes
    assert "linkedin.com/company/cee is no domain of the company's own." in notes


def test_a_file_that_names_accounts_by_domain_finds_them(report, write, rows):
    accounts = write("Acme,acme.example,Energy", header=ACCOUNTS, name="a.csv")
    header = "Deal ID,Deal Name,Deal Stage,Associated Company Domain"
    deals = write("D1,First,Proposal,acme.example", "D2,Second,Proposal,other.example", header=header)
    said = report("deals", "import", deals, "--accounts", accounts)
    assert rows(select(Account.name).order_by(Account.name)) == ["Acme", "other.example"]
    assert "“acme.example” was taken for the account “Acme”." in said["notes"]
    again = report("deals", "import", deals)
    assert again["unchanged"] == 2
    assert len(rows(select(Deal.account_id).distinct())) == 2


def test_an_account_named_by_its_domain_is_suggested_to_be_the_one_that_has_it(
    report, write, run_jobs, client
):
    header = "Deal ID,Deal Name,Deal Stage,Associated Company Domain"
    report("deals", "import", write("D1,First,Proposal,acme.example", header=header))
    accounts = write("Acme,acme.example,Energy", header=ACCOUNTS, name="a.csv")
    report("deals", "import", write(OPEN), "--accounts", accounts)
    run_jobs()
    assert "Both have the mail domain acme.example." in client.get("/deals/accounts").text


def test_undoing_an_import_takes_its_domains_back(app, report, run, write):
    report("deals", "import", write(WON))
    before = dump(app)
    accounts = write("Acme,acme.example,Energy", "New,new.example,Retail", header=ACCOUNTS, name="a.csv")
    report("deals", "import", write(WON), "--accounts", accounts)
    assert set(differences(before, dump(app))) >= {"account_domains", "accounts"}
    assert run("deals", "undo", "2").exit_code == 0
    assert differences(before, dump(app)) == {}
