"""The owner of a deal that closed is asked once what mattered, before anything else, and may say so later."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.deals.models import Deal
from portal.feedback.models import ClosingAnswer, MatteredAsset, Question
from portal.users.models import User


def _before(**ago):
    return now() - timedelta(**ago)


@pytest.fixture
def rep(make):
    return make.user("rep", team=make.team())


@pytest.fixture
def deal(make, rep):
    return make.deal(owner=rep, status="won", name="Acme renewal")


@pytest.fixture
def deck(make, rep, deal):
    asset = make.asset("Heron deck", slug="heron")
    make.use(asset, rep, kind="presented", deal=deal, at=_before(days=8))
    return asset


def _asks(page: str) -> str | None:
    found = re.search(r'id="question-title">(.*?)</h2>', page, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]).strip() if found else None


def _say(client, deal, htmx=False, **form):
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(f"/deals/{deal.id}/closing", data=form, headers=headers)


def _another_day(make):
    def pass_by():
        for question in db.session.scalars(select(Question)):
            question.day -= timedelta(days=1)
            question.asked_at -= timedelta(days=1)

    make.inside(pass_by)


def test_a_deal_left_unsaid_on_a_day_of_another_question_is_not_asked_about_again(make, sign_in, rep, deal):
    latest = make.deal(owner=rep, status="lost", name="Beacon", closed_on=now().date())
    client = sign_in(rep)
    assert "Beacon" in (_asks(client.get("/").text) or "")
    assert client.post(f"/deals/{deal.id}/closing/later").status_code == 303
    client.post(f"/deals/{latest.id}/closing/later")
    make.inside(lambda: db.session.execute(db.delete(Question).where(Question.deal_id == latest.id)))
    make.inside(lambda: db.session.delete(db.session.get_one(Deal, latest.id)))
    assert _asks(client.get("/").text) is None


def test_a_closed_deal_is_asked_about_before_what_was_used_and_once_a_day_in_all(
    make, sign_in, rep, deal, deck, rows
):
    make.use(make.asset("Egret sheet"), rep, kind="sent", deal=make.deal(owner=rep), at=_before(hours=2))
    client = sign_in(rep)
    page = client.get("/").text
    assert _asks(page) == "Acme renewal is won. What mattered?"
    assert "Heron deck" in page
    assert "None of them" in page
    (question,) = rows(select(Question))
    assert (question.deal_id, question.asset_id, question.user_id) == (deal.id, None, rep.id)
    assert client.post(f"/deals/{deal.id}/closing/later", data={"next": "/"}).location == "/"
    assert _asks(client.get("/").text) is None
    _another_day(make)
    assert _asks(client.get("/").text).startswith("Did “Egret sheet” help")


def test_what_mattered_and_what_nothing_answered_are_kept(sign_in, rep, deal, deck, rows):
    client = sign_in(rep)
    client.get("/")
    answer = _say(client, deal, mattered=[str(deck.id)], unanswered="  Is it ISO 27001?  ", next="/")
    assert answer.location == "/"
    (said,) = rows(select(ClosingAnswer))
    assert (said.deal_id, said.user_id, said.unanswered) == (deal.id, rep.id, "Is it ISO 27001?")
    assert rows(select(MatteredAsset.asset_id)) == [deck.id]
    assert rows(select(Question.answered_at))[0] is not None
    page = client.get("/").text
    assert "Thank you" in page
    assert _asks(page) is None


def test_the_card_is_answered_and_put_off_without_leaving_the_page(make, sign_in, rep, deal, deck):
    client = sign_in(rep)
    assert f'hx-post="/deals/{deal.id}/closing"' in client.get("/").text
    refused = _say(client, deal, htmx=True, unanswered="Kept words")
    assert refused.status_code == 422
    assert "<html" not in refused.text
    assert "Please tick what mattered" in refused.text
    assert "Kept words" in refused.text
    done = _say(client, deal, htmx=True, none_of_them="y")
    assert done.status_code == 200
    assert "<html" not in done.text
    assert "Thank you" in done.text
    other = make.deal(owner=rep, status="lost")
    later = client.post(f"/deals/{other.id}/closing/later", headers={"HX-Request": "true"})
    assert "not asked about this deal again" in later.text


def test_none_of_them_is_an_answer(sign_in, rep, deal, deck, rows):
    assert _say(sign_in(rep), deal, none_of_them="y").status_code == 303
    assert len(rows(select(ClosingAnswer))) == 1
    assert rows(select(MatteredAsset)) == []


def test_a_deal_without_content_is_asked_what_was_missing(make, sign_in, rep, rows):
    lost = make.deal(owner=rep, status="lost", name="Bare deal")
    client = sign_in(rep)
    page = client.get("/").text
    assert _asks(page) == "Bare deal is lost. What was missing?"
    assert "None of them" not in page
    empty = _say(client, lost)
    assert empty.status_code == 422
    assert "in a few words" in empty.text
    assert _say(client, lost, unanswered="A price list").status_code == 303
    assert rows(select(ClosingAnswer.unanswered)) == ["A price list"]


def test_it_is_asked_on_one_day_only_and_not_after_not_now(make, sign_in, rep, deal, deck):
    client = sign_in(rep)
    assert _asks(client.get("/").text)
    assert _asks(client.get("/").text)
    _another_day(make)
    assert _asks(client.get("/").text) == "Did “Heron deck” help on Acme renewal?"
    page = client.get(f"/deals/{deal.id}").text
    assert "Say what mattered" in page
    assert client.get(f"/deals/{deal.id}/closing").status_code == 200


def test_not_now_before_the_note_that_it_was_asked_counts_all_the_same(make, sign_in, rep, deal, deck, rows):
    client = sign_in(rep)
    client.post(f"/deals/{deal.id}/closing/later")
    assert rows(select(Question.dismissed_at))[0] is not None
    _another_day(make)
    assert "What mattered?" not in client.get("/").text


@pytest.mark.parametrize(("days", "asks"), [(29, True), (30, False)])
def test_deals_are_asked_about_for_thirty_days(make, sign_in, rep, days, asks):
    make.deal(owner=rep, status="won", closed_on=now().date() - timedelta(days=days))
    assert bool(_asks(sign_in(rep).get("/").text)) is asks


def test_neither_open_deals_nor_those_of_a_mate_are_asked_about(make, sign_in, rep):
    make.deal(owner=rep)
    with_team = make.inside(lambda: db.session.get(User, rep.id).team)
    make.deal(owner=make.user("rep", team=with_team), status="won")
    assert _asks(sign_in(rep).get("/").text) is None


def test_a_question_about_a_deal_that_was_opened_again_is_not_shown(make, sign_in, rep, deal, deck):
    client = sign_in(rep)
    assert _asks(client.get("/").text)
    make.inside(lambda: setattr(db.session.merge(deal), "status", "open"))
    assert _asks(client.get("/").text) is None


def test_content_first_used_after_the_closing_day_is_not_offered(make, sign_in, rep, deal, deck):
    late = make.asset("Late sheet")
    make.use(late, rep, kind="sent", deal=deal, at=_before(days=1))
    client = sign_in(rep)
    assert "Late sheet" not in client.get(f"/deals/{deal.id}/closing").text
    assert _say(client, deal, mattered=[str(late.id)]).status_code == 422


def test_an_answer_can_be_changed_and_is_never_doubled(make, sign_in, rep, deal, deck, rows):
    client = sign_in(rep)
    _say(client, deal, mattered=[str(deck.id)], unanswered="One")
    page = client.get(f"/deals/{deal.id}/closing").text
    assert re.search(rf'value="{deck.id}" checked', page)
    assert ">One</textarea>" in page
    _say(client, deal, none_of_them="y", unanswered="")
    _say(client, deal, none_of_them="y", unanswered="")
    assert rows(select(ClosingAnswer.unanswered)) == [""]
    assert rows(select(MatteredAsset)) == []


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"mattered": ["{other}"]}, "not on the deal any more"),
        ({"mattered": ["banana"]}, "not on the deal any more"),
        ({"mattered": ["9" * 30]}, "not on the deal any more"),
        ({"mattered": ["{deck}"], "none_of_them": "y"}, "either content or"),
        ({"none_of_them": "y", "unanswered": "x" * 501}, "up to 500 characters; these are 501"),
        ({"none_of_them": "y", "unanswered": "x" * 200_000}, "these are 200,000"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_everything_typed(
    make, sign_in, rep, deal, deck, rows, form, words
):
    other = make.asset("Not on it")
    if "mattered" in form:
        form = form | {"mattered": [v.format(other=other.id, deck=deck.id) for v in form["mattered"]]}
    answer = _say(sign_in(rep), deal, **form)
    assert answer.status_code == 422
    assert words in answer.text
    assert form.get("unanswered", "") in answer.text
    assert rows(select(ClosingAnswer)) == []


def test_only_the_owner_of_a_closed_deal_has_the_form(make, sign_in, rep, deal, deck, rows):
    with_team = make.inside(lambda: db.session.get(User, rep.id).team)
    people = {
        403: [make.user("rep", team=with_team), make.user("marketer"), make.user("manager")],
        404: [make.user("rep", team=make.team())],
    }
    for status, those in people.items():
        for person in those:
            client = sign_in(person)
            assert client.get(f"/deals/{deal.id}/closing").status_code == status
            assert _say(client, deal, none_of_them="y").status_code == status
            assert client.post(f"/deals/{deal.id}/closing/later").status_code == status
    client = sign_in(rep)
    still_open = make.deal(owner=rep)
    assert client.get(f"/deals/{still_open.id}/closing").status_code == 409
    assert _say(client, still_open, unanswered="x").status_code == 409
    assert client.get("/deals/999999/closing").status_code == 404
    assert "Say what mattered" not in sign_in(people[403][0]).get(f"/deals/{deal.id}").text
    assert rows(select(ClosingAnswer)) == []


def test_a_form_without_its_token_is_refused(app, sign_in, rep, deal, deck, rows):
    app.config["WTF_CSRF_ENABLED"] = True
    assert _say(sign_in(rep), deal, none_of_them="y").status_code == 400
    assert rows(select(ClosingAnswer)) == []
