"""Asking: what there is already is shown while a sentence is typed, and who asked for it can be joined."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.content_requests.models import UNWORDED, ContentRequest, Supporter, WaitingDeal
from portal.content_requests.similar import similar_requests
from portal.db import now
from portal.library.indexing import all_documents, engine
from portal.library.models import Asset, Contribution

NEED = "A case study about a hospital that left its spreadsheets"
HTMX = {"HX-Request": "true"}


def _only(rows, model=ContentRequest):
    (row,) = rows(select(model))
    return row


def _there(client, need=NEED, **more):
    return client.get(
        "/requests/new", query_string={"part": "there", "need": need, **more}, headers=HTMX
    ).text


@pytest.fixture
def rep(make):
    return make.user(team=make.team("North"))


@pytest.fixture
def index(make):
    return lambda: make.inside(lambda: engine().rebuild(all_documents()))


def test_content_that_may_answer_it_is_shown_with_its_kind_and_a_passage(make, sign_in, rep, index):
    make.asset("Marlow clinic", pages=("The hospital threw away 214 spreadsheets.",), kind="case_study")
    make.asset("Other case study", pages=("A bank that moved house.",), kind="case_study")
    make.asset("Draft on hospital spreadsheets", state="draft")
    make.asset("Expired hospital spreadsheets", expires_on=now().date() - timedelta(days=1))
    make.asset("Brought hospital spreadsheets", state="from_sales")
    index()
    for person in (rep, make.user("marketer")):  # who sees drafts cannot use them either
        shown = _there(sign_in(person))
        assert "Marlow clinic" in shown
        assert "<mark>hospital</mark>" in shown
        assert "Case study" in shown
        assert [word for word in ("Other case", "Draft", "Expired", "Brought") if word in shown] == []


def test_at_most_three_pieces_and_three_requests_are_shown(make, sign_in, rep, index):
    for number in range(6):
        make.asset(f"Hospital spreadsheets {number}")
        make.request(rep, f"Hospital without spreadsheets, part {number}")
    index()
    shown = _there(sign_in(rep))
    assert (shown.count("/library/asset-"), shown.count('class="asset-line-note"')) == (3, 6)


@pytest.mark.parametrize(
    "text",
    ["", "   ", "a the of", "!!", '"', "-hospital", "kind:deck", "'; drop", "x" * 3000, "😀", "\x00", "医院"],
)
def test_whatever_is_typed_is_looked_for_without_an_error(make, sign_in, rep, index, text):
    make.asset("Hospital spreadsheets")
    make.request(rep, NEED)
    index()
    client = sign_in(rep)
    for part in ("there", "deal", "none"):
        assert (
            client.get("/requests/new", query_string={"part": part, "need": text}, headers=HTMX).status_code
            == 200
        )
    assert client.get("/requests/new", query_string={"text": text}).status_code == 200


def test_similar_open_requests_are_offered_the_likest_first(make, sign_in, rep):
    make.request(rep, "A hospital deck", status="new")
    make.request(rep, "Hospitals leaving spreadsheets behind: a story")
    make.request(rep, "A case study about a bank")
    make.request(rep, "Hospital spreadsheets, closed already", status="declined")
    make.request(rep, UNWORDED)
    make.request(rep, UNWORDED + " hospital spreadsheets")
    shown = _there(sign_in(make.user()))
    assert "closed already" not in shown
    assert "a bank" not in shown
    assert shown.index("leaving spreadsheets behind") < shown.index("A hospital deck")
    assert shown.count("Join this one:") == 3
    assert (
        _there(sign_in(make.user()), "Something that was searched for and not found").count("Join this one:")
        == 1
    )


def test_rare_words_tell_more_than_common_ones(app, make, rep):
    for number in range(8):
        make.request(rep, f"Security of the warehouse number {number}")
    make.request(rep, "Security of hazmat loads")
    with app.app_context():
        first, *_ = similar_requests("Warehouse hazmat", 3)
    assert first.need == "Security of hazmat loads"


def test_joining_takes_the_chosen_deal_along(make, sign_in, rep, rows):
    asked = make.request(make.user(), "Hospitals that left spreadsheets")
    deal = make.deal(owner=rep)
    client = sign_in(rep)
    shown = _there(client)
    join = f'formaction="/requests/{asked.id}/support"'
    assert join in shown
    form = {"need": NEED, "deal_id": str(deal.id), "details": "", "search": "", "like": ""}
    answer = client.post(f"/requests/{asked.id}/support", data=form)
    assert answer.location == f"/requests/{asked.id}"
    assert rows(select(WaitingDeal.deal_id)) == [deal.id]
    assert "You asked for it too" in _there(client)
    assert join not in _there(client)


def test_enter_sends_the_request_and_joins_nothing(make, sign_in, rep):
    make.request(make.user(), NEED)
    page = sign_in(rep).get("/requests/new", query_string={"text": NEED}).text
    form = page[page.index('action="/requests/new"') :]
    assert form.index('type="submit"') < form.index("formaction=")
    assert "formaction" not in form[: form.index('type="submit"')]


def test_without_scripts_one_can_look_first_and_nothing_is_lost(make, sign_in, rep, rows):
    make.request(make.user(), "Hospitals that left spreadsheets")
    deal = make.deal(owner=rep, product="Dock")
    form = {"need": NEED, "details": "With numbers", "deal_id": str(deal.id), "do": "look"}
    answer = sign_in(rep).post("/requests/new", data=form)
    assert answer.status_code == 200
    for kept in (NEED, "With numbers", f'value="{deal.id}" selected', "Join this one", "Dock"):
        assert kept in answer.text
    assert len(rows(select(ContentRequest))) == 1


def test_the_facts_of_the_deal_are_there_before_anybody_types(make, sign_in, rep):
    deal = make.deal(owner=rep, industry="Mining", product="Dock", stage="Pilot")
    client = sign_in(rep)
    facts = [
        word in client.get(f"/requests/new?deal_id={deal.id}").text for word in ("Mining", "Dock", "Pilot")
    ]
    assert facts == [True] * 3
    part = client.get(f"/requests/new?part=deal&deal_id={deal.id}", headers=HTMX).text
    assert ("Mining" in part, "<html" in part) == (True, False)
    strange = sign_in(make.user(team=make.team()))
    for address in (f"/requests/new?deal_id={deal.id}", f"/requests/new?part=deal&deal_id={deal.id}"):
        assert "Mining" not in strange.get(address, headers=HTMX if "part" in address else {}).text


def test_a_team_mates_deal_can_wait_but_no_hidden_or_closed_one(make, sign_in, rep, rows):
    mate = make.user(team=make.team())
    hidden = make.deal(owner=mate, name="Hidden deal")
    won = make.deal(owner=rep, name="Done deal", status="won")
    client = sign_in(rep)
    for deal, words in ((hidden, "You cannot see this deal"), (won, "“Done deal” is won already")):
        answer = client.post("/requests/new", data={"need": NEED, "deal_id": str(deal.id)})
        assert (answer.status_code, words in answer.text, NEED in answer.text) == (422, True, True)
        assert "Hidden deal" not in answer.text
    assert client.post("/requests/new", data={"need": NEED, "deal_id": "9" * 40}).status_code == 422
    assert rows(select(ContentRequest)) == []
    asked = make.request(mate)
    assert client.post(f"/requests/{asked.id}/support", data={"deal_id": hidden.id}).status_code == 404
    answer = client.post(f"/requests/{asked.id}/support", data={"deal_id": won.id})
    assert (answer.status_code, "only an open deal can wait" in answer.text) == (422, True)
    assert rows(select(Supporter.user_id)) == [mate.id]
    team = sign_in(make.user("marketer"))
    team.post("/requests/new", data={"need": NEED, "deal_id": str(hidden.id)})
    assert rows(select(WaitingDeal.deal_id)) == [hidden.id]


def test_one_like_this_is_asked_for_from_its_page_and_stays_with_the_request(make, sign_in, rep, rows):
    asset = make.asset("Hospital story")
    client = sign_in(rep)
    assert f'href="/requests/new?like={asset.slug}"' in client.get(f"/library/{asset.slug}").text
    page = client.get(f"/requests/new?like={asset.slug}").text
    assert "Like “Hospital story”, but for" in page
    client.post("/requests/new", data={"need": "This, but for banks", "like": asset.slug})
    asked = _only(rows)
    assert asked.like_asset_id == asset.id
    assert f'href="/library/{asset.slug}"' in client.get(f"/requests/{asked.id}").text


def test_what_one_cannot_see_is_nothing_that_a_request_can_be_like(make, sign_in, rep, rows):
    draft = make.asset("Secret draft", state="draft")
    client = sign_in(rep)
    assert client.get(f"/requests/new?like={draft.slug}").status_code == 404
    assert client.post("/requests/new", data={"need": NEED, "like": draft.slug}).status_code == 404
    assert client.get("/requests/new?like=nothing-of-this-name").status_code == 404
    assert rows(select(ContentRequest)) == []


def test_what_marketing_declined_becomes_a_request_and_is_shown_to_who_may_see_it(make, sign_in, rep, rows):
    marketer = make.user("marketer")
    mine = make.asset("My own deck", state="archived", owner=rep)
    decided = {"outcome": "declined", "reason": "Old logo", "decided_by_id": marketer.id, "decided_at": now()}
    make.store(Contribution(asset_id=mine.id, contributed_by_id=rep.id, **decided))
    client = sign_in(rep)
    page = client.get(f"/library/{mine.slug}").text
    assert "Ask marketing to make it" in page
    assert f"like={mine.slug}" in page
    client.post("/requests/new", data={"need": "An official one of these", "like": mine.slug})
    address = f"/requests/{_only(rows).id}"
    assert rows(select(ContentRequest.like_asset_id)) == [mine.id]
    seen = ["My own deck" in sign_in(who).get(address).text for who in (rep, marketer, make.user())]
    assert seen == [True, True, False]
    assert _only(rows, Asset).state == "archived"


def test_who_joins_what_was_merged_joins_what_it_is_part_of(make, sign_in, rep, rows):
    other = make.user()
    whole = make.request(other, "The whole of it")
    middle = make.request(other, "The middle", status="merged", merged_into_id=whole.id)
    part = make.request(other, "The part", status="merged", merged_into_id=middle.id)
    deal, client = make.deal(owner=rep), sign_in(rep)
    answer = client.post(f"/requests/{part.id}/support", data={"deal_id": deal.id})
    assert answer.location == f"/requests/{whole.id}"
    assert "“The part” is part of this request now" in client.get(answer.location).text
    assert rows(select(WaitingDeal.request_id)) == [whole.id]


def test_joining_a_closed_request_is_refused_and_joining_twice_counts_once(make, sign_in, rep, rows):
    client = sign_in(rep)
    for status in ("delivered", "declined"):
        closed = make.request(make.user(), status=status)
        answer = client.post(f"/requests/{closed.id}/support")
        assert (answer.status_code, "nobody can join it any more" in answer.text) == (409, True)
    own = make.request(rep)
    answer = client.post(f"/requests/{own.id}/support")
    assert "nothing is counted twice" in client.get(answer.location).text
    assert len([row for row in rows(select(Supporter)) if row.request_id == own.id]) == 1


@pytest.mark.parametrize("name", ["details", "examples"])
def test_two_hundred_thousand_characters_are_refused_at_their_field(make, sign_in, rep, rows, name):
    asked, client = make.request(rep), sign_in(make.user("marketer"))
    form = {"need": NEED, "audience": "Kept audience", name: "x" * 200_000}
    answer = client.post(f"/requests/{asked.id}/complete", data=form)
    assert (answer.status_code, "up to 5,000 characters" in answer.text) == (422, True)
    assert "Kept audience" in answer.text
    assert getattr(_only(rows), name) == ""
    assert client.post("/requests/new", data={"need": NEED, "details": "x" * 200_000}).status_code == 422


def test_examples_are_shown_as_markdown_to_everybody(make, sign_in, rep, rows):
    asked = make.request(rep)
    words = "See [theirs](https://example.com/x) <script>alert(1)</script>"
    sign_in(make.user("marketer")).post(
        f"/requests/{asked.id}/complete", data={"need": NEED, "examples": words}
    )
    page = sign_in(rep).get(f"/requests/{asked.id}").text
    assert 'href="https://example.com/x"' in page
    assert "<script>alert" not in page


def test_looking_costs_few_statements_however_many_requests_there_are(
    make, sign_in, rep, index, count_queries
):
    for number in range(40):
        make.request(rep, f"Hospital spreadsheets {number}")
        make.asset(f"Hospital spreadsheets {number}")
    index()
    client = sign_in(rep)
    _there(client)
    with count_queries() as queries:
        _there(client)
    assert len(queries) <= 22


def test_the_form_carries_a_nonce_and_pressing_twice_asks_once(make, sign_in, rep, rows):
    client = sign_in(rep)
    (nonce,) = re.findall(
        r'action="/requests/new".*?name="nonce" value="([^"]+)"', client.get("/requests/new").text, re.S
    )
    form = {"need": NEED, "nonce": nonce}
    first, second = (client.post("/requests/new", data=form) for _ in range(2))
    assert first.location == second.location == f"/requests/{_only(rows).id}"
    assert client.post("/requests/new", data={**form, "nonce": f"{nonce}x"}).location != first.location
