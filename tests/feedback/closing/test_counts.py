"""What owners say stands beside the estimates as plain counts: who is counted, who is not, and who sees which deal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.feedback.closing.counting import said_of
from portal.feedback.models import ClosingAnswer, MatteredAsset
from portal.usage import services as usage
from portal.usage.models import UsageEvent
from portal.users.models import User


@pytest.fixture
def deck(make):
    return make.asset("Heron deck", slug="heron")


def _closed(make, deck, owner, status, says, **fields):
    """Make a deal on which the deck was used before it closed; `says` is None without an answer."""
    deal = make.deal(owner=owner, status=status, **fields)
    make.use(deck, owner, kind="sent", deal=deal, at=now() - timedelta(days=10))
    if says is not None:
        answer = make.store(ClosingAnswer(deal_id=deal.id, user_id=owner.id))
        if says:
            make.store(MatteredAsset(answer_id=answer.id, asset_id=deck.id))
    return deal


def _counts(app, deck):
    with app.app_context():
        said = said_of(deck.id)
    return (said.won.mattered, said.won.answered, said.lost.mattered, said.lost.answered)


def test_answers_are_counted_as_by_hand(app, make, deck):
    rep, other = make.user("rep"), make.user("rep")
    #                                       won           lost
    for status, says in (
        *(("won", True), ("won", True), ("won", False), ("won", None)),  # 2 of 3, one silent
        *(("lost", True), ("lost", False), ("lost", False), ("lost", None)),  # 1 of 3, one silent
        ("open", True),  # opened again: not counted
    ):
        _closed(make, deck, rep, status, says)
    # An answer of somebody who handed the deal on is not its owner's.
    handed_on = _closed(make, deck, rep, "won", True)
    make.inside(lambda: setattr(db.session.merge(handed_on), "owner_id", other.id))
    # On this deal it was used only after it had closed.
    late = make.deal(owner=rep, status="won", closed_on=now().date() - timedelta(days=20))
    make.use(deck, rep, kind="sent", deal=late, at=now() - timedelta(days=10))
    make.store(ClosingAnswer(deal_id=late.id, user_id=rep.id))
    assert _counts(app, deck) == (2, 3, 1, 3)


def test_a_use_that_was_taken_back_takes_its_answer_out_of_the_counts(app, make, deck, rows):
    rep = make.user("rep")
    deal = _closed(make, deck, rep, "won", True)
    assert _counts(app, deck) == (1, 1, 0, 0)
    (event,) = rows(select(UsageEvent).where(UsageEvent.deal_id == deal.id))
    make.inside(lambda: usage.remove(db.session.merge(event), db.session.merge(rep)))
    assert _counts(app, deck) == (0, 0, 0, 0)


def test_a_deal_that_an_import_corrects_counts_where_it_stands_now(app, make, deck):
    deal = _closed(make, deck, make.user("rep"), "won", True)
    make.inside(lambda: setattr(db.session.merge(deal), "status", "lost"))
    assert _counts(app, deck) == (0, 0, 1, 1)


def test_the_pages_of_content_and_its_impact_say_so_with_the_base(make, sign_in, deck):
    rep = make.user("rep", team=make.team())
    mine = _closed(make, deck, rep, "won", True, name="Seen deal")
    for says in (True, False):
        _closed(make, deck, make.user("rep", team=make.team()), "lost", says, name="Hidden deal")
    client = sign_in(rep)
    sentence = "Owners of 3 closed deals where it was used say that it mattered on 2."
    for address in ("/library/heron", "/impact/heron"):
        page = client.get(address).text
        assert sentence in page
        assert "not what was estimated" in page
        assert "Hidden deal" not in page
    assert f'href="/deals/{mine.id}"' in page
    assert "2 of other teams, counted only" in page
    assert "Hidden deal" in sign_in(make.user("manager")).get("/impact/heron").text


def test_nobody_having_answered_is_said_on_the_impact_page_and_nothing_on_the_content(make, sign_in, deck):
    client = sign_in(make.user("rep"))
    assert "Nobody has said yet" in client.get("/impact/heron").text
    assert "not what was estimated" not in client.get("/library/heron").text


@pytest.mark.parametrize(("says", "words"), [(True, "mattered"), (False, "did not matter")])
def test_one_answer_is_told_as_one(app, make, deck, says, words):
    _closed(make, deck, make.user("rep"), "won", says)
    with app.app_context():
        sentence = said_of(deck.id).sentence
    assert sentence == f"The owner of one closed deal where it was used says that it {words}."


def test_the_answer_stands_on_the_deal_for_those_who_see_it_and_in_its_story(make, sign_in, deck):
    team = make.team()
    rep, mate = make.user("rep", team=team, name="Ann Reed"), make.user("rep", team=team)
    deal = _closed(make, deck, rep, "won", True)
    make.inside(lambda: setattr(db.session.scalar(select(ClosingAnswer)), "unanswered", "Is it <ISO>?"))
    page = sign_in(mate).get(f"/deals/{deal.id}").text
    assert "Said what mattered" in page
    assert "It was “Heron deck”." in page
    assert "Is it &lt;ISO&gt;?" in page
    assert f"/deals/{deal.id}/closing" not in page
    assert f"/deals/{deal.id}/closing" in sign_in(rep).get(f"/deals/{deal.id}").text


def test_titles_that_a_reader_may_not_see_are_counted(make, sign_in):
    team = make.team()
    rep, mate = make.user("rep", team=team), make.user("rep", team=team)
    draft = make.asset("Secret draft", state="draft", owner=rep)
    deal = _closed(make, draft, rep, "won", True)
    assert "Secret draft" in sign_in(rep).get(f"/deals/{deal.id}").text
    page = sign_in(mate).get(f"/deals/{deal.id}").text
    assert "Secret draft" not in page
    assert "1 piece of content that is not shared with you" in page


def test_the_page_of_a_closed_deal_costs_no_more_with_more_content(make, sign_in, count_queries):
    rep = make.user("rep")
    deal = make.deal(owner=rep, status="won")
    make.store(ClosingAnswer(deal_id=deal.id, user_id=rep.id))
    costs = []
    for _ in range(2):
        for _ in range(4):
            make.use(make.asset(), rep, kind="sent", deal=deal, at=now() - timedelta(days=9))
        client = sign_in(make.inside(lambda: db.session.get(User, rep.id)))
        client.get(f"/deals/{deal.id}")
        with count_queries() as queries:
            client.get(f"/deals/{deal.id}")
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 25
