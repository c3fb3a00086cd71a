"""Coverage: on which closed deals content is logged, by whom and how, and what would close the gaps."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from portal.reports.coverage import coverage_of, coverage_table
from portal.reports.filters import Filters
from tests.reports.test_sums import MARCH, at, by_name, closed, use


@pytest.fixture
def coverage(app):
    """Build the report by the filters given and return it."""

    def build(**filters):
        with app.app_context():
            return coverage_of(Filters(**filters))

    return build


def rows_of(coverage):
    return by_name(coverage.table)


def test_each_owner_shows_how_many_of_their_closed_deals_have_content(make, coverage):
    anna, ben, deck = (
        make.user(name="Anna", team=make.team("East")),
        make.user(name="Ben"),
        make.asset("Deck"),
    )
    covered, bare, late = (closed(make, status, owner=anna) for status in ("won", "lost", "lost"))
    closed(make, "won", owner=ben)
    make.deal(owner=ben, name="Still open")
    use(make, deck, anna, "sent", at(1), covered)
    use(make, deck, anna, "presented", at(2), covered)
    use(make, deck, anna, "sent", at(1, month=6), late)
    found = coverage()
    rows = rows_of(found)
    assert [rows["Anna"][key] for key in ("team", "closed", "logged", "share", "missing")] == [
        "East",
        3,
        1,
        1 / 3,
        2,
    ]
    assert [rows["Ben"][key] for key in ("closed", "logged", "share", "missing")] == [1, 0, 0.0, 1]
    assert (found.closed, found.logged, found.share) == (4, 1, 0.25)
    assert bare.id in [gap.deal.id for gap in found.gaps]
    assert covered.id not in [gap.deal.id for gap in found.gaps]


def test_rows_can_be_teams_or_months(make, coverage):
    east = make.team("East")
    anna = make.user(team=east)
    closed(make, "won", owner=anna, closed_on=date(2026, 3, 5))
    closed(make, "won", owner=make.user(), closed_on=date(2026, 4, 5))
    assert {name: row["closed"] for name, row in rows_of(coverage(by="team")).items()} == {
        "East": 1,
        "No team": 1,
    }
    assert list(rows_of(coverage(by="month"))) == ["2026-04", "2026-03"]
    assert rows_of(coverage(period=MARCH, by="month")) == {
        "2026-03": rows_of(coverage(by="month"))["2026-03"]
    }
    assert list(rows_of(coverage(team=east))) == [anna.name]


def test_the_ways_in_which_uses_were_logged_are_told_apart(make, coverage):
    anna, deck = make.user(), make.asset("Deck")
    deal = closed(make, "won", owner=anna)
    for way, inferred in (
        ("named", None),
        ("named", None),
        ("sticky", None),
        ("imported", None),
        ("inferred", "mail"),
        ("inferred", "meeting"),
        ("inferred", "same_day"),
    ):
        make.use(deck, anna, deal=deal, kind="presented", deal_known_by=way, inferred_from=inferred, at=at(2))
    row = rows_of(coverage())[anna.name]
    ways = ("named", "sticky", "imported", "mail", "meeting", "same_day")
    assert [row[way] for way in ways] == [2, 1, 1, 1, 1, 1]


def test_deals_that_the_crm_no_longer_has_and_those_of_marketing_are_left_out(make, coverage):
    closed(make, "won", owner=make.user(), removed_at=at(1))
    closed(make, "won", owner=make.user("marketer"))
    assert coverage().closed == 0
    assert coverage().share is None


def test_deals_whose_owner_is_nobody_here_lead_to_the_page_of_owners(make, coverage):
    closed(make, "won", owner=None, owner_name="Somebody Else")
    found = coverage()
    assert list(rows_of(found)) == ["Nobody here"]
    assert "/deals/owners" in [one.address for one in found.to_do]


def test_reps_who_log_little_are_named_with_a_way_to_their_deals(make, coverage):
    anna, ben, deck = make.user(name="Anna"), make.user(name="Ben"), make.asset("Deck")
    for _ in range(3):
        closed(make, "lost", owner=anna)
        use(make, deck, ben, "sent", at(1), closed(make, "won", owner=ben))
    words = " ".join(one.words for one in coverage().to_do)
    assert "Anna closed 3 deals, none with content logged." in words
    assert "Ben" not in words


def test_probable_uses_that_wait_for_a_yes_are_counted(make, coverage):
    anna = make.user()
    closed(make, "won", owner=anna)
    make.proposal(make.asset("Deck"), anna)
    assert "1 probable use waits for a yes from 1 person." in [one.words for one in coverage().to_do]


@pytest.mark.parametrize(
    ("role", "status"), [("rep", 403), ("marketer", 200), ("manager", 200), ("admin", 200)]
)
def test_those_with_oversight_read_it(make, sign_in, role, status):
    assert sign_in(make.user(role)).get("/reports/coverage").status_code == status


def test_the_page_says_the_sentence_and_that_little_is_logged(make, sign_in):
    anna, deck = make.user(name="Anna"), make.asset("Deck")
    for _ in range(4):
        closed(make, "won", owner=anna)
    client = sign_in(make.user("manager"))
    assert "Content is logged on 0% of closed deals (0 of 4)." in client.get("/reports/coverage").text
    assert "less than a third" in client.get("/reports/coverage").text
    use(make, deck, anna, "sent", at(1), closed(make, "won", owner=anna, name="Covered"))
    assert "20% of closed deals (1 of 5)" in client.get("/reports/coverage").text


def test_without_closed_deals_there_is_nothing_to_report(make, sign_in):
    assert "No deal of sales closed" in sign_in(make.user("manager")).get("/reports/coverage").text


def test_what_the_page_shows_is_what_the_file_holds(app, make, sign_in):
    closed(make, "won", owner=make.user(name="Anna"))
    answer = sign_in(make.user("manager")).get("/reports/coverage.csv?by=month")
    lines = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    with app.app_context():
        table = coverage_table(Filters(by="month"))
    assert any(line[:1] == ["2026-04"] for line in lines)
    assert [row.values[0] for row in table.rows] == ["2026-04"]


@pytest.mark.parametrize(
    "query", ["by=moon", "from=yesterday", "team=nobody", "from=2026-05-01&to=2026-04-01"]
)
def test_wrong_filters_are_said_at_their_place(make, sign_in, query):
    client = sign_in(make.user("manager"))
    assert client.get(f"/reports/coverage?{query}").status_code == 422
    assert client.get(f"/reports/coverage.csv?{query}").status_code == 422


def test_the_command_writes_it_too_and_months_are_for_coverage_alone(app, make, tmp_path):
    closed(make, "won", owner=make.user(name="Anna"))
    run, out = app.test_cli_runner(), tmp_path / "coverage.csv"
    wanted = ["--format", "csv", "--out", str(out), "--by", "month"]
    assert run.invoke(args=["reports", "export", "coverage", *wanted]).exit_code == 0
    assert "2026-04" in out.read_text("utf-8-sig")
    refused = run.invoke(args=["reports", "export", "adoption", *wanted])
    assert refused.exit_code == 2
    assert "by person or by team" in refused.output
