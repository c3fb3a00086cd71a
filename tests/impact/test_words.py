"""The sentences people read: the wording that was settled, and nothing that claims more than an estimate."""

import itertools
import re
from dataclasses import replace
from datetime import date

import pytest

from portal.impact import words
from portal.impact.coverage import Coverage
from portal.impact.lift import AssetLift
from portal.impact.words import (
    chance_note,
    chance_words,
    coverage_words,
    cycle_words,
    sentence,
    verdict_words,
    working,
)

CLAIMS = re.compile(r"\b(help|hurt|caus|improv|boost|prove|harm)\w*", re.IGNORECASE)
MARCH, TODAY = date(2024, 3, 1), date(2024, 9, 15)

FIGURES = AssetLift(
    deals_used=215,
    won=80,
    lost=135,
    matched=212,
    comparison_deals=1204,
    used_rate=0.381,
    comparison_rate=0.311,
    lift=0.07,
    se=0.0255,
    ci_low=0.02,
    ci_high=0.12,
    shrunk_lift=0.05,
    q_value=0.012,
    e_value=1.75,
    e_value_near=1.29,
    naive_lift=0.31,
    verdict="won_more",
)


def test_the_effect_is_said_as_settled():
    assert sentence(FIGURES) == (
        "On 212 similar deals, deals where this was used instead of other content were won 38% of the time against"
        " 31% (difference +7 points, likely between +2 and +12)."
    )


def test_a_negative_effect_and_a_single_point_keep_their_sign():
    figures = replace(FIGURES, used_rate=0.30, lift=-0.012, ci_low=-0.05, ci_high=0.003, matched=1212)
    assert sentence(figures) == (
        "On 1,212 similar deals, deals where this was used instead of other content were won 30% of the time against"
        " 31% (difference −1 point, likely between −5 and 0)."
    )


def test_the_two_rates_always_differ_by_the_difference_that_is_shown():
    for rate, lift in itertools.product([x / 200 for x in range(201)], [x / 200 for x in range(-200, 201)]):
        if not 0 <= rate - lift <= 1:
            continue
        shown = [int(n) for n in re.findall(r"(\d+)%", sentence(replace(FIGURES, used_rate=rate, lift=lift)))]
        assert all(0 <= percent <= 100 for percent in shown), (rate, lift)
        assert abs(shown[0] - rate * 100) <= 1.001, (rate, lift)
        assert abs(shown[1] - (rate - lift) * 100) <= 1.001, (rate, lift)
        assert shown[0] - shown[1] == round(lift * 100)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"verdict": "won_more"}, "won more often than other content on similar deals"),
        ({"verdict": "won_less"}, "won less often than other content on similar deals"),
        (
            {"verdict": "no_clear_difference", "ci_high": 0.029},
            "no clear difference (a gain of more than 3 points is unlikely)",
        ),
        (
            {"verdict": "no_clear_difference", "ci_high": 0.031},
            "no clear difference (a gain of more than 3 points can't be ruled out)",
        ),
        (
            {"verdict": "no_clear_difference", "ci_high": None},
            "no clear difference (a gain of more than 3 points can't be ruled out)",
        ),
        (
            {"verdict": "no_clear_difference", "lift": -0.04, "ci_low": -0.09, "ci_high": 0.01},
            "no clear difference (a loss of more than 3 points can't be ruled out)",
        ),
        (
            {"verdict": "no_clear_difference", "lift": -0.01, "ci_low": -0.03, "ci_high": 0.01},
            "no clear difference (a loss of more than 3 points is unlikely)",
        ),
        (
            {"verdict": "no_clear_difference", "lift": -0.01, "ci_low": None},
            "no clear difference (a loss of more than 3 points can't be ruled out)",
        ),
        (
            {"verdict": "not_enough_deals", "deals_used": 12, "won": 4, "lost": 8, "matched": 12},
            "not enough deals yet: 12 of 30",
        ),
        (
            {"verdict": "not_enough_deals", "deals_used": 40, "won": 3, "lost": 37, "matched": 40},
            "not enough deals yet: 3 of 5 won",
        ),
        (
            {"verdict": "not_enough_deals", "deals_used": 40, "won": 38, "lost": 2, "matched": 40},
            "not enough deals yet: 2 of 5 lost",
        ),
        (
            {"verdict": "not_enough_deals", "deals_used": 40, "won": 20, "lost": 20, "matched": 10},
            "not enough deals yet: 10 of 40 can be compared, 50% needed",
        ),
    ],
)
def test_each_verdict_has_its_words(change, expected):
    assert verdict_words(replace(FIGURES, **change)) == expected


def test_a_range_without_zero_that_is_not_clear_is_explained_by_the_number_compared():
    unclear = replace(FIGURES, verdict="no_clear_difference", ci_low=0.004, ci_high=0.09)
    said = "The range leaves out zero, but with 41 pieces compared one such result can be chance."
    assert chance_words(unclear, 41) == said
    assert chance_words(replace(unclear, lift=-0.05, ci_low=-0.09, ci_high=-0.004), 41) == said
    assert chance_words(replace(unclear, ci_low=-0.001), 41) == ""
    assert chance_words(replace(unclear, ci_low=None), 41) == ""
    assert chance_words(FIGURES, 41) == ""


