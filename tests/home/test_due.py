"""What is due for a look, and what nobody owns, in the To do list."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from portal.library.life.queries import due_for_a_look, life_counts
from portal.usage.models import UsageDay

TODAY = date(2026, 12, 1)


@pytest.fixture
def due(make, monkeypatch):
    """Make content that is due, with uses of the last days: due("Deck", review=-30, uses=4)."""
    stopped = datetime(2026, 12, 1, 12, tzinfo=UTC)
    for module in ("portal.library.models.content", "portal.library.queries", "portal.library.life.dates"):
        monkeypatch.setattr(f"{module}.now", lambda: stopped)
    rep, owner = make.user("rep"), make.user("marketer", name="Ana Ruiz")

    def make_due(title, *, review=None, expires=None, uses=0, kind="sent", ago=3, **fields):
        fields.setdefault("owner", owner)
        asset = make.asset(
            title,
            review_by=TODAY + timedelta(days=review) if review is not None else None,
            expires_on=TODAY + timedelta(days=expires) if expires is not None else None,
            **fields,
        )
        if uses:
            day = TODAY - timedelta(days=ago)
            make.store(UsageDay(day=day, asset_id=asset.id, user_id=rep.id, kind=kind, uses=uses))
        return asset

    return make_due


def titles(make) -> list[str]:
    return make.inside(lambda: [one.asset.title for one in due_for_a_look(50)])


def test_use_times_staleness_orders_what_is_past_its_day(make, due):
    due("Little used, long past", review=-60, uses=1, kind="sent")
    due("Much used, shortly past", review=-5, uses=90)
    due("Unused, as long past", review=-60)
    due("Unused, due today", review=0)
    assert titles(make) == [
        "Much used, shortly past",
        "Little used, long past",
        "Unused, as long past",
        "Unused, due today",
    ]


def test_what_has_expired_comes_before_what_is_only_past_its_day(make, due):
    due("Much used, long past", review=-60, uses=90)
    due("Expired, unused", expires=0)
    assert titles(make) == ["Expired, unused", "Much used, long past"]


def test_staleness_is_measured_by_the_contents_own_interval(make, due):
    due("Every year", review=-20, uses=5, review_days=365)
    due("As every deck", review=-20, uses=5)
    due("Every month", review=-20, uses=5, review_days=30)
    assert titles(make) == ["Every month", "As every deck", "Every year"]


def test_what_comes_within_four_weeks_follows_by_its_day_and_the_rest_is_left_out(make, due):
    due("In four weeks", review=28, uses=500)
    due("Next week", expires=7)
    due("Yesterday", review=-1)
    due("In five weeks", review=29)
    due("Never", review=None)
    due("Draft", review=-9, state="draft")
    due("Archived", expires=-9, state="archived")
    assert titles(make) == ["Yesterday", "Next week", "In four weeks"]
    assert make.inside(life_counts).over == 1
    assert make.inside(life_counts).soon == 2


def test_only_uses_of_the_last_90_days_count_and_looking_around_does_not(make, due):
    due("Looked at", review=-5, uses=900, kind="viewed")
    due("Used long ago", review=-5, uses=900, ago=91)
    due("Used lately", review=-5, uses=1)
    assert titles(make)[0] == "Used lately"


def test_the_page_tells_how_it_is_ordered_and_offers_the_next_step(due, make, sign_in):
    due("Expired deck", expires=-3, uses=12, slug="expired")
    due("Old card", review=-10, slug="card", verified_at=datetime(2026, 8, 1, tzinfo=UTC))
    client = sign_in(make.user("marketer"))
    page = client.get("/to-do").text
    section = page.split('id="due"', 1)[1].split('id="gaps"', 1)[0]
    for words in (
        "What has expired first",
        "3 days over",
        "12 uses in 90 days",
        "badge-bad",
        "10 days over",
        "Ana Ruiz",
    ):
        assert words in section
    assert section.index("Expired deck") < section.index("Old card")
    assert 'action="/library/expired/verify"' in section
    assert 'href="/library/expired/archive"' in section
    answer = client.post("/library/expired/verify", data={"next": "/to-do#due"})
    assert answer.location == "/to-do#due"
    after = client.get("/to-do").text.split('id="due"', 1)[1].split('id="gaps"', 1)[0]
    assert "Expired deck" not in after


def test_what_nobody_owns_is_listed_and_taken_or_given_away(due, make, sign_in):
    gone = make.user("marketer", name="Gone Girl", status="disabled")
    due("Nobody's deck", owner=None, slug="nobody")
    due("Gone's deck", owner=gone, use_count=7)
    due("Somebody's deck")
    client = sign_in(make.user("marketer"))
    section = client.get("/to-do").text.split('id="unowned"', 1)[1].split('id="unused"', 1)[0]
    assert section.index("Gone&#39;s deck") < section.index("Nobody&#39;s deck")
    assert "can't sign in any more" in section
    assert "Somebody&#39;s deck" not in section
    ids = re.search(r'name="ids" value="([\d,]+)"', section)
    assert ids
    page = client.post("/library/bulk", data={"ids": ids[1], "do": "owner", "next": "/to-do#unowned"}).text
    assert "Gone Girl" in page
    client.post("/library/nobody/take-over", data={"next": "/to-do#unowned"})
    assert (
        "Nobody&#39;s deck"
        not in client.get("/to-do").text.split('id="unowned"', 1)[1].split('id="unused"', 1)[0]
    )


def test_an_empty_list_says_what_will_be_there(make, sign_in):
    make.asset("Anything", owner=make.user("marketer"))
    page = sign_in(make.user("marketer")).get("/to-do").text
    assert "Everything has been looked at" in page
    assert "Everything has an owner" in page


def test_the_to_do_list_asks_few_questions_however_long_it_is(due, make, sign_in, count_queries):
    for number in range(30):
        due(f"Deck {number}", review=-number, owner=make.user("marketer"))
        due(f"Unowned {number}", owner=None)
    client = sign_in(make.user("marketer"))
    with count_queries() as queries:
        assert client.get("/to-do").status_code == 200
    assert len(queries) <= 25, len(queries)
