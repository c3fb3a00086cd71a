"""Requests: asked in a sentence, joined, worth the pipeline that waits, and answered with content or a reason."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.content_requests.models import COLUMNS, ContentRequest, RequestChange, Supporter, WaitingDeal
from portal.content_requests.worth_queries import waiting_pipeline
from portal.db import now
from portal.library.services import create_asset
from portal.notifications.models import Notification, OutboxMessage


def _only(rows, model=ContentRequest):
    (row,) = rows(select(model))
    return row


def test_a_rep_asks_in_one_sentence_with_the_deal_prefilled(make, sign_in, rows):
    rep = make.user("rep")
    deal = make.deal(owner=rep, name="Acme renewal")
    client = sign_in(rep)
    client.post("/deals/working", data={"deal_id": str(deal.id)})
    page = client.get("/requests/new").text
    assert f'<option value="{deal.id}" selected>' in page
    answer = client.post(
        "/requests/new", data={"need": "A case study about hospitals", "deal_id": str(deal.id)}
    )
    asked = _only(rows)
    assert answer.location == f"/requests/{asked.id}"
    assert (asked.need, asked.status, asked.asked_by_id) == ("A case study about hospitals", "new", rep.id)
    assert rows(select(WaitingDeal.deal_id)) == [deal.id]
    assert rows(select(Supporter.user_id)) == [rep.id]


def test_a_search_that_found_nothing_becomes_a_request_that_remembers_it(make, sign_in, rows):
    rep = make.user("rep")
    search = make.search(rep, "hospital spreadsheets")
    client = sign_in(rep)
    page = client.get(f"/requests/new?text=hospital+spreadsheets&s={search.key}").text
    assert 'value="hospital spreadsheets"' in page
    client.post("/requests/new", data={"need": "hospital spreadsheets", "search": search.key})
    assert _only(rows).search_id == search.id


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"need": ""}, "in a sentence"),
        ({"need": "   "}, "in a sentence"),
        ({"need": "x" * 501}, "up to 500 characters"),
        ({"need": "Good", "details": "x" * 5001}, "up to 5,000 characters"),
        ({"need": "Good", "deal_id": "999"}, "You cannot see this deal"),
    ],
)
def test_a_request_that_cannot_be_taken_says_why_at_the_field(make, sign_in, rows, form, words):
    client = sign_in(make.user("rep"))
    answer = client.post("/requests/new", data=form)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert rows(select(ContentRequest)) == []


def test_others_say_me_too_once_and_their_deal_adds_to_the_waiting_pipeline(app, make, sign_in, rows):
    asker, other = make.user("rep"), make.user("rep")
    asked = make.request(asker, deals=(make.deal(owner=asker, amount=1000),))
    deal = make.deal(owner=other, amount=500)
    client = sign_in(other)
    for _ in range(2):
        client.post(f"/requests/{asked.id}/support", data={"deal_id": str(deal.id)})
    assert sorted(rows(select(Supporter.user_id))) == sorted([asker.id, other.id])
    with app.app_context():
        assert waiting_pipeline() == (150_000, 2)
    assert "$1,500" in client.get(f"/requests/{asked.id}").text


def test_a_deal_that_waits_for_two_requests_is_counted_once_in_the_total(app, make):
    rep = make.user("rep")
    deal = make.deal(owner=rep, amount=1000)
    make.request(rep, deals=(deal,))
    make.request(rep, deals=(deal, make.deal(owner=rep, amount=70, status="won")))
    with app.app_context():
        assert waiting_pipeline() == (100_000, 1)


def test_requests_are_ordered_by_the_open_pipeline_that_waits(make, sign_in):
    rep = make.user("rep")
    make.request(rep, "small need", deals=(make.deal(owner=rep, amount=100),))
    make.request(rep, "large need", deals=(make.deal(owner=rep, amount=9000),))
    make.request(rep, "lost need", deals=(make.deal(owner=rep, amount=99_000, status="lost"),))
    page = sign_in(rep).get("/requests").text
    assert page.index("large need") < page.index("small need") < page.index("lost need")


def test_the_deals_behind_a_request_are_seen_only_by_those_who_may(make, sign_in):
    asker = make.user("rep", team=make.team())
    deal = make.deal(owner=asker, name="Secret deal", amount=7000)
    asked = make.request(asker, deals=(deal,))
    stranger = sign_in(make.user("rep", team=make.team())).get(f"/requests/{asked.id}").text
    assert "Secret deal" not in stranger
    assert "$7,000" in stranger
    assert "Secret deal" in sign_in(make.user("marketer")).get(f"/requests/{asked.id}").text


def test_marketing_takes_completes_and_delivers_and_everybody_waiting_is_told(make, sign_in, rows, run_jobs):
    asker, other, marketer = make.user("rep"), make.user("rep"), make.user("marketer")
    asked, asset = make.request(asker), make.asset("Hospital case study")
    sign_in(other).post(f"/requests/{asked.id}/support")
    client = sign_in(marketer)
    client.post(f"/requests/{asked.id}/take")
    due = (now() + timedelta(days=7)).date().isoformat()
    form = {"kind": "case_study", "audience": "Hospitals", "needed_by": due, "details": "Numbers"}
    assert client.post(f"/requests/{asked.id}/complete", data=form).status_code == 303
    assert client.post(f"/requests/{asked.id}/deliver", data={"asset_id": asset.id}).status_code == 303
    request = _only(rows)
    assert (request.status, request.kind, request.delivered_asset_id) == ("delivered", "case_study", asset.id)
    steps = [change.status for change in rows(select(RequestChange))]
    assert steps == ["new", "accepted", "accepted", "delivered"]
    run_jobs()
    told = rows(select(Notification.user_id).where(Notification.title.contains("Hospital case study")))
    assert sorted(told) == sorted([asker.id, other.id])
    assert "Hospital case study" in sign_in(asker).get(f"/requests/{asked.id}").text


def test_a_message_is_delivered_once_however_often_the_job_runs(make, sign_in, rows, run_jobs):
    asked = make.request(make.user("rep"))
    sign_in(make.user("marketer")).post(f"/requests/{asked.id}/take")
    run_jobs()
    run_jobs()
    assert len(rows(select(Notification))) == len(rows(select(OutboxMessage))) == 1


def test_declining_needs_a_reason_and_the_asker_reads_it(make, sign_in, rows):
    asker = make.user("rep")
    asked = make.request(asker)
    client = sign_in(make.user("marketer"))
    refused = client.post(f"/requests/{asked.id}/decline", data={"reason": " "})
    assert (refused.status_code, "give a reason" in refused.text) == (422, True)
    client.post(f"/requests/{asked.id}/decline", data={"reason": "We have one already"})
    assert (_only(rows).status, _only(rows).decline_reason) == ("declined", "We have one already")
    assert "We have one already" in sign_in(asker).get(f"/requests/{asked.id}").text


def test_a_draft_cannot_be_delivered(make, sign_in, rows):
    asked, draft = make.request(make.user("rep")), make.asset(state="draft")
    answer = sign_in(make.user("marketer")).post(f"/requests/{asked.id}/deliver", data={"asset_id": draft.id})
    assert (answer.status_code, "Only published content" in answer.text) == (422, True)
    assert _only(rows).status == "new"


def test_a_day_in_the_past_is_refused_and_the_rest_is_kept(make, sign_in, rows):
    asked = make.request(make.user("rep"))
    form = {"needed_by": "2020-01-01", "audience": "Kept audience"}
    answer = sign_in(make.user("marketer")).post(f"/requests/{asked.id}/complete", data=form)
    assert (answer.status_code, "has passed" in answer.text, "Kept audience" in answer.text) == (
        422,
        True,
        True,
    )
    assert _only(rows).needed_by is None


def test_two_marketers_cannot_both_close_a_request(make, sign_in, rows):
    asked, asset = make.request(make.user("rep")), make.asset()
    first, second = sign_in(make.user("marketer")), sign_in(make.user("marketer"))
    first.post(f"/requests/{asked.id}/deliver", data={"asset_id": asset.id})
    answer = second.post(f"/requests/{asked.id}/decline", data={"reason": "No"})
    assert (answer.status_code, "delivered already" in answer.text) == (409, True)
    assert _only(rows).status == "delivered"


def test_a_rep_can_neither_take_nor_decline(make, sign_in, rows):
    asked = make.request(make.user("rep"))
    client = sign_in(make.user("rep"))
    for verb in ("take", "start", "complete", "decline", "deliver"):
        assert client.post(f"/requests/{asked.id}/{verb}").status_code == 403
    assert _only(rows).status == "new"


def test_a_closed_request_is_opened_again_with_a_reason(make, sign_in, rows):
    asker = make.user("rep")
    asked = make.request(asker, status="declined", decline_reason="No", closed_at=now())
    client = sign_in(asker)
    client.post(f"/requests/{asked.id}/reopen", data={"reason": "Two more deals need it"})
    assert (_only(rows).status, _only(rows).closed_at) == ("new", None)
    assert (
        sign_in(make.user("rep")).post(f"/requests/{asked.id}/reopen", data={"reason": "x"}).status_code
        == 403
    )


def test_html_and_emoji_in_a_request_are_shown_as_text(make, sign_in):
    asked = make.request(make.user("rep"), "<script>alert(1)</script> 😀")
    client = sign_in(make.user("marketer"))
    for address in (f"/requests/{asked.id}", "/requests", "/requests?as=board"):
        page = client.get(address).text
        assert "<script>alert(1)" not in page
        assert "😀" in page


@pytest.mark.parametrize("address", ["/requests", "/requests?as=board"])
def test_a_list_of_requests_costs_few_queries(make, sign_in, count_queries, address):
    for _ in range(30):
        rep = make.user("rep")
        make.request(rep, deals=(make.deal(owner=rep),))
    client = sign_in(make.user("marketer"))
    with count_queries() as queries:
        assert client.get(address).status_code == 200
    assert len(queries) <= 12


def test_a_request_is_not_answered_with_content_that_has_no_file(make, sign_in, rows):
    asked, client = make.request(make.user("rep")), sign_in(make.user("marketer"))
    named = {"by": None, "title": "Heron calls", "kind": "other", "placeholder": True}
    asset = make.inside(lambda: create_asset(**named))
    assert "Heron calls" not in client.get(f"/requests/{asked.id}").text
    answer = client.post(f"/requests/{asked.id}/deliver", data={"asset_id": asset.id})
    assert (answer.status_code, "There is nothing to use in it yet" in answer.text) == (422, True)
    assert _only(rows).status == "new"


def test_saying_me_too_without_a_deal_leaves_out_the_deal_at_hand(app, make, sign_in):
    asker, other = make.user("rep"), make.user("rep")
    asked, deal = make.request(asker), make.deal(owner=other, amount=500)
    client = sign_in(other)
    client.post("/deals/working", data={"deal_id": str(deal.id)})
    assert f'<option value="{deal.id}" selected>' in client.get(f"/requests/{asked.id}").text
    client.post(f"/requests/{asked.id}/support", data={"deal_id": ""})
    with app.app_context():
        assert waiting_pipeline() == (0, 0)
    assert "No open deal with a known amount waits yet." in client.get(f"/requests/{asked.id}").text


def test_a_request_says_how_many_open_deals_its_pipeline_is_of(make, sign_in):
    rep = make.user("rep")
    asked = make.request(rep, deals=(make.deal(owner=rep, amount=1000), make.deal(owner=rep, amount=500)))
    page = sign_in(rep).get(f"/requests/{asked.id}").text
    assert "2 open deals" in page
    assert "No open deal" not in page


def test_a_closed_request_is_not_changed_any_more(make, sign_in, rows):
    asked = make.request(
        make.user("rep"), status="declined", decline_reason="We have it", audience="Hospitals"
    )
    form = {"audience": "Somebody else", "details": "Other words"}
    answer = sign_in(make.user("marketer")).post(f"/requests/{asked.id}/complete", data=form)
    assert (answer.status_code, "declined already" in answer.text) == (409, True)
    assert _only(rows).audience == "Hospitals"


def test_today_is_a_day_of_the_organisation_and_not_of_utc(app, make, sign_in, rows, monkeypatch):
    app.config["ORGANISATION_TIME_ZONE"] = "America/Los_Angeles"
    evening = datetime(2026, 6, 2, 3, 0, tzinfo=UTC)
    monkeypatch.setattr("portal.content_requests.views.now", lambda: evening)
    asked, client = make.request(make.user("rep")), sign_in(make.user("marketer"))
    form = {"needed_by": "2026-06-01"}
    assert client.post(f"/requests/{asked.id}/complete", data=form).status_code == 303
    assert _only(rows).needed_by == date(2026, 6, 1)


@pytest.mark.parametrize("number", ["9" * 30, "²", ""])
def test_content_or_a_deal_with_an_absurd_number_is_refused(make, sign_in, rows, number):
    asked, client = make.request(make.user("rep")), sign_in(make.user("marketer"))
    assert client.post(f"/requests/{asked.id}/deliver", data={"asset_id": number}).status_code == 422
    if number:
        assert client.post(f"/requests/{asked.id}/support", data={"deal_id": number}).status_code == 404
        assert client.post("/deals/working", data={"deal_id": number}).status_code == 404
    assert _only(rows).status == "new"


def test_the_board_has_a_column_for_every_state(make, sign_in):
    rep = make.user("rep")
    for status in COLUMNS:
        make.request(rep, f"need of {status}", status=status)
    page = sign_in(rep).get("/requests?as=board").text
    assert [status for status in COLUMNS if f"need of {status}" not in page] == []
