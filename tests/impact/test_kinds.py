"""Figures by kind of content: against the same figures worked out by hand, and as the page shows them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from portal.impact.amounts import NOT_TOLD
from portal.impact.cells import find_moments
from portal.impact.exploring.kinds import KindFigures, figures_by_kind, kinds_words
from portal.impact.lift import matched_lift
from portal.impact.models import ImpactRow
from tests.impact.test_pages import snapshot, text_of
from tests.impact.worlds import gathered_world, store_gathered, stored_world

PAGE = "/impact/by/kinds"


@pytest.fixture
def assets(make):
    return [make.asset(f"Piece {letter}", kind="deck" if letter in "AB" else "video") for letter in "ABCD"]


def test_a_kind_is_compared_as_one_piece_of_content_would_be(make, assets):
    gathered = gathered_world(assets)
    found = {one.kind: one for one in figures_by_kind(gathered, {asset.id: asset.kind for asset in assets})}
    assert {kind: one.pieces for kind, one in found.items()} == {"deck": 2, "video": 2}
    touches = gathered.touches
    as_kinds = type(touches)(touches.deal, (touches.asset >= 2).astype(np.int64), touches.day)
    expected = matched_lift(gathered.deals, find_moments(gathered.deals, gathered.history, as_kinds, 2))
    for number, kind in enumerate(("deck", "video")):
        row = found[kind].row
        assert (row.deals_used, row.won) == (expected.deals_used[number], expected.won[number])
        assert row.lift == pytest.approx(expected.lift[number])
        assert row.ci_high == pytest.approx(expected.ci_high[number])


def test_without_stages_kinds_are_widened_as_asked(assets):
    gathered = gathered_world(assets)
    none = type(gathered.history)(*(column[:0] for column in vars(gathered.history).values()))
    gathered = replace(gathered, history=none)
    kinds = {asset.id: asset.kind for asset in assets}
    plain, wide = (figures_by_kind(gathered, kinds, times)[0].row for times in (1.0, 3.0))
    assert wide.se == pytest.approx(3 * plain.se)


def test_the_page_shows_each_kind_and_leads_to_its_content(make, sign_in, assets):
    stored_world(make, assets)
    client = sign_in(make.user("manager"))
    said = text_of(client, PAGE)
    assert "than other kinds on similar deals" in said
    assert "Deck 2 pieces 200 deals" in said
    assert "Video 2 pieces 200 deals" in said
    assert 'href="/impact?kind=deck"' in client.get(PAGE).text


def test_a_choice_of_deals_gives_other_figures(make, sign_in, assets):
    stored_world(make, assets)
    said = text_of(sign_in(make.user("manager")), f"{PAGE}?industry=Healthcare")
    assert "Deck 2 pieces 100 deals" in said


@pytest.mark.parametrize(
    ("verdicts", "choice", "words"),
    [
        (["not_enough_deals"], "", "No kind of content was used on enough closed deals for a verdict yet."),
        (
            ["no_clear_difference", "not_enough_deals"],
            "In Energy",
            "In Energy: no kind of content stands out: of 1 compared, none clearly won more or less often than others"
            " on similar deals.",
        ),
        (
            ["won_more", "won_more", "won_less", "no_clear_difference"],
            "",
            "Case study and deck won more often than other kinds on similar deals; one-sheeter won less often; 1 shows"
            " no clear difference.",
        ),
        (["won_less"], "", "Case study won less often than other kinds on similar deals."),
    ],
)
def test_what_stands_out_among_kinds_is_said_in_a_sentence(verdicts, choice, words):
    kinds = ("case_study", "deck", "one_sheeter", "battle_card")
    found = [
        KindFigures(kind, 1, ImpactRow(verdict=verdict))
        for kind, verdict in zip(kinds, verdicts, strict=False)
    ]
    assert kinds_words(found, choice) == words


def test_what_the_page_does_not_offer_is_not_read(make, sign_in, assets):
    """A kind or a verdict kept from the list would narrow, or be wrong, without a field that says so."""
    stored_world(make, assets)
    answer = sign_in(make.user("manager")).get(f"{PAGE}?kind=moon&verdict=moon")
    assert answer.status_code == 200
    assert "Deck" in answer.text


def test_content_that_is_gone_since_is_left_out(assets):
    gathered = gathered_world(assets)
    found = figures_by_kind(gathered, {asset.id: asset.kind for asset in assets[1:]})
    assert {one.kind: (one.pieces, one.row.deals_used) for one in found} == {
        "deck": (1, 100),
        "video": (2, 200),
    }


def test_amounts_of_a_choice_are_told_to_those_who_see_its_deals(make, sign_in, assets):
    stored_world(make, assets)
    address = f"{PAGE}?industry=Healthcare"
    rep, manager = sign_in(make.user("rep")), sign_in(make.user("manager"))
    assert "$" not in rep.get(address).text
    assert NOT_TOLD in rep.get(address).text
    assert "$" in rep.get(PAGE).text
    assert "$" in manager.get(address).text
    assert NOT_TOLD not in manager.get(address).text


def test_too_few_deals_and_wrong_words_are_said(make, sign_in, assets):
    stored_world(make, assets)
    client = sign_in(make.user("manager"))
    assert "Too few deals" in text_of(client, f"{PAGE}?begin=2026-07-15")
    assert client.get(f"{PAGE}?industry=Moon").status_code == 422


def test_before_figures_and_without_their_data_the_page_says_so(make, sign_in):
    client = sign_in(make.user("rep"))
    assert "No figures yet" in text_of(client, PAGE)
    snapshot(make, {})
    assert "Not kept in parts" in text_of(client, PAGE)


def test_the_page_takes_few_statements(make, sign_in, assets, count_queries):
    stored_world(make, assets)
    client = sign_in(make.user("manager"))
    with count_queries() as queries:
        client.get(PAGE)
    assert len(queries) <= 15


def test_a_kind_does_not_tell_the_amount_of_its_one_piece_that_tells_none(make, sign_in, assets):
    """What is told of the kind, less what is told of its other pieces, would be that of the one deal it won."""
    world = gathered_world(assets)
    others = np.flatnonzero((world.touches.asset == 3) & world.deals.won[world.touches.deal])[1:]
    won = world.deals.won.copy()
    won[world.touches.deal[others]] = False
    store_gathered(make, replace(world, deals=replace(world.deals, won=won)))
    for role, is_told in (("rep", False), ("manager", True)):
        text = text_of(sign_in(make.user(role)), PAGE)
        deck, video = (text.rindex(f"{kind} 2 pieces") for kind in ("Deck", "Video"))
        table = text[: text.index("A kind is all of its pieces together")]
        credited = {
            kind: "$" in table[begin : min((other for other in (deck, video) if other > begin), default=None)]
            for kind, begin in (("deck", deck), ("video", video))
        }
        assert credited == {"deck": True, "video": is_told}
        assert ("A kind with a piece that tells none tells none either." in text) is not is_told
