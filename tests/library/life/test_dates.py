"""When content is looked at again and expires: set, refused, and what follows for everybody."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select

from portal.feedback.models import Rating
from portal.jobs import enqueue
from portal.library.models import Asset, AssetEvent
from portal.library.queries import suggested_assets


def test_the_dates_are_set_with_a_line_of_history(make, sign_in, rows, at):
    at(2026, 12, 1, 12)
    make.asset("Old deck", slug="old", review_by=date(2026, 12, 5))
    other = make.asset("New deck", slug="new")
    client = sign_in(make.user("marketer"))
    assert 'value="2026-12-05"' in client.get("/library/old/dates").text
    form = {
        "review_by": "2027-01-31",
        "review_days": "60",
        "expires_on": "2027-03-01",
        "replaced_by": "new",
    }
    assert client.post("/library/old/dates", data=form).location == "/library/old"
    assert client.post("/library/old/dates", data=form).status_code == 303
    (asset,) = rows(select(Asset).where(Asset.slug == "old"))
    assert (asset.review_by, asset.review_days, asset.expires_on, asset.replaced_by_id) == (
        date(2027, 1, 31),
        60,
        date(2027, 3, 1),
        other.id,
    )
    (event,) = rows(select(AssetEvent))
    assert event.action == "dates_changed"
    assert event.detail["expires_on"] == [None, "2027-03-01"]
    assert event.detail["replaced_by"] == [None, "new"]
    assert "expires: never, now 1 Mar 2027; replaced by: nothing, now new" in client.get("/library/old").text


def test_empty_fields_take_the_dates_away(make, sign_in, rows, at):
    at(2026, 12, 1, 12)
    make.asset("Deck", slug="deck", review_by=date(2026, 12, 5), expires_on=date(2026, 11, 1), review_days=3)
    sign_in(make.user("marketer")).post("/library/deck/dates", data={})
    (asset,) = rows(select(Asset))
    assert (asset.review_by, asset.review_days, asset.expires_on) == (None, None, None)
    assert asset.is_live


def test_a_day_that_is_over_may_stay_while_something_else_is_changed(make, sign_in, rows, at):
    at(2026, 12, 1, 12)
    make.asset("Deck", slug="deck", review_by=date(2026, 10, 5), expires_on=date(2026, 11, 1))
    form = {"review_by": "2026-10-05", "expires_on": "2026-11-01", "review_days": "60"}
    assert sign_in(make.user("marketer")).post("/library/deck/dates", data=form).status_code == 303
    assert rows(select(Asset.review_days)) == [60]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("review_by", "2026-11-30", "This day is over."),
        ("expires_on", "2026-11-30", "Choose today to take it out of use at once"),
        ("expires_on", "2036-12-31", "within the next ten years"),
        ("expires_on", "tomorrow", "year-month-day"),
        ("review_by", "2026-02-30", "year-month-day"),
        ("review_days", "0", "1 to 1,825 days"),
        ("review_days", "often", "whole number of days"),
        ("replaced_by", "nothing-here", "There is no such content."),
        ("replaced_by", "deck", "cannot replace itself"),
        ("replaced_by", "draft", "has to be published"),
        ("replaced_by", "gone", "has to be published and not expired"),
    ],
)
def test_what_is_no_sensible_date_is_refused_at_its_field_and_kept(
    make, sign_in, rows, at, field, value, words
):
    at(2026, 12, 1, 12)
    make.asset("Deck", slug="deck")
    make.asset("Draft", slug="draft", state="draft")
    make.asset("Gone", slug="gone", expires_on=date(2026, 11, 1))
    form = {"review_by": "2027-01-31", field: value}
    answer = sign_in(make.user("marketer")).post("/library/deck/dates", data=form)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert field == "replaced_by" or f'value="{value}"' in answer.text
    assert rows(select(AssetEvent)) == []


def test_archived_content_has_no_dates_to_set_and_others_may_not(make, sign_in, rows):
    make.asset("Old", slug="old", state="archived")
    make.asset("Deck", slug="deck")
    form = {"expires_on": "2030-01-01"}
    answer = sign_in(make.user("marketer")).post("/library/old/dates", data=form)
    assert (answer.status_code, "Restore it first" in answer.text) == (422, True)
    for role in ("rep", "manager"):
        assert sign_in(make.user(role)).post("/library/deck/dates", data=form).status_code == 403
        assert sign_in(make.user(role)).get("/library/deck/dates").status_code == 403
    assert rows(select(Asset.expires_on)) == [None]


@pytest.mark.parametrize(
    ("zone", "expired"), [("UTC", False), ("Pacific/Auckland", True), ("America/New_York", False)]
)
def test_the_day_of_expiry_begins_in_the_organisations_time_zone(app, make, sign_in, at, zone, expired):
    app.config["ORGANISATION_TIME_ZONE"] = zone
    at(2026, 12, 1, 18)
    make.asset("Deck", slug="deck", expires_on=date(2026, 12, 2))
    rep = sign_in(make.user("rep"))
    assert rep.get("/library/deck").status_code == (410 if expired else 200)
    assert ("Deck" in rep.get("/library").text) is not expired


def test_expired_today_is_gone_from_everywhere_for_sales_and_marked_for_marketing(
    app, make, sign_in, run_jobs, at
):
    at(2026, 12, 1, 12)
    gone = make.asset("Turbine deck", slug="gone", pages=("Turbines turn.",), expires_on=date(2026, 12, 1))
    make.asset("Turbine paper", slug="stays", pages=("Turbines stay.",))
    make.inside(lambda: enqueue("index_asset", gone.id))
    run_jobs()
    for role in ("rep", "manager"):
        client = sign_in(make.user(role))
        for page in ("/library", "/library?q=turbine", "/library?state=expired", "/search/suggest?q=turbine"):
            assert "Turbine deck" not in client.get(page).text, page
        for path in ("/send", "/present", "/v/1/file", "/v/1/preview"):
            assert client.get(f"/library/gone{path}").status_code == 404, path
        assert client.post("/library/gone/send", data={}).status_code == 404
    with app.app_context():
        assert [asset.slug for asset in suggested_assets(make.user("rep"), "turbine")] == ["stays"]
    marketer = sign_in(make.user("marketer"))
    found = marketer.get("/library?state=expired").text
    assert "Turbine deck" in found
    assert "Turbine paper" not in found
    assert "badge-bad" in found
    assert "Turbine deck" not in marketer.get("/library?state=published").text
    page = marketer.get("/library/gone").text
    assert "Expired" in page
    assert "Sales can&#39;t find it" in page or "Sales can't find it" in page
    assert "Send to a buyer" not in page
    answer = marketer.post("/library/gone/send", data={})
    assert (answer.status_code, "has not expired can be sent" in answer.text) == (422, True)


def test_an_old_link_says_that_content_expired_and_names_what_to_use(make, sign_in, at):
    at(2026, 12, 1, 12)
    newest = make.asset("Newest deck", slug="newest")
    middle = make.asset("Middle deck", slug="middle", expires_on=date(2026, 11, 1), replaced_by_id=newest.id)
    make.asset(
        "Secret deck", slug="old", expires_on=date(2026, 10, 1), replaced_by_id=middle.id, summary="Hush"
    )
    make.asset("Alone", slug="alone", expires_on=date(2026, 10, 1))
    rep = sign_in(make.user("rep"))
    answer = rep.get("/library/old")
    assert answer.status_code == 410
    for words in ("has expired", "1 Oct 2026", "Newest deck", 'href="/library/newest"'):
        assert words in answer.text
    assert "Hush" not in answer.text
    assert "named nothing to use instead yet" in rep.get("/library/alone").text


def test_content_that_is_not_current_is_not_used_rated_or_delivered(make, sign_in, rows, at):
    at(2026, 12, 1, 12)
    asset = make.asset("Deck", slug="deck", expires_on=date(2026, 12, 1))
    marketer, rep = make.user("marketer"), make.user("rep")
    deal, asked = make.deal(owner=rep), make.request(rep)
    client = sign_in(marketer)
    used = client.post("/library/deck/used", data={"deal_id": str(deal.id)})
    assert (used.status_code, "has not expired" in used.text) == (422, True)
    answer = client.post(f"/requests/{asked.id}/deliver", data={"asset_id": str(asset.id)})
    assert answer.status_code == 422
    rated = sign_in(rep).post("/library/deck/rating", data={"stars": "5", "comment": "Kept words"})
    assert (rated.status_code, "Kept words" in rated.text) == (422, True)
    assert rows(select(Rating)) == []


def test_a_replacement_named_before_is_proposed_when_content_is_archived_and_kept_by_one_click(
    make, sign_in, rows
):
    new = make.asset("New deck", slug="new")
    for slug in ("asked", "clicked", "emptied"):
        make.asset("Old deck", slug=slug, replaced_by_id=new.id)
    client = sign_in(make.user("marketer"))
    proposed = client.get("/library/asked/archive").text
    assert re.search(r'<option value="new"[^>]* selected', proposed)
    client.post("/library/clicked/archive")
    client.post("/library/emptied/archive", data={"replaced_by": ""})
    found = {asset.slug: asset for asset in rows(select(Asset))}
    assert (found["clicked"].state, found["clicked"].replaced_by_id) == ("archived", new.id)
    assert (found["emptied"].state, found["emptied"].replaced_by_id) == ("archived", None)
