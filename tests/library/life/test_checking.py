"""Content is found to be still right: one click, written down apart from editing; and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.library import services
from portal.library.models import Asset, AssetEvent, ReviewInterval
from portal.library.queries import asset_or_404
from portal.users.models import AuditEntry

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_check_sets_the_next_look_and_is_no_edit(make, sign_in, rows, at):
    moment = at(2026, 12, 1, 12)
    marketer = make.user("marketer", name="Ana Ruiz")
    make.asset("Card", slug="card", kind="battle_card", review_by=date(2026, 11, 1), updated_at=LONG_AGO)
    answer = sign_in(marketer).post("/library/card/verify")
    assert (answer.status_code, answer.location) == (303, "/library/card")
    (asset,) = rows(select(Asset))
    assert (asset.verified_at, asset.verified_by_id) == (moment, marketer.id)
    assert (asset.review_by, asset.expires_on) == (date(2026, 12, 1) + timedelta(days=90), None)
    assert asset.updated_at == LONG_AGO
    (event,) = rows(select(AssetEvent))
    assert (event.action, event.user_id, event.version_id) == (
        "verified",
        marketer.id,
        asset.current_version_id,
    )
    assert event.detail == {"review_by": ["2026-11-01", "2027-03-01"]}
    page = sign_in(make.user("rep")).get("/library/card").text
    assert "by Ana Ruiz" in page
    assert "Still right" not in page


@pytest.mark.parametrize(
    ("expires", "moved"),
    [(date(2026, 11, 30), True), (date(2026, 12, 29), True), (date(2026, 12, 30), False)],
)
def test_an_expiry_within_four_weeks_moves_along_and_the_button_says_so_before(
    make, sign_in, rows, at, expires, moved
):
    at(2026, 12, 1, 12)
    make.asset("Deck", slug="deck", kind="deck", review_by=date(2026, 11, 1), expires_on=expires)
    client = sign_in(make.user("marketer"))
    assert "Still right: keep it until 30 May 2027" in client.get("/library/deck").text
    client.post("/library/deck/verify")
    (asset,) = rows(select(Asset))
    assert asset.review_by == date(2027, 5, 30)
    assert asset.expires_on == (date(2027, 5, 30) if moved else expires)


def test_a_check_never_shortens_the_life_of_content(make, sign_in, rows, at):
    at(2026, 12, 1, 12)
    make.asset("Deck", slug="deck", review_days=5, expires_on=date(2026, 12, 20))
    sign_in(make.user("marketer")).post("/library/deck/verify")
    (asset,) = rows(select(Asset))
    assert (asset.review_by, asset.expires_on) == (date(2026, 12, 6), date(2026, 12, 20))


def test_expired_content_that_is_checked_is_back_for_sales(make, sign_in, at):
    at(2026, 12, 1, 12)
    make.asset("Deck", slug="deck", expires_on=date(2026, 12, 1))
    rep = sign_in(make.user("rep"))
    assert rep.get("/library/deck").status_code == 410
    sign_in(make.user("admin")).post("/library/deck/verify")
    assert rep.get("/library/deck").status_code == 200


def test_a_second_check_of_the_day_is_not_written_down_again(make, sign_in, rows, at):
    at(2026, 12, 1, 12)
    make.asset("Deck", slug="deck")
    client = sign_in(make.user("marketer"))
    client.post("/library/deck/verify")
    assert "checked today already" in client.post("/library/deck/verify", follow_redirects=True).text
    assert len(rows(select(AssetEvent))) == 1


def test_what_is_not_published_cannot_be_checked(make, sign_in, rows):
    make.asset("Draft", slug="draft", state="draft")
    make.asset("Old", slug="old", state="archived")
    client = sign_in(make.user("marketer"))
    for slug, words in (("draft", "Only what is published"), ("old", "Restore it first")):
        answer = client.post(f"/library/{slug}/verify")
        assert (answer.status_code, words in answer.text) == (409, True)
    assert client.post("/library/nothing/verify").status_code == 404
    assert rows(select(AssetEvent)) == []


def test_a_check_is_for_marketing(make, sign_in, rows):
    make.asset("Deck", slug="deck")
    for role in ("rep", "manager"):
        assert sign_in(make.user(role)).post("/library/deck/verify").status_code == 403
    assert rows(select(AssetEvent)) == []


def test_a_check_leads_back_to_the_list_it_came_from_and_nowhere_else(make, sign_in):
    make.asset("One", slug="one")
    make.asset("Two", slug="two")
    client = sign_in(make.user("marketer"))
    assert client.post("/library/one/verify", data={"next": "/to-do#due"}).location == "/to-do#due"
    assert client.post("/library/two/verify", data={"next": "//evil.example"}).location == "/library/two"


def test_somebody_takes_content_over_once(make, sign_in, rows):
    before, marketer = make.user("marketer", name="Bo Lind"), make.user("marketer", name="Ana Ruiz")
    make.asset("Deck", slug="deck", owner=before)
    client = sign_in(marketer)
    client.post("/library/deck/take-over")
    client.post("/library/deck/take-over")
    (asset,) = rows(select(Asset))
    assert asset.owner_id == marketer.id
    (event,) = rows(select(AssetEvent))
    assert (event.action, event.detail) == ("owner_changed", {"owner": ["Bo Lind", "Ana Ruiz"]})


def test_the_intervals_of_kinds_are_set_and_hold_from_the_next_check_on(make, sign_in, rows, at):
    at(2026, 12, 1, 12)
    make.asset("Deck", slug="deck", kind="deck", review_by=date(2026, 12, 20))
    make.asset("Own", slug="own", kind="deck", review_days=7)
    client = sign_in(make.user("marketer"))
    page = client.get("/library/review-intervals").text
    assert "180 unless set" in page
    kinds = (
        "case_study",
        "deck",
        "one_sheeter",
        "battle_card",
        "white_paper",
        "email_template",
        "video",
        "other",
    )
    form = dict(zip(kinds, ("365", "30", "180", "90", "365", "180", "365", "365"), strict=True))
    assert client.post("/library/review-intervals", data=form).status_code == 303
    assert [(row.kind, row.days) for row in rows(select(ReviewInterval))] == [("deck", 30)]
    assert [entry.action for entry in rows(select(AuditEntry))] == ["changed review intervals"]
    assert rows(select(Asset.review_by).where(Asset.slug == "deck")) == [date(2026, 12, 20)]
    for slug, expected in (("deck", date(2026, 12, 31)), ("own", date(2026, 12, 8))):
        client.post(f"/library/{slug}/verify")
        assert rows(select(Asset.review_by).where(Asset.slug == slug)) == [expected]
    client.post("/library/review-intervals", data=form | {"deck": "180"})
    assert rows(select(ReviewInterval)) == []


@pytest.mark.parametrize("wrong", ["", "0", "-3", "1826", "soon", "9" * 40, "1.5"])
def test_an_interval_that_is_none_is_refused_at_its_field(make, sign_in, rows, wrong):
    kinds = ("case_study", "deck", "one_sheeter", "white_paper", "email_template", "video", "other")
    form = dict.fromkeys(kinds, "30") | {"battle_card": wrong}
    answer = sign_in(make.user("marketer")).post("/library/review-intervals", data=form)
    assert answer.status_code == 422
    assert 'id="battle_card-error"' in answer.text
    assert rows(select(ReviewInterval)) == []
    assert sign_in(make.user("manager")).get("/library/review-intervals").status_code == 403


def test_a_new_version_in_place_moves_the_next_look(make, sign_in, rows, at):
    """As the page of intervals promises: it counts from the day on which it went live."""
    at(2026, 12, 1, 12)
    marketer = make.user("marketer")
    asset = make.asset("Card", slug="card", kind="battle_card", review_by=date(2026, 11, 1), owner=marketer)

    def add():
        version = services.add_markdown_version(asset_or_404(asset.id), by=None, body="New prices")
        version.state, version.preview_kind = "indexed", "none"

    make.inside(add)
    assert rows(select(Asset.review_by)) == [date(2026, 11, 1)]
    assert sign_in(marketer).post("/library/card/v/2/publish").status_code == 303
    assert rows(select(Asset.review_by)) == [date(2026, 12, 1) + timedelta(days=90)]


def test_content_that_was_not_looked_at_in_time_is_called_overdue(make, sign_in, at):
    at(2026, 12, 1, 12)
    make.asset("Deck", slug="late", review_by=date(2026, 11, 30))
    make.asset("Deck", slug="near", review_by=date(2026, 12, 1))
    client = sign_in(make.user("marketer"))
    late, near = (client.get(f"/library/{slug}").text for slug in ("late", "near"))
    assert "Overdue for a look since 30 Nov 2026" in late
    assert "overdue since 30 Nov 2026" in late
    assert "verdue" not in near
    assert "To be looked at by 1 Dec 2026" in near


def test_a_draft_has_no_room_for_ratings_and_uses_until_it_is_published(make, sign_in):
    make.asset("Deck", slug="draft", state="draft")
    client = sign_in(make.user("marketer"))
    page = client.get("/library/draft").text
    assert "What people say" not in page
    assert "Only published content can be rated" not in page
    assert 'id="uses"' not in page
    client.post("/library/draft/publish")
    page = client.get("/library/draft").text
    assert "What people say" in page
    assert 'id="uses"' in page
