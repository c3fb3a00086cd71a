"""What is found to be out of order, and what is not, up to the very day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.library.hygiene.finding import KINDS
from portal.library.models import Asset, HygieneFinding, LinkCheck, Review, Reviewer, Version
from portal.sharing.models import Visit

DAY = timedelta(days=1)
NOT_IN_USE = [{"state": "draft"}, {"state": "in_review"}, {"state": "archived"}, {"state": "from_sales"}]


def test_content_that_nobody_who_can_sign_in_looks_after_has_no_owner(make, found):
    gone = make.user("marketer", status="disabled", name="Bo Gone")
    name = make.user("rep", status="placeholder")
    make.asset(slug="none")
    make.asset(slug="gone", owner=gone)
    make.asset(slug="name", owner=name)
    make.asset(slug="expired", expires_on=now().date() - DAY)
    make.asset(slug="fine", owner=make.user("marketer"))
    make.asset(slug="rep", owner=make.user("rep"))
    assert found("no_owner") == ["none", "gone", "name", "expired"]


def test_a_summary_of_spaces_is_none(make, found):
    make.asset(slug="none")
    make.asset(slug="spaces", summary="   ")
    make.asset(slug="fine", summary="What it is about.")
    assert found("no_summary") == ["none", "spaces"]


def test_content_without_any_term_is_not_filed(make, found):
    term = make.facet().terms[0]
    make.asset(slug="none")
    make.asset(slug="fine", terms=(term,))
    assert found("no_terms") == ["none"]


@pytest.mark.parametrize("fields", [*NOT_IN_USE, {"is_placeholder": True}, {"expires_on": "yesterday"}])
def test_what_nobody_uses_is_left_in_peace(make, found, fields):
    if fields.get("expires_on"):
        fields = {"expires_on": now().date() - DAY}
    make.asset("Twice", **fields)
    make.asset("Twice", summary="Some words")
    wanted = [kind for kind in KINDS if kind not in ("no_owner", "not_approved", "no_terms")]
    assert [kind for kind in wanted if found(kind)] == []


def _approve(make, asset, by, *, state="approved", version_id=None):
    number = version_id or asset.current_version_id
    review = make.store(Review(asset_id=asset.id, version_id=number, state=state))
    make.store(Reviewer(review_id=review.id, user_id=by.id, answer="approve", answered_at=now()))


def test_what_is_in_use_without_an_approval_of_this_version_is_found(make, found, marketer):
    make.asset(slug="none")
    approved, being_asked, renewed = (make.asset(slug=name) for name in ("approved", "asked", "renewed"))
    _approve(make, approved, marketer)
    _approve(make, being_asked, marketer, state="open")
    _approve(make, renewed, marketer)
    version = make.store(
        Version(asset_id=renewed.id, number=2, source="markdown", body="New", state="indexed")
    )
    make.inside(lambda: _use(renewed.id, version.id))
    assert found("not_approved") == ["none", "asked", "renewed"]


def _use(asset_id, version_id):
    db.session.get_one(Asset, asset_id).current_version_id = version_id


def test_a_link_is_broken_as_its_last_check_says(make, found):
    for name, is_broken in (("broken", True), ("fine", False)):
        asset = make.asset(slug=name)
        make.inside(lambda asset=asset: _make_link(asset.current_version_id))
        make.store(
            LinkCheck(
                version_id=asset.current_version_id, is_broken=is_broken, reason="There is no such page."
            )
        )
    text = make.asset(slug="text")
    make.store(LinkCheck(version_id=text.current_version_id, is_broken=True))
    assert found("broken_link") == ["broken"]


def _make_link(version_id):
    version = db.session.get_one(Version, version_id)
    version.source, version.link = "link", "https://site.example/"


@pytest.mark.parametrize(
    ("expired_days", "used_days", "is_found"),
    [(0, 0, True), (3, 1, True), (30, 6, True), (30, 8, False), (1, 5, False), (-1, 0, False)],
)
def test_expired_content_is_found_when_it_was_used_after_its_last_day_within_a_week(
    make, found, expired_days, used_days, is_found
):
    rep = make.user("rep")
    asset = make.asset(slug="old", expires_on=now().date() - expired_days * DAY)
    make.use(asset, rep, kind="sent", at=now() - used_days * DAY)
    assert found("expired_used") == (["old"] if is_found else [])


def test_looking_at_expired_content_is_no_use(make, found):
    asset = make.asset(slug="old", expires_on=now().date() - 3 * DAY)
    make.use(asset, make.user("marketer"), kind="viewed")
    assert found("expired_used") == []


@pytest.mark.parametrize(
    ("published_days", "looked_days", "is_found"),
    [(91, None, True), (89, None, False), (200, 91, True), (200, 89, False)],
)
def test_content_is_unseen_when_it_is_out_for_90_days_and_nobody_looked_in_the_last_90(
    make, found, published_days, looked_days, is_found
):
    asset = make.asset(slug="unseen", published_at=now() - published_days * DAY)
    if looked_days is not None:
        make.use(asset, make.user("rep"), at=now() - looked_days * DAY)
    assert found("never_viewed") == (["unseen"] if is_found else [])


def test_the_looks_of_marketing_do_not_count_but_its_sends_do(make, found, marketer):
    looked, sent = (make.asset(slug=name, published_at=now() - 100 * DAY) for name in ("looked", "sent"))
    make.use(looked, marketer, kind="viewed")
    make.use(sent, marketer, kind="sent")
    assert found("never_viewed") == ["looked"]


def test_a_buyer_who_opened_a_link_has_looked_too(make, found, marketer):
    rep = make.user("rep")
    for name, at in (("seen", now()), ("robot", None), ("before", now() - 91 * DAY)):
        asset = make.asset(slug=name, published_at=now() - 200 * DAY)
        link = make.link(asset, rep, token=name)
        make.store(Visit(link_id=link.id, key=name, seen_at=at))
    assert found("never_viewed") == ["robot", "before"]


def test_titles_are_the_same_whatever_their_capitals_and_spaces(make, found, rows):
    used = make.asset("Straße nach  Süden", slug="used", use_count=3)
    make.asset("STRASSE NACH SÜDEN", slug="less")
    make.asset("strasse nach süden ", slug="least")
    make.asset("Straße nach Norden")
    assert found("same_title") == ["less", "least"]
    others = rows(select(HygieneFinding.other_asset_id).where(HygieneFinding.kind == "same_title"))
    assert set(others) == {used.id}


def test_of_equally_used_content_the_older_stays(make, found):
    make.asset("Twice", slug="older")
    make.asset("Twice", slug="newer")
    assert found("same_title") == ["newer"]


def test_content_with_the_same_bytes_in_use_is_found_and_earlier_versions_do_not_matter(make, found):
    def with_file(asset, sha256, *, number=2, in_use=True):
        version = make.store(
            Version(asset_id=asset.id, number=number, source="file", sha256=sha256, state="indexed")
        )
        if in_use:
            make.inside(lambda: _use(asset.id, version.id))

    one, two, three, other = (make.asset(slug=name) for name in ("one", "two", "three", "other"))
    with_file(one, "a" * 64)
    with_file(two, "a" * 64)
    with_file(three, "a" * 64, in_use=False)
    with_file(other, "b" * 64)
    assert found("same_file") == ["two"]


def test_the_other_one_changes_when_it_is_used_more_and_the_finding_keeps_its_date(make, found, rows):
    first, second = make.asset("Twice", slug="first", use_count=2), make.asset("Twice", slug="second")
    assert found("same_title") == ["second"]
    (before,) = rows(select(HygieneFinding).where(HygieneFinding.kind == "same_title"))
    make.inside(lambda: _count_uses(second.id, 9))
    assert found("same_title") == ["first"]
    (after,) = rows(select(HygieneFinding).where(HygieneFinding.kind == "same_title"))
    assert (after.id, after.found_at, after.other_asset_id) == (before.id, before.found_at, second.id)
    assert first.id == after.asset_id


def _count_uses(asset_id, number):
    db.session.get_one(Asset, asset_id).use_count = number