def test_a_plot_with_such_a_range_says_which_marks_are_clear():
    unclear = replace(FIGURES, verdict="no_clear_difference", ci_low=0.004, ci_high=0.09)
    said = "With 41 pieces compared, a range can leave out zero by chance: a triangle marks what is clear."
    assert chance_note([FIGURES, unclear], 41) == said
    assert "7 kinds compared" in chance_note([unclear], 7, "kinds")
    assert chance_note([FIGURES, replace(unclear, ci_low=-0.01)], 41) == ""


def test_without_enough_deals_no_effect_is_shown():
    figures = replace(FIGURES, verdict="not_enough_deals", deals_used=12, won=4, lost=8, matched=12)
    assert sentence(figures) == "Not enough deals yet: 12 of 30."
    assert len(working(figures)) == 2
    assert not any("q =" in line for line in working(figures))


def test_the_working_says_what_was_compared_and_allowed_for():
    lines = " ".join(working(FIGURES))
    assert "Used on 215 closed deals: 80 won, 135 lost." in lines
    assert "1,204 deals on which other content was used" in lines
    assert "37% of the time, all others 6%: +31 points. That misleads" in lines
    assert "q = 0.012" in lines
    assert "each 1.8 times as often" in lines
    assert "(1.3 times for the near end of the range)" in lines


def test_an_interval_that_holds_no_difference_gets_no_e_value():
    assert not any("times as often" in line for line in working(replace(FIGURES, e_value_near=1.0)))


@pytest.mark.parametrize(
    ("logged", "closed", "expected"),
    [
        (34, 100, "Content is logged on 34% of closed deals since March."),
        (
            33,
            100,
            "Content is logged on 33% of closed deals since March; the figures speak for those deals only.",
        ),
        (
            1,
            1000,
            "Content is logged on less than 1% of closed deals since March; the figures speak for those deals only.",
        ),
        (1, 3, "Content is logged on 33% of closed deals since March."),
        (999, 1000, "Content is logged on more than 99% of closed deals since March."),
        (1000, 1000, "Content is logged on 100% of closed deals since March."),
        (
            0,
            10,
            "Content is logged on 0% of closed deals since March; the figures speak for those deals only.",
        ),
        (0, 0, "No deals were closed since March, so there is nothing to compare yet."),
    ],
)
def test_coverage_comes_first_and_limits_the_figures_below_a_third(logged, closed, expected):
    assert coverage_words(Coverage(closed, logged), MARCH, TODAY) == expected


def test_a_month_of_another_year_names_it():
    assert "since March 2024." in coverage_words(Coverage(10, 9), MARCH, date(2025, 3, 1))
    assert "since March." in coverage_words(Coverage(10, 9), MARCH, date(2025, 2, 28))
    assert coverage_words(Coverage(10, 9), None, TODAY) == "Content is logged on 90% of closed deals."
    chosen = coverage_words(Coverage(10, 9), None, TODAY, chosen=True)
    assert chosen == "Content is logged on 90% of the closed deals chosen."
    later = coverage_words(Coverage(10, 9), date(2026, 3, 1), date(2026, 11, 3), chosen=True)
    assert later == "Content is logged on 90% of the closed deals chosen, since March."


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ((80, -1.24, -2.0, -0.5), "1.2 weeks sooner than with other content (difference −1.2 weeks"),
        ((80, 1.0, 0.5, 1.5), "1.0 week later than with other content (difference +1.0 weeks"),
        ((80, 0.3, -0.5, 1.1), "no clear difference (difference +0.3 weeks, likely between −0.5 and +1.1"),
        ((12, 0.3, -0.5, 1.1), "not enough deals yet: 12 of 30."),
        ((80, None, None, None), "not enough deals yet"),
    ],
)
def test_time_to_close_is_said_with_its_range(figures, expected):
    assert expected in cycle_words(*figures)


def test_no_sentence_claims_more_than_an_estimate():
    said = [words.LIMITS, words.CREDITED_REVENUE, words.REVENUE_OF_DEALS]
    grid = {
        "verdict": ["won_more", "won_less", "no_clear_difference", "not_enough_deals"],
        "deals_used": [0, 1, 12, 40],
        "won": [0, 20],
        "lost": [0, 20],
        "matched": [0, 40],
        "lift": [-0.3, 0.0, 0.3, None],
        "ci_high": [-0.1, 0.02, 0.4, None],
        "q_value": [0.0, 0.5, None],
        "e_value_near": [1.0, 2.0, None],
        "naive_lift": [0.2, None],
    }
    for values in itertools.product(*grid.values()):
        figures = replace(FIGURES, **dict(zip(grid, values, strict=True)))
        said += [sentence(figures), verdict_words(figures), chance_words(figures, 41), *working(figures)]
    for deals, weeks, spread in itertools.product([0, 50], [-3.0, 0.0, 3.0], [0.5, 9.0]):
        said.append(cycle_words(deals, weeks, weeks - spread, weeks + spread))
    for logged, since in itertools.product([0, 1, 5, 10], [None, MARCH]):
        said.append(coverage_words(Coverage(10, logged), since, TODAY))
    assert len(set(said)) > 80
    assert [text for text in set(said) if CLAIMS.search(text) or "nan" in text or "None" in text] == []
