"""Figures that must not contradict each other: ranges, places, what is left out, and what a choice of deals gives."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.deals.models import Deal
from portal.impact.basis import basis_of, compare
from portal.impact.exploring.filters import Chosen
from portal.impact.exploring.narrowing import narrow
from portal.impact.figures import RULES, compute, shown_figures
from portal.impact.gathering import gather
from portal.impact.inputs import UNKNOWN
from portal.impact.lift import AssetLift, interval
from portal.impact.overview import distance, left_out_words
from tests.factories import Make
from tests.impact.builders import deals_of, touches_of
from tests.impact.worlds import gathered_world


def test_no_range_reaches_further_than_from_never_to_always():
    low, high = interval(np.array([0.8, -0.8, 0.1]), np.full(3, 0.05), np.full(3, 0.5))
    assert (low.min(), high.max()) == (-1.0, 1.0)
    assert (low[0], high[1]) == (pytest.approx(0.8 - 0.098), pytest.approx(-0.8 + 0.098))
    assert np.isnan(interval(np.array([np.nan]), np.array([np.nan]), np.zeros(1))).all()


def test_content_used_alike_has_one_place_under_every_rule(make):
    """Ten pieces that are used once on every deal, in every order: the same but for how a machine adds up."""
    assets = [make.asset() for _ in range(10)]
    world = gathered_world(assets)
    days = world.deals.created_day[0] + 5
    uses = touches_of(*((deal, (deal + turn) % 10, days) for deal in range(10) for turn in range(10)))
    deals = deals_of(10, created_day=days - 5, closed_day=days + 5, won=True, value=100_000.0 / 3)
    rows = compute(_of(world, deals, uses)).rows
    assert {(row["rank_best"], row["rank_worst"]) for row in rows} == {(1, 1)}


def _of(world, deals, touches):
    """Return a world with other deals and touches, and no stage history."""
    uses, count = len(touches.deal), len(deals.won)
    return replace(
        world,
        deal_ids=np.arange(count) + 1,
        deals=deals,
        touches=touches,
        history=replace(world.history, **{name: array[:0] for name, array in vars(world.history).items()}),
        amount_given=world.amount_given[:count],
        facets={},
        late=np.zeros(uses, np.bool_),
        inferred=np.zeros(uses, np.bool_),
        kind=np.zeros(uses, np.int64),
        version_id=np.zeros(uses, np.int64),
    )


def test_deals_that_close_before_they_open_and_those_without_stages_are_said(make):
    world = gathered_world([make.asset()])
    deals = deals_of(3, closed_day=[900, 1100, 1100])
    left_out = compute(_of(world, deals, touches_of((0, 0, 950), (1, 0, 1050)))).left_out
    assert (left_out["closed_before_created"], left_out["closed_without_history"]) == (1, 1)
    words = " ".join(left_out_words(left_out))
    assert "1 deal closed before it was created, so none of its uses count" in words
    assert "has no stage history" in words
    assert compute(world).left_out["closed_without_history"] == 0


def test_deals_without_creation_segment_or_owner_are_said_and_figures_made_earlier_still_show(make):
    world = gathered_world([make.asset()])
    deals = replace(
        deals_of(4, created_day=[UNKNOWN, 1000, 1000, UNKNOWN]),
        closed=np.array([True, True, True, False]),
        segment=np.array([0, UNKNOWN, UNKNOWN, UNKNOWN]),
        rep=np.array([UNKNOWN, UNKNOWN, UNKNOWN, 0]),
    )
    left_out = compute(_of(world, deals, touches_of((0, 0, 1050)))).left_out
    words = " ".join(left_out_words(left_out))
    assert "1 closed deal has no creation date" in words
    assert "2 closed deals have no segment" in words
    assert "3 closed deals have no owner" in words
    earlier = {key: number for key, number in left_out.items() if "without" not in key}
    assert "no segment" not in " ".join(left_out_words(earlier))


def test_what_is_needed_for_a_verdict_is_never_already_there():
    figures = AssetLift(33, 20, 13, 16, 40, *[None] * 11, verdict="not_enough_deals")
    found = distance(figures)
    assert (found.have, found.need) == (16, 17)


def _filled(make: Make) -> None:
    rng = np.random.default_rng(5)
    people = [make.user(team=make.team()) for _ in range(3)]
    assets = [make.asset() for _ in range(4)]
    for number in range(60):
        begin = date(2026, 1, 1) + timedelta(number)
        status = str(rng.choice(["won", "lost", "open"], p=[0.4, 0.4, 0.2]))
        deal = make.deal(
            owner=people[number % 3],
            status=status,
            amount=int(rng.integers(1, 900)),
            created_on=begin,
            closed_on=None if status == "open" else begin + timedelta(int(rng.integers(5, 60))),
            industry=str(rng.choice(["Energy", "Healthcare"])),
            segment=str(rng.choice(["Mid", "SMB"])),
        )
        make.stage(deal, "Discovery", begin)
        for asset in rng.choice(4, 2, replace=False):
            at = now().replace(year=2026, month=1, day=1) + timedelta(number + int(rng.integers(0, 20)))
            make.use(assets[asset], people[number % 3], kind="sent", deal=deal, at=at)


CHOICES = {
    "facet": Chosen(facets=(("industry", "Healthcare"),)),
    "two facets": Chosen(facets=(("segment", "Mid"), ("industry", "Energy"))),
    "period": Chosen(begin=date(2026, 1, 25), end=date(2026, 3, 1)),
    "unknown word": Chosen(facets=(("industry", "No such thing"),)),
}


def test_figures_of_the_deals_chosen_are_those_of_a_portal_that_has_no_other(app, make):
    _filled(make)
    with app.app_context():
        whole = gather()
        every = {deal.id: deal for deal in db.session.scalars(select(Deal))}
        for name, chosen in CHOICES.items():
            narrowed = compute(narrow(whole, chosen))
            words = dict(chosen.facets)
            others = [
                deal
                for deal in every.values()
                if not all(getattr(deal, facet) == word for facet, word in words.items())
                or (chosen.begin and not (deal.closed_on and chosen.begin <= deal.closed_on <= chosen.end))
            ]
            for deal in others:
                deal.removed_at = now()
            db.session.flush()
            alone = compute(gather())
            assert narrowed.rows == alone.rows, name
            assert (narrowed.coverage, narrowed.left_out) == (alone.coverage, alone.left_out), name
            db.session.rollback()


def test_the_answer_as_json_holds_the_working_and_every_rule(app, make):
    _filled(make)
    result = app.test_cli_runner().invoke(args=["impact", "compute", "--json"])
    answer = json.loads(result.output)
    for row in answer["assets"]:
        assert tuple(row["credited_by_rule"]) == RULES
        assert row["credited_by_rule"]["linear"] == row["credited_revenue"]
        assert {"se", "matched", "comparison_deals", "naive_lift", "e_value_near", "joint_se"} <= set(row)
    for rule in RULES:
        total = sum(row["credited_by_rule"][rule] for row in answer["assets"])
        assert total == pytest.approx(
            sum(row["credited_revenue"] for row in answer["assets"]), abs=0.01 * len(answer["assets"])
        )


def test_every_field_of_the_answer_as_json_is_documented(app, make):
    make.asset()
    result = app.test_cli_runner().invoke(args=["impact", "compute", "--json"])
    answer = json.loads(result.output)
    words = (Path(__file__).parents[2] / "docs/impact.md").read_text()
    assert [field for field in (*answer, *answer["assets"][0]) if f"`{field}`" not in words] == []


def test_what_a_list_shows_is_the_same_with_and_without_the_rest(make):
    gathered = gathered_world([make.asset(f"Piece {letter}") for letter in "ABCD"])
    whole, shown = compute(gathered).rows, shown_figures(compare(basis_of(gathered))).rows
    assert len(shown) == len(whole) == 4
    for one, other in zip(shown, whole, strict=True):
        assert one.items() <= other.items()
    assert set(whole[0]) - set(shown[0]) >= {"rank_best", "credited_markov_minor", "weeks_difference"}
    assert whole[0]["credited_minor"] > 0
    assert whole[0]["used_revenue_minor"] > 0


def test_a_list_credits_every_use_of_a_piece_that_is_used_twice_on_a_deal(make):
    world = gathered_world([make.asset() for _ in range(10)])
    days = world.deals.created_day[0] + 5
    uses = touches_of((0, 0, days), (0, 0, days + 1), (0, 1, days), (1, 1, days), (2, 0, days))
    deals = deals_of(3, created_day=days - 5, closed_day=days + 5, won=[True, True, False], value=90_000.0)
    twice = _of(world, deals, uses)
    shown = shown_figures(compare(basis_of(twice))).rows
    assert [row["credited_minor"] for row in shown[:2]] == [60_000, 120_000]
    assert [row["used_revenue_minor"] for row in shown[:2]] == [90_000, 180_000]
    assert [row["credited_minor"] for row in compute(twice).rows] == [row["credited_minor"] for row in shown]
