"""What owners of closed deals said beside the figures: who is heard, what goes together, and what is kept apart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.db import now
from portal.feedback.closing.counting import said_of, said_of_all
from portal.feedback.models import ClosingAnswer, MatteredAsset
from portal.impact.exploring.owners import against
from tests.impact.test_pages import CLEAR, snapshot, text_of

PAGE = "/impact/by/owners"


@pytest.fixture
def heard(make):
    """Ten closed deals of one owner, on which two pieces were used: the first always mattered, the second never."""
    rep = make.user("rep")
    loved, ignored = make.asset("Loved"), make.asset("Ignored")
    for number in range(10):
        deal = make.deal(owner=rep, status="won" if number % 2 else "lost")
        for asset in (loved, ignored):
            make.use(asset, rep, kind="sent", deal=deal, at=now() - timedelta(days=30))
        answer = make.store(ClosingAnswer(deal_id=deal.id, user_id=rep.id))
        make.store(answer, MatteredAsset(answer_id=answer.id, asset_id=loved.id))
    return {"rep": rep, "loved": loved, "ignored": ignored}


def test_content_is_counted_for_all_pieces_as_for_one(make, heard):
    for name, mattered in (("loved", 10), ("ignored", 0)):
        one = make.inside(lambda name=name: said_of(heard[name].id))
        assert make.inside(said_of_all)[heard[name].id] == one
        assert (one.answered, one.mattered) == (10, mattered)


def test_a_use_after_the_closing_day_is_no_answer_about_it(make, heard):
    deal = make.deal(owner=heard["rep"], status="won", closed_on=(now() - timedelta(days=40)).date())
    make.use(heard["loved"], heard["rep"], kind="sent", deal=deal, at=now() - timedelta(days=30))
    make.store(ClosingAnswer(deal_id=deal.id, user_id=heard["rep"].id))
    assert make.inside(said_of_all)[heard["loved"].id].answered == 10


def test_what_owners_and_figures_say_alike_and_apart_is_listed(make, sign_in, heard):
    less = CLEAR | {
        "verdict": "won_less",
        "lift": -0.07,
        "ci_low": -0.12,
        "ci_high": -0.02,
        "shrunk_lift": -0.06,
    }
    snapshot(make, {heard["loved"]: CLEAR, heard["ignored"]: CLEAR})
    said = text_of(sign_in(make.user("manager")), PAGE)
    assert "mattered on 50% of the deals" in said
    assert "Owners and figures point the same way on 1 piece, and different ways on 1." in said
    assert "Owners name it more often than most content, and deals were won more often" in said
    assert "Owners name it less often than most content, yet deals were won more often" in said
    snapshot(make, {heard["loved"]: less, heard["ignored"]: less})
    said = text_of(sign_in(make.user("rep")), PAGE)
    assert "Owners name it more often than most content, yet deals were won less often" in said


def test_loved_content_that_surely_gains_little_stands_apart(make, sign_in, heard):
    no_gain = CLEAR | {"verdict": "no_clear_difference", "lift": 0.0, "ci_low": -0.02, "ci_high": 0.02}
    snapshot(make, {heard["loved"]: no_gain})
    assert "yet a gain of more than 3 points is unlikely" in text_of(sign_in(make.user("manager")), PAGE)


def test_a_few_answers_are_not_told(make, sign_in):
    rep, asset = make.user("rep"), make.asset("Rare")
    deal = make.deal(owner=rep, status="won")
    make.use(asset, rep, kind="sent", deal=deal, at=now() - timedelta(days=30))
    make.store(ClosingAnswer(deal_id=deal.id, user_id=rep.id))
    snapshot(make, {asset: CLEAR})
    said = text_of(sign_in(rep), PAGE)
    assert "Too few answers yet" in said
    assert "Rare" not in said


def test_before_figures_and_answers_the_page_says_what_will_come(make, sign_in):
    client = sign_in(make.user("rep"))
    assert "No figures yet" in text_of(client, PAGE)
    snapshot(make, {})
    assert "No owner was heard yet" in text_of(client, PAGE)


def test_what_was_chosen_is_kept_for_the_way_back(make, sign_in, heard):
    snapshot(make, {heard["loved"]: CLEAR, heard["ignored"]: CLEAR})
    client = sign_in(make.user())
    kept = "?begin=2026-01-01&uses=logged&snapshot=1"
    page = client.get(f"{PAGE}{kept}")
    assert page.status_code == 200
    for path in ("/impact", "/impact/by/stages", "/impact/by/sequence", PAGE):
        assert f'href="{path}{kept}"'.replace("&", "&amp;") in page.text
    # Without what they were made from, figures of a choice of deals can't be worked out.
    assert "can’t be taken apart" in page.text
    assert "Owners and figures point" in client.get(f"{PAGE}?uses=logged&snapshot=1").text
    assert f'href="{PAGE}?uses=logged&amp;snapshot=1"' in client.get("/impact?uses=logged&snapshot=1").text
    assert client.get(f"{PAGE}?snapshot=9").status_code == 404


def test_filters_choose_the_deals_of_owners_and_figures_alike(make, sign_in):
    """On 32 deals in Energy owners always named the piece; on 8 in Retail they never did."""
    rep = make.user("rep")
    piece, other = make.asset("Piece", kind="deck"), make.asset("Other", kind="video")
    for number in range(40):
        is_energy = number < 32
        deal = make.deal(
            owner=rep, status="won" if number % 2 else "lost", industry="Energy" if is_energy else "Retail"
        )
        for asset in (piece, other):
            make.use(asset, rep, kind="sent", deal=deal, at=now() - timedelta(days=9))
        answer = make.store(ClosingAnswer(deal_id=deal.id, user_id=rep.id))
        if is_energy:
            make.store(MatteredAsset(answer_id=answer.id, asset_id=piece.id))
    make.figures()
    client = sign_in(make.user("manager"))
    assert "Piece mattered on 32 of 40 deals 80%" in text_of(client, PAGE)
    chosen = text_of(client, f"{PAGE}?industry=Energy")
    assert "Piece mattered on 32 of 32 deals 100%" in chosen
    assert "In Energy, on no piece of content are both the owners and the figures clear yet." in chosen
    assert "mattered on 50% of the deals" in chosen
    assert "Too few deals" in text_of(client, f"{PAGE}?industry=Retail")
    assert "Other mattered on 0 of 40" not in text_of(client, f"{PAGE}?kind=deck")
    assert "Other mattered on 0 of 40" in text_of(client, f"{PAGE}?kind=video")
    assert "No deal here has this industry." in client.get(f"{PAGE}?industry=Moon").text
    assert client.get(f"{PAGE}?kind=moon").status_code == 422


def test_content_that_may_not_be_named_is_not_listed(make, sign_in):
    rep, draft = make.user("rep"), make.asset("Secret", state="draft", published_at=None)
    for _ in range(6):
        deal = make.deal(owner=rep, status="won")
        make.use(draft, rep, kind="sent", deal=deal, at=now() - timedelta(days=30))
        make.store(ClosingAnswer(deal_id=deal.id, user_id=rep.id))
    snapshot(make, {draft: CLEAR})
    assert "Secret" not in sign_in(make.user("rep")).get(PAGE).text


@pytest.mark.parametrize(
    ("number", "of", "usual", "stands"), [(10, 10, 0.5, 1), (0, 10, 0.5, -1), (6, 10, 0.5, 0), (1, 1, 0.5, 0)]
)
def test_a_share_stands_against_the_usual_one_by_wilsons_range(number, of, usual, stands):
    assert against(number, of, usual) == stands


def test_the_page_takes_few_statements(make, sign_in, heard, count_queries):
    snapshot(make, {heard["loved"]: CLEAR, heard["ignored"]: CLEAR})
    client = sign_in(make.user("manager"))
    with count_queries() as queries:
        client.get(PAGE)
    assert len(queries) <= 15
