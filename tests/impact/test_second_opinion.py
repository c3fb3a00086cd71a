"""The second opinion: stored beside the figures by the job and by the command, and told where it disagrees."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from portal.db import db
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.impact.second_opinion import Said, disagree, disagreement
from portal.impact.services import second_opinion, store_second_opinion
from portal.impact.verdicts import Verdict
from portal.jobs import Job, enqueue
from tests.impact.test_computing import run

MORE, LESS, UNCLEAR = Verdict.WON_MORE, Verdict.WON_LESS, Verdict.NO_CLEAR_DIFFERENCE


@pytest.fixture
def shared_set(app, shared_data):
    folder = shared_data / "impact" / "measured_confounding"
    run(app, "deals", "import", str(folder / "deals.csv"))
    run(app, "deals", "import-history", str(folder / "history.csv"))
    run(app, "usage", "import", str(folder / "usage.csv"), "--create")
    return json.loads((folder / "truth.json").read_text())


def test_the_command_stores_and_prints_figures_that_come_near_the_truth(app, shared_set):
    answer = json.loads(run(app, "impact", "compute", "--json"))
    assert answer["joint_at"] is not None
    error = [row["joint_effect"] - shared_set[row["title"]] for row in answer["assets"]]
    assert len(error) == 60
    assert (sum(miss**2 for miss in error) / 60) ** 0.5 < 0.022
    for row in answer["assets"]:
        assert row["joint_ci_low"] < row["joint_effect"] < row["joint_ci_high"]
        assert 0 <= row["joint_q"] <= 1
    with app.app_context():
        found = db.session.scalars(select(ImpactRow)).all()
        stored = {row.asset.title: row.joint_effect for row in found}
        told = {row.asset.title: disagreement(row) for row in found}
    assert stored == {row["title"]: row["joint_effect"] for row in answer["assets"]}
    printed = run(app, "impact", "compute")
    for title, words in told.items():
        assert not words or f"{title}: " in printed
        assert words in printed


def test_without_it_the_command_leaves_it_to_the_next_night(app, make, rows):
    make.asset("Deck")
    answer = json.loads(run(app, "impact", "compute", "--json", "--no-joint"))
    assert answer["joint_at"] is None
    assert answer["assets"][0]["joint_effect"] is None
    assert rows(select(ImpactSnapshot.joint_at)) == [None]


def test_the_job_that_computes_asks_for_it_once(make, run_jobs, rows):
    make.asset("Deck")
    make.inside(lambda: enqueue("compute_joint", once=True))
    make.inside(lambda: enqueue("compute_impact", once=True))
    run_jobs()
    assert rows(select(func.count()).where(Job.kind == "compute_joint", Job.state == "done"))[0] in (1, 2)
    assert rows(select(ImpactSnapshot.joint_at).where(ImpactSnapshot.joint_at.is_(None))) == []
    assert rows(select(ImpactRow.joint_effect)) == [None]


def test_it_is_not_worked_out_twice_or_without_any_snapshot(app, make):
    make.asset("Deck")
    with app.app_context():
        assert second_opinion() == {}
    make.figures()
    with app.app_context():
        figures = second_opinion()
    assert len(figures) == 1
    make.inside(lambda: store_second_opinion(figures))
    with app.app_context():
        assert second_opinion() == {}


def test_a_snapshot_that_is_gone_meanwhile_is_passed_over(app, make, rows):
    make.asset("Deck")
    make.figures()
    with app.app_context():
        (joint,) = second_opinion().values()
    make.inside(lambda: store_second_opinion({987: joint}))
    assert rows(select(ImpactSnapshot.joint_at)) == [None]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Said(MORE, 0.08, 0.03, 0.13), Said(MORE, 0.05, 0.02, 0.08), False),
        (Said(MORE, 0.08, 0.05, 0.11), Said(MORE, 0.02, 0.01, 0.04), True),  # ranges exclude each other
        (Said(MORE, 0.04, 0.00, 0.08), Said(LESS, -0.03, -0.07, 0.01), True),  # opposite
        (Said(MORE, 0.08, 0.02, 0.14), Said(UNCLEAR, 0.01, -0.02, 0.04), True),  # it rules 8 points out
        (Said(MORE, 0.08, 0.02, 0.14), Said(UNCLEAR, 0.05, -0.01, 0.11), False),
        (Said(UNCLEAR, 0.01, -0.02, 0.04), Said(LESS, -0.05, -0.08, -0.01), True),
        (Said(UNCLEAR, 0.01, -0.06, 0.08), Said(UNCLEAR, -0.02, -0.05, 0.01), False),
        (Said(UNCLEAR, 0.05, 0.02, 0.08), Said(UNCLEAR, -0.05, -0.08, -0.02), True),
    ],
)
def test_two_methods_disagree_where_both_can_t_well_be_right(one, other, expected):
    assert disagree(one, other) is expected
    assert disagree(other, one) is expected


def test_what_it_says_stands_in_plain_words():
    figures = {"verdict": MORE.value, "lift": 0.08, "ci_low": 0.02, "ci_high": 0.14}
    joint = {"joint_effect": -0.04, "joint_ci_low": -0.07, "joint_ci_high": -0.01, "joint_q": 0.01}
    row = ImpactRow(**figures, **joint)
    assert disagreement(row) == "Second opinion: won less often (−4, −7 to −1)."
    row.verdict = Verdict.NOT_ENOUGH_DEALS.value
    assert disagreement(row) == ""
    assert disagreement(ImpactRow(**figures)) == ""
