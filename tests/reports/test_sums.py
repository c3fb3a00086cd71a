"""What the reports count: every sum by hand, by period, kind and team."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.reports.adoption import adoption_table
from portal.reports.filters import Filters, Period
from portal.reports.table import Table
from portal.reports.usage import usage_table
from portal.sharing.models import Visit
from portal.usage.services import record
from portal.users.models import User
from tests.factories import Make

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


def at(day: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=UTC)


def use(make: Make, asset: Any, user: User, kind: str, moment: datetime, deal: Any = None) -> None:
    """A use as the portal records it, with its daily sums."""
    make.inside(
        lambda: record(
            asset_id=asset.id,
            version_id=asset.current_version_id,
            user_id=user.id,
            kind=kind,
            deal_id=deal.id if deal else None,
            at=moment,
        )
    )


def closed(make: Make, status: str, **fields: Any) -> Any:
    fields = {"created_on": date(2026, 1, 1), "closed_on": date(2026, 4, 30)} | fields
    return make.deal(status=status, **fields)


def usage(app: Flask, user: User | None = None, **filters: Any) -> dict[str, dict[str, Any]]:
    with app.app_context():
        return by_name(usage_table(user, Filters(**filters)))


def adoption(app: Flask, **filters: Any) -> dict[str, dict[str, Any]]:
    with app.app_context():
        return by_name(adoption_table(Filters(**filters)))


def by_name(table: Table) -> dict[str, dict[str, Any]]:
    keys = [column.key for column in table.columns]
    return {str(row.values[0]): dict(zip(keys, row.values, strict=True)) for row in table.rows}


def test_uses_are_summed_by_kind_with_the_people_behind_them(app, make):
    deck, anna, ben = make.asset("Deck"), make.user(), make.user("manager")
    for user, kind, day in (
        (anna, "viewed", 1),
        (anna, "viewed", 31),
        (ben, "viewed", 2),
        (anna, "downloaded", 3),
        (anna, "presented", 4),
        (ben, "sent", 5),
        (ben, "sent", 6),
    ):
        use(make, deck, user, kind, at(day))
    use(make, deck, make.user(), "viewed", at(1, month=4))
    row = usage(app, period=MARCH)["Deck"]
    assert [row[key] for key in ("looked", "downloaded", "presented", "sent", "people")] == [3, 1, 1, 2, 2]
    assert usage(app)["Deck"]["looked"] == 4
    assert usage(app, period=Period(date(2026, 3, 31), date(2026, 3, 31)))["Deck"]["looked"] == 1


def test_a_day_is_one_of_the_organisation(app, make):
    app.config["ORGANISATION_TIME_ZONE"] = "America/Los_Angeles"
    deck, rep = make.asset("Deck"), make.user()
    make.rating(deck, rep, stars=4, updated_at=datetime(2026, 4, 1, 3, tzinfo=UTC))
    make.rating(deck, make.user(), stars=1, updated_at=datetime(2026, 4, 1, 8, tzinfo=UTC))
    row = usage(app, period=MARCH)["Deck"]
    assert (row["rating"], row["ratings"]) == (4.0, 1)


def test_openings_count_when_a_browser_showed_the_page(app, make):
    deck, rep = make.asset("Deck"), make.user()
    link = make.link(deck, rep)
    make.store(
        Visit(link_id=link.id, key="a", at=at(3), seen_at=at(3)),
        Visit(link_id=link.id, key="b", at=at(4), seen_at=None),
        Visit(link_id=link.id, key="c", at=at(5, month=4), seen_at=at(5, month=4)),
    )
    assert usage(app)["Deck"]["opened"] == 2
    assert usage(app, period=MARCH)["Deck"]["opened"] == 1


def test_deals_are_those_of_the_period_and_agree_with_the_impact_figures(app, make, rows):
    deck, rep = make.asset("Deck"), make.user()
    won, lost, open_ = closed(make, "won"), closed(make, "lost"), make.deal()
    for deal, day in ((won, 2), (won, 9), (lost, 3), (open_, 4)):
        use(make, deck, rep, "sent", at(day), deal)
    use(make, deck, rep, "sent", at(2, month=5), closed(make, "won"))
    use(make, deck, rep, "presented", at(20, month=2), closed(make, "lost"))
    march = usage(app, period=MARCH)["Deck"]
    assert [march[key] for key in ("deals_used", "won", "lost", "open_deals")] == [2, 1, 1, 1]
    every = usage(app)["Deck"]
    make.figures()
    with app.app_context():
        from portal.impact.queries import impact_of

        row = impact_of(deck.id)
    assert row is not None
    assert (
        (every["deals_used"], every["won"], every["lost"]) == (row.deals_used, row.won, row.lost) == (3, 1, 2)
    )


def test_impact_columns_come_from_the_latest_snapshot_and_estimates_only_with_enough_deals(app, make):
    good, young, new = make.asset("Good"), make.asset("Young"), make.asset("New")
    assert usage(app)["Good"]["credited"] is None
    snapshot = make.store(ImpactSnapshot(method_version="m", coverage={}, left_out={}))
    figures = {
        **{"deals_used": 40, "won": 20, "lost": 20, "matched": 40, "comparison_deals": 9},
        **{
            "credited_minor": 123_45,
            "used_revenue_minor": 1,
            "lift": 0.0712,
            "ci_low": 0.02,
            "ci_high": 0.12,
        },
    }
    for asset, verdict in ((good, "won_more"), (young, "not_enough_deals")):
        make.store(ImpactRow(snapshot_id=snapshot.id, asset_id=asset.id, verdict=verdict, **figures))
    rows = usage(app)
    names = ("credited", "difference", "low", "high", "verdict")
    assert [rows["Good"][name] for name in names] == [12345, 0.0712, 0.02, 0.12, "Won more often"]
    assert [rows["Young"][name] for name in names] == [12345, None, None, None, "Not enough deals yet"]
    assert [rows["New"][name] for name in names] == [None] * 5
    assert new.title in rows


def test_content_is_narrowed_by_kind_and_what_was_done_by_team(app, make):
    east, west = make.team("East"), make.team("West")
    anna, ben = make.user(team=east), make.user(team=west)
    deck, study = make.asset("Deck"), make.asset("Study", kind="case_study")
    deal = closed(make, "won")
    for user in (anna, ben):
        use(make, deck, user, "sent", at(2), deal if user is anna else None)
        make.rating(deck, user, stars=5 if user is anna else 1)
        make.store(Visit(link_id=make.link(deck, user, token=user.name).id, key=user.name, seen_at=at(3)))
    assert list(usage(app, kind="case_study")) == ["Study"]
    for team, deals, mean in ((east, 1, 5.0), (west, 0, 1.0)):
        row = usage(app, team=team)["Deck"]
        assert (row["sent"], row["people"], row["opened"]) == (1, 1, 1)
        assert (row["deals_used"], row["rating"], row["ratings"]) == (deals, mean, 1)
    assert usage(app, team=east)[study.title]["sent"] == 0


def test_unused_published_content_is_listed_and_drafts_of_others_are_not(app, make):
    rep, marketer = make.user(), make.user("marketer")
    make.asset("Unused")
    draft = make.asset("Draft", state="draft")
    assert set(usage(app, rep)) == {"Unused"}
    use(make, draft, make.user(), "viewed", at(1))
    assert set(usage(app, rep)) == {"Unused"}
    assert set(usage(app, marketer)) == set(usage(app)) == {"Unused", "Draft"}


def test_expired_content_keeps_its_uses_and_is_not_listed_as_unused(app, make):
    rep, over = make.user(), date(2026, 4, 1)
    used = make.asset("Old prices", expires_on=over)
    make.asset("Old and unused", expires_on=over)
    use(make, used, rep, "sent", at(1))
    for reader in (rep, make.user("manager"), None):
        assert set(usage(app, reader)) == {"Old prices"}


def test_adoption_counts_what_each_person_of_sales_did(app, make):
    east = make.team("East")
    anna, ben = make.user(team=east, name="Anna"), make.user(name="Ben")
    make.user("manager", name="Idle manager")
    marketer = make.user("marketer", name="Marketer")
    deck = make.asset("Deck")
    own, own_bare, of_ben = (
        closed(make, "won", owner=anna),
        closed(make, "lost", owner=anna),
        make.deal(owner=ben),
    )
    use(make, deck, anna, "viewed", at(1))
    use(make, deck, anna, "sent", at(2), own)
    use(make, deck, anna, "sent", at(3), of_ben)
    use(make, deck, anna, "sent", at(1, month=5), own_bare)
    use(make, deck, marketer, "viewed", at(2))
    make.search(anna, results=3, at=at(4))
    make.search(anna, results=0, at=at(5))
    make.search(marketer, at=at(5))
    make.rating(deck, anna, updated_at=at(6))
    make.request(anna, created_at=at(7))
    rows = adoption(app)
    assert list(rows) == ["Anna", "Ben"]
    assert rows["Anna"] == {
        **{"person": "Anna", "team": "East", "searches": 2, "in_vain": 1, "uses": 4, "deals": 3},
        **{"closed": 2, "share": 0.5, "ratings": 1, "requests": 1},
    }
    assert rows["Ben"]["team"] is None
    assert rows["Ben"]["share"] is None
    assert {rows["Ben"][key] for key in ("searches", "uses", "deals", "closed", "ratings", "requests")} == {0}
    march = adoption(app, period=MARCH)["Anna"]
    assert (march["uses"], march["deals"], march["closed"]) == (3, 2, 0)
    april = adoption(app, period=Period(date(2026, 4, 1), date(2026, 4, 30)))["Anna"]
    assert (april["closed"], april["share"], april["searches"]) == (2, 0.5, 0)


def test_a_team_counts_each_deal_once_and_people_without_one_stand_last(app, make):
    east = make.team("East")
    anna, ben, cleo = make.user(team=east), make.user(team=east), make.user()
    deck, deal = make.asset("Deck"), make.deal(owner=anna)
    for user in (anna, ben, cleo):
        use(make, deck, user, "sent", at(2), deal)
    rows = adoption(app, by="team")
    assert list(rows) == ["East", "No team"]
    assert (rows["East"]["people"], rows["East"]["uses"], rows["East"]["deals"]) == (2, 2, 1)
    assert (rows["No team"]["people"], rows["No team"]["deals"]) == (1, 1)
    assert list(adoption(app, team=east)) == sorted((anna.name, ben.name))


@pytest.mark.parametrize("status", ["placeholder", "disabled"])
def test_people_whom_only_an_import_names_and_those_who_left_are_listed_only_with_something_done(
    app, make, status
):
    person = make.user(name="Someone", status=status)
    assert list(adoption(app)) == []
    with app.app_context():
        said = " ".join(adoption_table(Filters()).notes)
    assert ("1 person whom only an import names did none of this, and is left out." in said) == (
        status == "placeholder"
    )
    use(make, make.asset("Deck"), person, "viewed", at(2) + timedelta(hours=1))
    assert list(adoption(app)) == ["Someone"]


def test_those_who_use_content_most_stand_first(app, make):
    deck = make.asset("Deck")
    for name, times in (("Anna", 1), ("Ben", 3), ("Cleo", 0)):
        person = make.user(name=name)
        for number in range(times):
            use(make, deck, person, "viewed", at(2 + number))
    assert list(adoption(app)) == ["Ben", "Anna", "Cleo"]


def test_what_no_period_narrows_says_so_in_its_heading(app):
    with app.app_context():
        labels = {column.key: column.label for column in usage_table(None, Filters(period=MARCH)).columns}
    assert {key for key, label in labels.items() if "all time" in label} == {
        *("credited", "difference", "low", "high", "verdict")
    }
