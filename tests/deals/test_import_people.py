"""`flask deals import`: whose deals they are, and with which accounts."""

from __future__ import annotations

from sqlalchemy import select

from portal.deals.models import Account, Deal
from portal.users.models import Team, User
from tests.deals.conftest import OPEN, WON, counts


def test_owners_are_matched_by_email_then_by_name_and_others_become_placeholders(make, write, report, rows):
    jo = make.user(name="Josephine", email="jo@example.com")
    al = make.user(name="AL FOX", email="al@example.com")
    third = "D4,Fourth,Acme,New Rep,,Proposal,1,USD,2026-02-01,"
    said = report("deals", "import", write(WON, OPEN, third))
    assert said["people_added"] == 1
    owners = dict(
        zip(
            rows(select(Deal.external_id).order_by(Deal.id)),
            rows(select(Deal.owner_id).order_by(Deal.id)),
            strict=True,
        )
    )
    assert (owners["D1"], owners["D3"]) == (jo.id, al.id)
    placeholder = rows(select(User).where(User.id == owners["D4"]))[0]
    assert (placeholder.name, placeholder.status, placeholder.email, placeholder.role) == (
        "New Rep",
        "placeholder",
        None,
        "rep",
    )


def test_a_name_that_several_people_have_is_left_to_a_person(make, write, report, rows):
    make.user(name="Al Fox")
    make.user(name="Al Fox")
    said = report("deals", "import", write(OPEN))
    assert "Several people are called Al Fox" in " ".join(said["notes"])
    assert rows(select(Deal.owner_id)) == [None]
    assert rows(select(Deal.owner_name)) == ["Al Fox"]
    assert counts(report("deals", "import", write(OPEN))) == (0, 0, 1, 0)


def test_a_users_file_gives_placeholders_their_team_and_email(write, report, rows):
    path = write(OPEN)
    report("deals", "import", path)
    users = write("Al Fox,al@example.com,West,admin", header="name,email,team,role", name="users.csv")
    said = report("deals", "import", path, "--users", users)
    assert counts(said["users"]) == (0, 1, 0, 0)
    [al] = rows(select(User))
    assert (al.email, al.status, al.role) == ("al@example.com", "placeholder", "rep")
    assert rows(select(Team.name)) == ["West"]
    assert al.team_id is not None
    assert counts(report("deals", "import", path, "--users", users)["users"]) == (0, 0, 1, 0)


def test_a_users_file_gives_nobody_the_rights_of_an_admin_and_moves_nobody_who_signs_in(
    make, write, report, rows
):
    make.user(name="Al Fox", email="al@example.com")
    users = write(
        "Al Fox,al@example.com,West,admin",
        "Eve,eve@example.com,West,admin",
        header="name,email,team,role",
        name="users.csv",
    )
    report("deals", "import", write(OPEN), "--users", users)
    found = {user.name: (user.role, user.team_id) for user in rows(select(User))}
    assert found["Al Fox"] == ("rep", None)
    assert found["Eve"][0] == "rep"


def test_an_accounts_file_adds_industry_and_region(write, report, rows):
    accounts = write(
        "ACME,Energy,EMEA", "Gamma,Retail,", header="account,industry,region", name="accounts.csv"
    )
    said = report("deals", "import", write(OPEN), "--accounts", accounts)
    assert counts(said["accounts"]) == (2, 0, 0, 0)
    found = {account.name: (account.industry, account.region) for account in rows(select(Account))}
    assert found == {"ACME": ("Energy", "EMEA"), "Gamma": ("Retail", None)}
    assert "“Acme” was taken for the account “ACME”." in said["notes"]
    [deal] = rows(select(Deal))
    assert (deal.industry, deal.region) == ("Energy", "EMEA")
    assert counts(report("deals", "import", write(OPEN))) == (0, 0, 1, 0), "what the file leaves out stays"


def test_accounts_whose_names_differ_in_more_than_punctuation_stay_apart(write, report, rows):
    report("deals", "import", write(OPEN, "D9,Ninth,Acme Corporation,,,Proposal,1,USD,,"))
    assert sorted(rows(select(Account.name))) == ["Acme", "Acme Corporation"]


def test_a_file_without_emails_takes_none_from_an_owner_it_names_as_before(write, report, rows):
    report("deals", "import", write(WON))
    short = write("D1,Closed Won,Jo Day,2026-02-03", header="id,stage,owner,closed", name="short.csv")
    assert counts(report("deals", "import", short)) == (0, 0, 1, 0)
    assert rows(select(Deal.owner_email)) == ["jo@example.com"]
