"""`flask usage import`: past uses from a file."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from flask import g
from sqlalchemy import func, select

from portal.library.models import Asset
from portal.library.references import asset_by_reference, assets_by_reference
from portal.usage import tasks
from portal.usage.models import FirstUse, UsageDay, UsageEvent
from portal.users.models import User

HEADER = "at,user_email,asset,kind,deal_id\n"


@pytest.fixture
def import_uses(app, tmp_path):
    """Import lines of uses and return the report: import_uses(line, ..., "--create")."""

    def run(*lines):
        path = tmp_path / "uses.csv"
        options = [line for line in lines if line.startswith("--")]
        body = "".join(f"{line}\n" for line in lines if not line.startswith("--"))
        path.write_text(HEADER + body, encoding="utf-8")
        result = app.test_cli_runner().invoke(args=["usage", "import", str(path), "--json", *options])
        assert result.exit_code == 0, result.output
        return json.loads(result.output)

    return run


@pytest.fixture
def world(make):
    class World:
        rep = make.user(email="jo@example.com")
        deal = make.deal(owner=rep, external_id="D1")
        asset = make.asset("Hospital deck", slug="hospital-deck", external_id="SF-77")

    return World


def counts(report):
    return tuple(report[name] for name in ("new", "changed", "unchanged", "refused"))


def test_a_row_with_a_deal_is_a_touch_and_one_without_is_a_use(import_uses, world, rows):
    said = import_uses(
        "2026-03-02T10:00:00,jo@example.com,hospital-deck,view,D1",
        "2026-03-01T10:00:00,JO@example.com,Hospital Deck,share,",
    )
    assert counts(said) == (2, 0, 0, 0)
    first, second = rows(select(UsageEvent).order_by(UsageEvent.id))
    assert (first.kind, first.deal_id, first.deal_known_by) == ("viewed", world.deal.id, "imported")
    assert (second.kind, second.deal_id, second.deal_known_by) == ("sent", None, None)
    assert (second.user_id, second.asset_id) == (world.rep.id, world.asset.id)
    [touch] = rows(select(FirstUse))
    assert (touch.first_at, touch.uses) == (datetime(2026, 3, 2, 10, tzinfo=UTC), 1)
    assert len(rows(select(UsageDay))) == 2


@pytest.mark.parametrize("reference", ["hospital-deck", "SF-77", "Hospital deck", "HOSPITAL DECK"])
def test_content_is_found_by_slug_title_or_external_id(import_uses, world, rows, reference):
    import_uses(f"2026-03-02,jo@example.com,{reference},present,D1")
    assert rows(select(UsageEvent.asset_id)) == [world.asset.id]


def test_the_same_file_twice_changes_nothing(import_uses, world, rows):
    lines = (
        "2026-03-02,jo@example.com,hospital-deck,share,D1",
        "2026-03-03,jo@example.com,hospital-deck,view,",
    )
    import_uses(*lines)
    assert counts(import_uses(*lines)) == (0, 0, 2, 0)
    assert counts(import_uses(*reversed(lines))) == (0, 0, 2, 0), "whatever line a use stands on"
    assert rows(select(func.count()).select_from(UsageEvent)) == [2]
    assert rows(select(FirstUse.uses)) == [1]


def test_what_the_portal_does_not_know_is_refused_by_line_and_column(import_uses, world, rows):
    said = import_uses(
        "2026-03-02,jo@example.com,hospital-deck,share,D1",
        "2026-03-02,al@example.com,hospital-deck,share,D1",
        "2026-03-02,jo@example.com,Nothing,share,D1",
        "2026-03-02,jo@example.com,hospital-deck,share,D9",
        "2026-03-02,jo@example.com,hospital-deck,burn,D1",
        "2999-03-02,jo@example.com,hospital-deck,share,D1",
    )
    assert counts(said) == (1, 0, 0, 5)
    places = [(row["line"], row["field"]) for row in said["rows_refused"]]
    assert places == [(3, "user_email"), (4, "asset"), (5, "deal_id"), (6, "kind"), (7, "at")]
    assert said["rows_refused"][0]["reason"] == "There is no person with this email."


def test_create_adds_named_placeholders_once(import_uses, world, rows):
    said = import_uses(
        "2026-03-02,al.fox@example.com,New one,share,D1",
        "2026-03-03,al.fox@example.com,NEW ONE,share,D1",
        "--create",
    )
    assert (said["people_added"], said["assets_added"], said["refused"]) == (1, 1, 0)
    [person] = rows(select(User).where(User.email == "al.fox@example.com"))
    assert (person.status, person.role, person.name) == ("placeholder", "rep", "al.fox")
    [asset] = rows(select(Asset).where(Asset.is_placeholder))
    assert (asset.title, asset.state, asset.use_count, asset.deal_count) == ("New one", "published", 2, 1)
    again = import_uses("2026-03-04,al.fox@example.com,New one,share,D1", "--create")
    assert (again["people_added"], again["assets_added"], again["new"]) == (0, 0, 1)


def test_create_does_not_make_up_deals_or_endless_titles(import_uses, world, rows):
    said = import_uses(
        "2026-03-02,jo@example.com,New one,share,D9",
        f"2026-03-02,jo@example.com,{'x' * 400},share,D1",
        "--create",
    )
    assert [row["field"] for row in said["rows_refused"]] == ["deal_id", "asset"]
    assert rows(select(Asset).where(Asset.is_placeholder)) == []


def test_a_deal_id_that_two_sources_have_is_refused(make, import_uses, world):
    make.deal(external_id="D1", source="salesforce")
    said = import_uses("2026-03-02,jo@example.com,hospital-deck,share,D1")
    assert said["rows_refused"][0]["reason"] == "Deals of several sources have this id."


def test_a_dry_run_writes_nothing(import_uses, world, rows):
    said = import_uses("2026-03-02,al@example.com,New one,share,D1", "--create", "--dry-run")
    assert (said["new"], said["people_added"], said["assets_added"]) == (1, 1, 1)
    assert rows(select(UsageEvent)) == []
    assert rows(select(User).where(User.email == "al@example.com")) == []


def test_times_without_a_zone_are_the_organisations(app, import_uses, world, rows):
    app.config["ORGANISATION_TIME_ZONE"] = "America/New_York"
    import_uses("2026-01-05T22:00:00,jo@example.com,hospital-deck,view,")
    assert rows(select(UsageEvent.at)) == [datetime(2026, 1, 6, 3, tzinfo=UTC)]
    assert [str(day) for day in rows(select(UsageDay.day))] == ["2026-01-05"]


def test_a_file_that_is_no_table_is_refused_in_words(app, tmp_path):
    path = tmp_path / "uses.csv"
    path.write_bytes(b"%PDF-1.7")
    result = app.test_cli_runner().invoke(args=["usage", "import", str(path)])
    assert (result.exit_code, "uses.csv is a PDF" in result.output) == (1, True)


def test_references_are_looked_up_together_as_they_would_be_one_by_one(app, make, count_queries):
    make.asset("Pricing Guide", slug="guide", state="archived")
    make.asset("Pricing Guide", slug="guide-2")
    make.asset("Éclair", slug="cake", external_id="X-1")
    asked = ["guide", " GUIDE-2 ", "pricing guide", "X-1", "x-1", "Éclair", "éclair", "nothing", ""]
    with app.app_context():
        singly = {text: found.id for text in asked if (found := asset_by_reference(text))}
        with count_queries() as queries:
            assert assets_by_reference(asked) == singly
    assert len(queries) == 4
    assert len(singly) == 5


def test_a_file_is_compared_before_the_write_begins(app, make, tmp_path, monkeypatch):
    make.user(email="ann@example.com")
    make.asset(slug="deck")
    file = tmp_path / "uses.csv"
    file.write_text("at,user_email,asset,kind\n2026-01-05 10:00,ann@example.com,deck,sent\n")
    writing = []
    compare = tasks.compare_uses

    def watch(*args, **kwargs):
        writing.append("unit" in g)
        return compare(*args, **kwargs)

    monkeypatch.setattr(tasks, "compare_uses", watch)
    answer = app.test_cli_runner().invoke(args=["usage", "import", str(file), "--json"])
    assert json.loads(answer.stdout)["new"] == 1
    assert writing == [False]
