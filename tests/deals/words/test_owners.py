"""/deals/owners: whom a CRM names as owner is matched to people by hand, and remembered."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from portal.db import db, now
from portal.deals.models import CrmOwner, CrmStage, Deal, DealImport
from portal.users.models import AuditEntry, User

FOX = "D1,First,Acme,Alexander Fox,,Proposal,1000,USD,2026-01-02,"
AGAIN = "D2,Second,Acme,ALEXANDER FOX,,Proposal,2000,USD,2026-01-02,"
KIM = "D3,Third,Acme,Kim Lee,kim@crm.example,Proposal,3000,USD,2026-01-02,"
NONE = "D4,Fourth,Acme,,,Proposal,4000,USD,2026-01-02,"


@pytest.fixture
def say(client):
    """Say who one owner is: say(al.id, "Alexander Fox"); returns the answer."""

    def post(person, name, email="", source="csv"):
        fields = {"source": source, "name": name, "email": email, "person": str(person)}
        return client.post("/deals/owners", data=fields)

    return post


@pytest.fixture
def owners(rows):
    """Who owns each deal, by its id in the CRM."""

    def read():
        return {one.external_id: one.owner_id for one in rows(select(Deal))}

    return read


def test_who_was_found_by_name_keeps_the_deals_when_a_file_adds_an_email(make, bring_in, owners):
    fox = make.user(name="Alexander Fox", email="alex@tandem.example")
    bring_in(FOX)
    with_email = FOX.replace("Fox,,", "Fox,a.fox@crm.example,")
    page = bring_in(with_email, "D5,Fifth,Acme,Alexander Fox,a.fox@crm.example,Proposal,1,USD,2026-01-02,")
    assert "comes with the email a.fox@crm.example now, and keeps the deals" in page
    assert owners()["D1"] == fox.id
    # A new deal may be somebody else's, who waits on the page of owners.
    assert owners()["D5"] != fox.id
    assert "keeps the deals" not in bring_in(with_email.replace("1000", "1500"))
    assert owners()["D1"] == fox.id


def test_an_email_of_somebody_else_moves_the_deals(make, bring_in, owners):
    make.user(name="Alexander Fox", email="alex@tandem.example")
    other = make.user(name="A. Fox", email="a.fox@crm.example")
    bring_in(FOX)
    bring_in(FOX.replace("Fox,,", "Fox,a.fox@crm.example,"))
    assert owners()["D1"] == other.id


def page_of(client, query=""):
    return client.get(f"/deals/owners{query}").get_data(as_text=True)


def test_owners_whom_nobody_knows_are_listed_with_who_they_may_be(make, bring_in, client):
    make.user(name="Alex Fox")
    make.user(name="Someone Quite Different")
    bring_in(FOX, KIM, NONE)
    page = page_of(client)
    assert "Alexander Fox" in page
    assert "Kim Lee" in page
    assert page.count("Placeholder") == 2
    assert ">Alex Fox" in page
    assert "Quite Different" not in page
    assert "1 deal has no owner here; in the CRM 1 of them names none" in page


def test_a_match_moves_the_deals_in_every_spelling_and_the_placeholder_goes(
    make, bring_in, say, owners, rows
):
    al = make.user(name="Al Fox")
    bring_in(FOX, AGAIN, KIM)
    assert say(al.id, "Alexander Fox").status_code == 303
    found = owners()
    assert (found["D1"], found["D2"]) == (al.id, al.id)
    assert found["D3"] not in (al.id, None)
    assert rows(select(User.name).where(User.status == "placeholder")) == ["Kim Lee"]
    assert sorted(rows(select(CrmOwner.name))) == ["ALEXANDER FOX", "Alexander Fox"]
    assert rows(select(AuditEntry.subject).where(AuditEntry.action == "matched an owner")) == [
        "Alexander Fox"
    ]


def test_the_next_import_remembers_who_it_is(make, bring_in, say, owners, rows):
    al = make.user(name="Al Fox")
    bring_in(FOX)
    say(al.id, "Alexander Fox")
    page = bring_in(FOX)
    assert "nothing changed" in page or "Nothing in the file is new" in page
    bring_in(AGAIN, "D5,Fifth,Acme,Alexander Fox,a.fox@crm.example,Proposal,1,USD,2026-01-02,")
    assert owners()["D2"] == al.id
    # Somebody of that name with an email of their own may be somebody else.
    assert owners()["D5"] != al.id
    bring_in(FOX, source="hub")
    elsewhere = select(Deal.owner_id).where(Deal.source == "hub")
    assert rows(elsewhere) != [al.id]


def test_nobody_here_is_an_answer_that_is_remembered_too(bring_in, say, owners, client, rows):
    bring_in(KIM)
    assert say("nobody", "Kim Lee", "kim@crm.example").status_code == 303
    assert "1 owner settled, 1 deal without an owner here now." in page_of(client)
    assert owners() == {"D3": None}
    assert rows(select(User).where(User.status == "placeholder")) == []
    bring_in(KIM, "D6,Sixth,Acme,Kim Lee,kim@crm.example,Proposal,1,USD,2026-01-02,")
    assert owners() == {"D3": None, "D6": None}
    assert "Kim Lee" not in page_of(client)
    assert "Nobody here" in page_of(client, "?show=matched")


def test_an_owner_whom_two_people_could_be_is_unclear_until_somebody_says(
    make, bring_in, say, owners, client
):
    one = make.user(name="Alexander Fox")
    make.user(name="Alexander Fox")
    bring_in(FOX)
    assert owners() == {"D1": None}
    assert "2 people have this name" in page_of(client)
    say(one.id, "Alexander Fox")
    bring_in(FOX)
    assert owners() == {"D1": one.id}


def test_a_match_made_by_name_can_be_changed(make, bring_in, say, owners, client):
    wrong, right = make.user(name="Alexander Fox"), make.user(name="Al Fox")
    bring_in(FOX)
    assert owners() == {"D1": wrong.id}
    assert "Alexander Fox" in page_of(client, "?show=matched")
    say(right.id, "Alexander Fox")
    bring_in(FOX)
    assert owners() == {"D1": right.id}
    say(wrong.id, "Alexander Fox")
    assert owners() == {"D1": wrong.id}


def test_a_placeholder_that_an_undo_would_bring_back_stays(
    make, bring_in, say, rows, owners, client, run_jobs
):
    al = make.user(name="Al Fox")
    bring_in(FOX)
    bring_in(FOX.replace("Alexander Fox", "Kim Lee"))
    say(al.id, "Kim Lee")
    # The second import noted that Alexander Fox owned the deal before.
    assert rows(select(User.name).where(User.status == "placeholder")) == ["Alexander Fox"]
    last = rows(select(DealImport.id).order_by(DealImport.id.desc()))[0]
    assert client.post(f"/deals/import/{last}/undo").status_code == 303
    run_jobs()
    (fox,) = rows(select(User.id).where(User.name == "Alexander Fox"))
    assert owners() == {"D1": fox}


def test_somebody_else_is_found_on_a_page_of_everybody(make, bring_in, client, owners):
    other = make.user(name="Zoe Quite Different", email="zoe@example.com")
    bring_in(FOX)
    address = "/deals/owners/choose?source=csv&name=Alexander+Fox&email="
    assert "Zoe" in client.get(f"{address}&q=zoe@").get_data(as_text=True)
    assert "Nobody found" in client.get(f"{address}&q=nothing").get_data(as_text=True)
    assert client.get("/deals/owners/choose?source=csv&name=Nobody&email=").status_code == 404
    fields = {"source": "csv", "name": "Alexander Fox", "email": "", "person": other.id}
    client.post("/deals/owners", data=fields)
    assert owners() == {"D1": other.id}


def test_several_owners_are_settled_at_once_and_one_left_alone_stays(make, bring_in, client, owners):
    al = make.user(name="Al Fox")
    bring_in(FOX, KIM, "D7,Seventh,Acme,Bo Day,,Proposal,1,USD,2026-01-02,")
    before = owners()
    fields = {
        "source": ["csv"] * 3,
        "name": ["Alexander Fox", "Kim Lee", "Bo Day"],
        "email": ["", "kim@crm.example", ""],
        "person": [al.id, "nobody", ""],
    }
    assert client.post("/deals/owners", data=fields).status_code == 303
    assert owners() == {"D1": al.id, "D3": None, "D7": before["D7"]}


def test_what_is_forged_or_gone_is_refused_in_words_and_nothing_is_saved(
    make, bring_in, say, client, rows, owners
):
    al = make.user(name="Al Fox")
    bring_in(FOX, KIM)
    before = owners()
    placeholder = before["D3"]
    refused = {
        "Choose a person": [
            (99_999, "Alexander Fox"),
            ("x", "Alexander Fox"),
            (placeholder, "Alexander Fox"),
        ],
        "names Nobody as its owner any more": [(al.id, "Nobody")],
        "No deal of hub names": [(al.id, "Alexander Fox", "", "hub")],
    }
    for said, answers in refused.items():
        for answer in answers:
            got = say(*answer)
            assert got.status_code == 422
            assert said in got.get_data(as_text=True)
    cut = client.post("/deals/owners", data={"source": "csv", "name": "Alexander Fox", "person": al.id})
    assert cut.status_code == 422
    both = {
        "source": ["csv"] * 2,
        "name": ["Alexander Fox", "Nobody"],
        "email": ["", ""],
        "person": [al.id] * 2,
    }
    assert client.post("/deals/owners", data=both).status_code == 422
    assert owners() == before
    assert rows(select(CrmOwner)) == []


def test_long_names_and_five_thousand_owners_are_paged_in_few_statements(make, client, count_queries):
    make.user(name="Rita Long")

    def fill():
        names = [{"owner_name": f"Owner {number} " + "long " * 90} for number in range(5_000)]
        facts = {
            "source": "csv",
            "stage": "Proposal",
            "crm_stage": "Proposal",
            "status": "open",
            "currency": "USD",
        }
        rows = [facts | name | {"external_id": str(at), "name": "A deal"} for at, name in enumerate(names)]
        db.session.execute(Deal.__table__.insert(), [row | {"crm_status": "open"} for row in rows])

    make.inside(fill)
    with count_queries() as queries:
        page = page_of(client, "?page=3")
    assert len(queries) <= 25
    assert page.count('name="person"') == 25
    assert "To match (5,000)" in page
    assert page_of(client, "?q=Owner+4999").count('name="person"') == 1
    assert "No owner with" in page_of(client, "?q=nobody+at+all")


def test_a_deal_that_is_gone_from_the_crm_names_nobody(make, bring_in, client):
    bring_in(FOX)
    make.inside(lambda: db.session.execute(update(Deal).values(removed_at=now())))
    assert "No owners yet" in page_of(client)


def test_what_was_said_holds_for_deals_that_an_undo_puts_back(
    make, bring_in, say, owners, client, run_jobs, rows
):
    al = make.user(name="Al Fox")
    bring_in(FOX)
    bring_in(FOX.replace("Alexander Fox", "Kim Lee").replace("Proposal", "Closing"))
    say(al.id, "Kim Lee")
    make.inside(lambda: db.session.add(CrmOwner(source="csv", name="Alexander Fox", email="", user_id=al.id)))
    make.store(CrmStage(source="csv", name="Proposal", stage="Offer"))
    last = rows(select(DealImport.id).order_by(DealImport.id.desc()))[0]
    client.post(f"/deals/import/{last}/undo")
    run_jobs()
    assert owners() == {"D1": al.id}
    (deal,) = rows(select(Deal))
    assert (deal.stage, deal.crm_stage) == ("Offer", "Proposal")
