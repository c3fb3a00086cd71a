"""/deals/stages: a CRM's stages get the portal's words, and its deals follow."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from portal.deals.models import CrmStage, Deal, StageEntry
from portal.users.models import AuditEntry

ONE = "D1,First,Acme,Jo,,Angebot,1000,USD,2026-01-02,"
TWO = "D2,Second,Acme,Jo,,Verhandlung,2000,USD,2026-01-02,"
DONE = "D3,Third,Acme,Jo,,Abschluss,3000,USD,2026-01-02,2026-02-03"


@pytest.fixture(autouse=True)
def stages(make):
    return make.facet("stage", terms=("Discovery", "Proposal", "Closed Won"))


@pytest.fixture
def say(client, run_jobs):
    """Save the page: say(Angebot=("Proposal", "")); returns the answer."""

    def post(source="csv", **answers):
        names = list(answers)
        data = {
            "source": source,
            "name": names,
            "stage": [answers[name][0] for name in names],
            "status": [answers[name][1] for name in names],
        }
        answer = client.post("/deals/stages", data=data)
        run_jobs()
        return answer

    return post


@pytest.fixture
def deals(rows):
    """The deals as (stage, CRM's stage, status, closed on), by their id in the CRM."""

    def read():
        found = rows(select(Deal).order_by(Deal.external_id))
        return {deal.external_id: (deal.stage, deal.crm_stage, deal.status, deal.closed_on) for deal in found}

    return read


def test_a_stage_that_is_mapped_is_rewritten_on_deals_and_entries(bring_in, client, say, deals, rows):
    bring_in(ONE, TWO)
    page = client.get("/deals/stages").get_data(as_text=True)
    assert "2 stages have no word of the portal yet" in page
    assert say(Angebot=("Proposal", ""), Verhandlung=("?", "")).status_code == 303
    assert deals() == {
        "D1": ("Proposal", "Angebot", "open", None),
        "D2": ("Verhandlung", "Verhandlung", "open", None),
    }
    entries = select(StageEntry).order_by(StageEntry.deal_id)
    assert [(one.stage, one.crm_stage) for one in rows(entries)] == [
        ("Proposal", "Angebot"),
        ("Verhandlung", "Verhandlung"),
    ]
    assert [row.name for row in rows(select(CrmStage))] == ["Angebot"]
    assert rows(select(AuditEntry.action).where(AuditEntry.action == "mapped stages"))
    assert "One stage has no word of the portal yet" in client.get("/deals/stages").get_data(as_text=True)


def test_the_next_import_speaks_the_portals_words_and_changes_nothing(bring_in, say, deals):
    bring_in(ONE, TWO)
    say(Angebot=("Proposal", ""))
    page = bring_in(ONE, TWO)
    assert "nothing changed" in page or "Nothing in the file is new" in page
    bring_in(ONE, TWO.replace("Verhandlung", "Angebot"))
    assert deals()["D2"] == ("Proposal", "Angebot", "open", None)


def test_changing_a_stage_back_puts_its_deals_back(bring_in, say, deals):
    bring_in(ONE, TWO, DONE)
    before = deals()
    say(Angebot=("Proposal", "lost"), Verhandlung=("Discovery", ""), Abschluss=("Closed Won", "won"))
    assert deals() != before
    say(Angebot=("", ""), Verhandlung=("", ""), Abschluss=("", ""))
    assert deals() == before


def test_a_stage_that_means_won_closes_the_deals_whose_day_is_known(bring_in, client, say, deals):
    bring_in(ONE, DONE, "D4,Fourth,Acme,Jo,,Abschluss,1,USD,2026-01-02,")
    assert deals()["D3"] == ("Abschluss", "Abschluss", "open", None)
    say(Abschluss=("Closed Won", "won"))
    assert deals()["D3"] == ("Closed Won", "Abschluss", "won", date(2026, 2, 3))
    assert deals()["D4"] == ("Closed Won", "Abschluss", "open", None)
    page = client.get("/deals/stages").get_data(as_text=True)
    assert "Some deals lack a closing date" in page
    assert "Fourth" in page


def test_an_import_afterwards_knows_the_end_and_refuses_what_lacks_its_day(
    bring_in, plan, client, say, deals
):
    bring_in(ONE, DONE)
    say(Abschluss=("Closed Won", "won"))
    page = client.get(plan(DONE, "D5,Fifth,Acme,Jo,,Abschluss,5,USD,2026-01-02,")).get_data(as_text=True)
    assert "The deal is won but has no closing date" in page
    bring_in("D6,Sixth,Acme,Jo,,Abschluss,5,USD,2026-01-02,2026-03-04")
    assert deals()["D6"] == ("Closed Won", "Abschluss", "won", date(2026, 3, 4))


def test_a_name_that_only_sounds_like_the_end_can_be_called_open(bring_in, say, deals):
    bring_in("D7,Seventh,Acme,Jo,,Won over the champion,5,USD,2026-01-02,2026-03-04")
    before = deals()
    assert before["D7"][2] == "won"
    say(**{"Won over the champion": ("Discovery", "open")})
    assert deals()["D7"] == ("Discovery", "Won over the champion", "open", None)
    bring_in("D7,Seventh,Acme,Jo,,Won over the champion,5,USD,2026-01-02,2026-03-04")
    assert deals()["D7"] == ("Discovery", "Won over the champion", "open", None)
    say(**{"Won over the champion": ("", "")})
    assert deals() == before


def test_the_preview_names_stages_that_are_new_and_they_can_be_mapped_before(
    plan, client, say, deals, run_jobs
):
    address = plan(ONE, TWO, "D8,Eighth,Acme,Jo,,proposal,5,USD,2026-01-02,")
    page = client.get(address).get_data(as_text=True)
    assert "2 stages are new" in page
    assert "Angebot, Verhandlung" in page
    assert say(Angebot=("Proposal", "")).status_code == 303
    client.post(f"{address}/apply")
    run_jobs()
    assert deals()["D1"] == ("Proposal", "Angebot", "open", None)
    assert "One stage is new" in client.get(address).get_data(as_text=True)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"Nowhere": ("Proposal", "")}, "is no stage of csv"),
        ({"Angebot": ("Invented", "")}, "is no stage of the portal any more"),
        ({"Angebot": ("Proposal", "maybe")}, "A deal is open, won or lost"),
    ],
)
def test_what_is_not_there_is_refused_in_words_and_nothing_is_saved(bring_in, say, rows, answers, said):
    bring_in(ONE)
    answer = say(**answers)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert rows(select(CrmStage)) == []


def test_a_stage_of_another_crm_is_refused_and_an_unknown_crm_is_not_there(bring_in, client, say, rows):
    bring_in(ONE)
    bring_in(TWO, source="hub")
    assert say(source="hub", Angebot=("Proposal", "")).status_code == 422
    assert rows(select(CrmStage)) == []
    assert client.get("/deals/stages?source=nobody").status_code == 404
    assert say(source="nobody", Angebot=("Proposal", "")).status_code == 404


def test_without_deals_and_without_portal_stages_the_page_says_so(client, make, bring_in):
    assert "No stages yet" in client.get("/deals/stages").get_data(as_text=True)


def test_a_form_that_came_incomplete_is_refused(bring_in, client):
    bring_in(ONE)
    answer = client.post("/deals/stages", data={"source": "csv", "name": ["Angebot"], "stage": ["Proposal"]})
    assert answer.status_code == 422
    assert "came incomplete" in answer.get_data(as_text=True)
