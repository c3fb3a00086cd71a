"""Each mend does what its button says, the finding goes at once, and what is in order by now is left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.jobs import Job
from portal.library.models import Asset, AssetEvent, HygieneFinding, LinkCheck, Review, Reviewer, Version

DAY = timedelta(days=1)


@pytest.fixture
def mend(marketing):
    def press(finding, name, **fields):
        return marketing.post(f"/library/hygiene/{finding.id}/{name}", data=fields, follow_redirects=True)

    return press


@pytest.fixture
def asset_now(rows):
    def load(asset):
        return rows(select(Asset).where(Asset.id == asset.id))[0]

    return load


def _actions(rows, asset):
    return [event.action for event in rows(select(AssetEvent).where(AssetEvent.asset_id == asset.id))]


def _kinds(rows, asset):
    return set(rows(select(HygieneFinding.kind).where(HygieneFinding.asset_id == asset.id)))


def test_i_look_after_it(make, mend, finding_of, rows, marketer, asset_now):
    asset = make.asset("Deck")
    answer = mend(finding_of("no_owner"), "owner", kind="no_owner")
    assert "You look after “Deck” now." in answer.text
    assert asset_now(asset).owner_id == marketer.id
    assert "no_owner" not in _kinds(rows, asset)
    assert "owner_changed" in _actions(rows, asset)


def test_somebody_else_looks_after_it(make, mend, finding_of, asset_now):
    asset, bo = make.asset("Deck"), make.user("rep", name="Bo Lind")
    assert "Bo Lind looks after “Deck” now." in mend(finding_of("no_owner"), "owner", owner_id=bo.id).text
    assert asset_now(asset).owner_id == bo.id


@pytest.mark.parametrize(
    ("owner", "status"), [("abc", 422), ("999", 404), ("disabled", 422), ("9" * 40, 422)]
)
def test_nobody_gets_content_who_is_not_there(make, mend, finding_of, asset_now, owner, status):
    asset, gone = make.asset(), make.user("rep", status="disabled")
    answer = mend(finding_of("no_owner"), "owner", owner_id=gone.id if owner == "disabled" else owner)
    assert answer.status_code == status
    assert asset_now(asset).owner_id is None


def test_its_first_words_become_its_summary_as_they_were_shown(
    make, mend, marketing, finding_of, rows, asset_now
):
    term = make.facet().terms[0]
    text = "OVERVIEW\nDeck\nGrocers plan their yards with it, and trucks wait less. It pays back in a year."
    asset = make.asset("Deck", pages=(text,), terms=(term,), proof_points="Twice as fast")
    finding = finding_of("no_summary")
    words = "Grocers plan their yards with it, and trucks wait less. It pays back in a year."
    assert f'value="{words}"' in marketing.get("/library/hygiene?kind=no_summary").text
    assert "has a summary now" in mend(finding, "summary", summary=words).text
    after = asset_now(asset)
    assert (after.summary, after.proof_points, after.title) == (words, "Twice as fast", "Deck")
    assert rows(select(Asset).join(Asset.terms).where(Asset.id == asset.id)) != []
    assert "no_summary" not in _kinds(rows, asset)


@pytest.mark.parametrize("summary", ["", "   ", "x" * 2_001])
def test_a_summary_that_is_none_or_too_long_is_refused(make, mend, finding_of, asset_now, summary):
    asset = make.asset()
    assert mend(finding_of("no_summary"), "summary", summary=summary).status_code == 422
    assert asset_now(asset).summary == ""


def test_content_is_filed_under_the_terms_found_in_its_text(make, mend, marketing, finding_of, rows):
    facet = make.facet(terms=("Healthcare", "Energy"))
    asset = make.asset("For hospitals", pages=("Energy costs of a hospital, and what Energy means.",))
    finding = finding_of("no_terms")
    assert "File it under Energy" in marketing.get("/library/hygiene").text
    energy = next(term for term in facet.terms if term.name == "Energy")
    assert "is filed under Energy." in mend(finding, "terms", terms=str(energy.id)).text
    assert "no_terms" not in _kinds(rows, asset)
    assert _actions(rows, asset) == ["edited"]


@pytest.mark.parametrize("terms", ["", "x", "999", "1 999"])
def test_terms_that_do_not_exist_are_refused(make, mend, finding_of, rows, terms):
    make.facet()
    asset = make.asset()
    assert mend(finding_of("no_terms"), "terms", terms=terms).status_code == 422
    assert "no_terms" in _kinds(rows, asset)


@pytest.mark.parametrize("kind", ["same_title", "same_file"])
def test_the_less_used_one_is_archived_and_replaced_by_the_other(
    make, mend, marketing, finding_of, rows, asset_now, kind
):
    kept = make.asset("Deck" if kind == "same_title" else "One", slug="kept", use_count=5)
    less = make.asset("Deck" if kind == "same_title" else "Two", slug="less")
    for asset in (kept, less):
        make.inside(lambda asset=asset: _give_file(asset.current_version_id, f"{asset.slug}.pptx"))
    finding = finding_of(kind)
    page = marketing.get(f"/library/hygiene?kind={kind}").text
    assert "less.pptx" in page
    assert "kept.pptx" in page
    answer = mend(finding, "replace")
    assert "which stays in use" in answer.text
    after = asset_now(less)
    assert (after.state, after.replaced_by_id, asset_now(kept).state) == ("archived", kept.id, "published")
    assert _kinds(rows, less) == set()


def _give_file(version_id, filename):
    version = db.session.get_one(Version, version_id)
    version.sha256, version.filename = "a" * 64, filename


def test_of_three_alike_the_other_two_stay_found(make, mend, finding_of, found, rows):
    for slug, uses in (("first", 9), ("second", 5), ("third", 1)):
        make.asset("Deck", slug=slug, use_count=uses)
    assert found("same_title") == ["second", "third"]
    third = rows(select(HygieneFinding).where(HygieneFinding.kind == "same_title"))[1]
    mend(third, "replace")
    assert found("same_title", again=False) == ["second"]


def test_expired_content_that_is_still_right_can_be_used_again(
    make, mend, finding_of, rows, asset_now, marketer
):
    asset = make.asset(expires_on=now().date() - DAY)
    make.use(asset, make.user("rep"), kind="sent")
    assert "is still right" in mend(finding_of("expired_used"), "verify").text
    after = asset_now(asset)
    assert after.expires_on > now().date()
    assert after.verified_by_id == marketer.id
    assert "expired_used" not in _kinds(rows, asset)
    assert "edited" not in _actions(rows, asset)


def test_expired_content_is_archived(make, mend, finding_of, rows, asset_now):
    asset = make.asset(expires_on=now().date() - DAY)
    make.use(asset, make.user("rep"), kind="sent")
    mend(finding_of("expired_used"), "archive")
    assert asset_now(asset).state == "archived"
    assert _kinds(rows, asset) == set()


def test_what_nobody_looks_at_is_archived(make, mend, finding_of, rows, asset_now):
    asset = make.asset(published_at=now() - 100 * DAY)
    assert "it can be restored" in mend(finding_of("never_viewed"), "archive").text
    assert asset_now(asset).state == "archived"
    assert _kinds(rows, asset) == set()


def test_what_nobody_approved_is_looked_at_before_it_is_approved(
    make, mend, marketing, finding_of, rows, marketer, run_jobs
):
    asset = make.asset("Deck", owner=make.user("marketer"))
    assert mend(finding_of("not_approved"), "approve").status_code == 404
    page = marketing.get("/library/hygiene?kind=not_approved").text
    assert "Look and approve" in page
    shown = marketing.get(f"/library/{asset.slug}").text
    assert f'action="/library/{asset.slug}/approve"' in shown
    marketing.post(f"/library/{asset.slug}/approve", data={"version": "1"})
    assert rows(select(Review.state).where(Review.version_id == asset.current_version_id)) == ["approved"]
    assert rows(select(Reviewer.user_id)) == [marketer.id]
    run_jobs()
    assert "not_approved" not in _kinds(rows, asset)


def test_who_made_a_version_cannot_approve_it_and_is_not_offered_to(
    make, marketing, finding_of, rows, marketer
):
    asset = make.asset("Deck", owner=marketer)
    finding_of("not_approved")
    page = marketing.get("/library/hygiene?kind=not_approved").text
    assert "You made it; somebody else in marketing can approve it." in page
    assert "Look and approve" not in page
    assert marketing.post(f"/library/{asset.slug}/approve", data={"version": "1"}).status_code == 403
    assert rows(select(Review)) == []
    assert "not_approved" in _kinds(rows, asset)


def test_a_broken_link_is_asked_again_by_a_job(make, mend, finding_of, rows):
    asset = make.asset()
    make.inside(lambda: _break(asset.current_version_id))
    assert "is being asked again" in mend(finding_of("broken_link"), "check").text
    job = rows(select(Job).where(Job.kind == "check_links"))[0]
    assert (job.subject_id, job.state) == (asset.current_version_id, "waiting")


def _break(version_id):
    version = db.session.get_one(Version, version_id)
    version.source, version.link = "link", "https://site.example/"
    db.session.add(
        LinkCheck(version_id=version_id, is_broken=True, reason="There is no such page any more (404).")
    )


def test_what_is_in_order_by_now_is_left_alone_and_that_is_said(make, mend, finding_of, asset_now, rows):
    asset, bo = make.asset(), make.user("marketer")
    finding = finding_of("no_owner")
    make.inside(lambda: setattr(db.session.get_one(Asset, asset.id), "owner_id", bo.id))
    assert "This is in order by now. Nothing was changed." in mend(finding, "owner").text
    assert asset_now(asset).owner_id == bo.id
    assert "no_owner" not in _kinds(rows, asset)


def test_mending_twice_says_that_it_is_in_order(make, mend, finding_of):
    make.asset()
    finding = finding_of("no_owner")
    mend(finding, "owner")
    assert "This is in order by now." in mend(finding, "owner").text
    assert "This is in order by now." in mend(HygieneFinding(id=10_000), "owner").text


def test_a_mend_of_another_kind_does_not_exist(make, mend, finding_of, asset_now):
    asset = make.asset()
    finding = finding_of("no_owner")
    assert mend(finding, "archive").status_code == 404
    assert mend(finding, "nonsense").status_code == 404
    assert asset_now(asset).state == "published"


@pytest.mark.parametrize("role", ["rep", "manager"])
def test_others_than_marketing_have_no_such_page(make, sign_in, finding_of, asset_now, role):
    asset = make.asset()
    finding = finding_of("no_owner")
    client = sign_in(make.user(role))
    assert client.get("/library/hygiene").status_code == 403
    assert client.post("/library/hygiene/look").status_code == 403
    assert client.post(f"/library/hygiene/{finding.id}/owner").status_code == 403
    assert "/library/hygiene" not in client.get("/library").text
    assert asset_now(asset).owner_id is None


def test_a_change_made_elsewhere_takes_its_finding_from_the_list(make, marketing, found, run_jobs):
    asset = make.asset("Deck", slug="deck")
    assert found("no_summary") == ["deck"]
    marketing.post(
        f"/library/{asset.slug}/edit", data={"title": "Deck", "kind": "deck", "summary": "What it is."}
    )
    run_jobs()
    assert found("no_summary", again=False) == []


def test_when_the_one_that_stays_is_archived_elsewhere_the_others_are_still_alike(
    make, marketing, found, run_jobs
):
    for slug, uses in (("first", 9), ("second", 5), ("third", 1)):
        make.asset("Deck", slug=slug, use_count=uses)
    assert found("same_title") == ["second", "third"]
    marketing.post("/library/first/archive")
    run_jobs()
    assert found("same_title", again=False) == ["third"]
