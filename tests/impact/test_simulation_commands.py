"""The commands that simulate and validate: what they write and print, and what they refuse, in words."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from portal.deals.models import Deal
from portal.impact.simulation.files import FILES
from portal.impact.simulation.measuring import MEASURES, METHODS

SMALL = ("--deals", "300", "--assets", "10")


@pytest.fixture
def flask(app):
    """Run a command and return its result."""
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=["impact", *map(str, words)])


def test_simulate_writes_the_files_and_says_what_is_in_them(flask, tmp_path):
    out = tmp_path / "deep" / "set"
    result = flask("simulate", "--scenario", "pairs", "--seed", 7, "--out", out, *SMALL)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    assert "300 deals" in result.output
    assert str(out / "truth.json") in result.output
    assert len(json.loads((out / "truth.json").read_text())) == 10
    head = (out / "deals.csv").read_text().splitlines()[0]
    assert head == "id,name,account,owner,owner email,stage,amount,created,closed,segment,region"
    assert (out / "usage.csv").read_text().startswith("at,user_email,asset,kind,deal_id\n")


def test_what_simulate_writes_has_the_columns_of_the_shared_sets(flask, tmp_path, shared_data):
    flask("simulate", "--scenario", "random-use", "--seed", 1, "--out", tmp_path / "set", *SMALL)
    for name in ("deals.csv", "history.csv", "usage.csv"):
        theirs = (shared_data / "impact" / "random_use" / name).open().readline()
        assert (tmp_path / "set" / name).open().readline().strip() == theirs.strip()


def test_an_unknown_scenario_is_refused_with_the_names_of_those_there_are(flask, tmp_path):
    for command in (("simulate", "--seed", 1, "--out", tmp_path / "x"), ("validate", "--runs", 1)):
        result = flask(command[0], "--scenario", "sunshine", *command[1:])
        assert result.exit_code == 2
        assert "'sunshine' is not one of 'random-use', 'measured-confounding'" in result.output
    assert not (tmp_path / "x").exists()


def test_a_folder_that_holds_something_is_left_as_it_is(flask, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    result = flask("simulate", "--scenario", "pairs", "--seed", 1, "--out", tmp_path, *SMALL)
    assert result.exit_code == 1
    assert "is not empty. Name a new folder." in result.output
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["mine.txt"]


def test_a_file_is_no_folder_to_write_to(flask, tmp_path):
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        result = flask("simulate", "--scenario", "pairs", "--seed", 1, "--out", out, *SMALL)
        assert result.exit_code == 1
        assert "can't be used as a folder" in result.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--runs", "0"), "0 is not in the range 1<=x<=1000"),
        (("--runs", "1000000000"), "1000000000 is not in the range 1<=x<=1000"),
        (("--runs", "1", "--processes", "1000"), "1000 is not in the range 1<=x<=64"),
        (("--runs", "x"), "'x' is not a valid integer"),
        (("--runs", "1", "--seed", "-1"), "-1 is not in the range x>=0"),
        (("--runs", "1", "--deals", "0"), "0 is not in the range x>=1"),
        (
            ("--runs", "1", "--deals", "1000000", "--assets", "100"),
            "deals times content is at most 10,000,000",
        ),
        ((), "Missing option '--runs'"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(flask, words, says):
    result = flask("validate", "--scenario", "pairs", *words)
    assert result.exit_code != 0
    assert says in result.output


def test_validate_prints_one_line_for_each_method_and_leaves_the_own_database_alone(flask, rows):
    result = flask("validate", "--scenario", "pairs", "--runs", 1, *SMALL)
    assert result.exit_code == 0, result.output
    for method in METHODS:
        assert sum(line.startswith(method) for line in result.output.splitlines()) == 1
    assert (
        "pairs: 1 run of 300 deals and 10 pieces of content from seed 1, through the import" in result.output
    )
    assert rows(select(Deal)) == []


def test_validate_as_json_holds_every_run_and_their_means(flask):
    words = ("--runs", 2, "--from-arrays", "--processes", 1, "--json", "--seed", 5)
    result = flask("validate", "--scenario", "hidden-intent", *words, *SMALL)
    assert result.exit_code == 0, result.output
    (table,) = json.loads(result.stdout)["scenarios"]
    assert (table["scenario"], table["runs"], table["through_import"]) == ("hidden-intent", 2, False)
    assert [each["seed"] for each in table["each"]] == [5, 6]
    assert set(table["methods"]) == set(METHODS)
    for method in METHODS:
        assert set(table["methods"][method]) == set(MEASURES)
        each = [one["methods"][method]["rmse"] for one in table["each"]]
        assert table["methods"][method]["rmse"] == pytest.approx(sum(each) / 2)


@pytest.mark.parametrize("deals", [1, 2, 5])
def test_validate_bears_sets_in_which_there_is_nothing_to_measure(flask, deals):
    words = ("--runs", 1, "--from-arrays", "--deals", deals, "--assets", 3)
    result = flask("validate", "--scenario", "random-use", *words)
    assert result.exit_code == 0, result.output
    assert "nan" not in result.output


def test_validate_takes_all_scenarios_one_after_the_other(flask):
    words = ("--runs", 1, "--from-arrays", "--deals", "120", "--assets", "6")
    result = flask("validate", "--scenario", "all", *words)
    assert result.exit_code == 0, result.output
    assert sum(line.startswith("matched lift") for line in result.output.splitlines()) == 6
