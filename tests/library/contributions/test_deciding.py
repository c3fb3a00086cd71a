"""Marketing decides: adopt, merge, decline; once, with everyone told, and with the credit kept."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.db import db
from portal.deals.models import Deal
from portal.library.models import Asset, AssetEvent, Version
from portal.notifications.models import Notification
from tests.library.contributions.conftest import deck, slide


@pytest.fixture
def asset(people, share, make):
    deal = make.deal(owner=people.sam, name="Acme renewal")
    return share(people.sam, deck("plan.pptx", slide("gate"), slide("yard")), deal_id=str(deal.id))


@pytest.fixture
def client(people, sign_in):
    return sign_in(people.marketer)


def state(rows, asset):
    return rows(select(Asset.state).where(Asset.id == asset.id))[0]


def actions(rows, asset):
    found = select(AssetEvent).where(AssetEvent.asset_id == asset.id).order_by(AssetEvent.id)
    return [event.action for event in rows(found)]


def told(rows, run_jobs, user):
    run_jobs()
    return [note.title for note in rows(select(Notification).where(Notification.user_id == user.id))]


def test_adopted_and_published_it_is_official_the_marketer_s_and_keeps_its_credit(
    people, client, rows, asset, brought, run_jobs, sign_in
):
    answer = client.post(f"/library/{asset.slug}/adopt", data={"do": "publish"})
    assert answer.status_code == 303
    after = rows(select(Asset))[0]
    assert (after.state, after.owner_id) == ("published", people.marketer.id)
    found = brought(asset)
    assert (found.outcome, found.decided_by_id) == ("adopted", people.marketer.id)
    assert actions(rows, asset) == ["contributed", "adopted", "published"]
    assert told(rows, run_jobs, people.sam) == ["Marketing adopted “Plan”: it is official content now"]
    page = sign_in(people.stranger).get(f"/library/{asset.slug}").text
    assert "Made by Sam Field" in page
    assert "Acme renewal" not in page
    assert "not approved" not in page
    assert "Acme renewal" in sign_in(people.mate).get(f"/library/{asset.slug}").text


def test_the_credit_outlives_a_new_version_and_an_edit(people, client, asset, run_jobs):
    client.post(f"/library/{asset.slug}/adopt", data={"do": "publish"})
    data = {"file": deck("new.pptx", slide("new")), "source": "file", "do": "publish"}
    assert client.post(f"/library/{asset.slug}/versions", data=data).status_code == 303
    run_jobs()
    data = {"title": "Renamed", "kind": "deck", "owner_id": ""}
    assert client.post(f"/library/{asset.slug}/edit", data=data).status_code == 303
    assert "Made by Sam Field" in client.get(f"/library/{asset.slug}").text


def test_adopted_as_a_draft_it_waits_to_be_published(people, client, rows, asset, sign_in):
    client.post(f"/library/{asset.slug}/adopt", data={"do": "draft"})
    assert state(rows, asset) == "draft"
    assert sign_in(people.mate).get(f"/library/{asset.slug}").status_code == 404
    assert sign_in(people.sam).get(f"/library/{asset.slug}").status_code == 200
    assert client.post(f"/library/{asset.slug}/publish").status_code == 303
    assert sign_in(people.stranger).get(f"/library/{asset.slug}").status_code == 200


def test_merged_it_leads_to_the_content_that_names_its_maker(
    make, people, client, rows, asset, brought, run_jobs, sign_in
):
    target = make.asset("Official deck")
    answer = client.post(f"/library/{asset.slug}/merge", data={"into": target.slug})
    assert answer.location == f"/library/{target.slug}"
    after = rows(select(Asset).where(Asset.id == asset.id))[0]
    assert (after.state, after.replaced_by_id) == ("archived", target.id)
    assert (brought(asset).outcome, brought(asset).merged_into_id) == ("merged", target.id)
    assert actions(rows, asset)[-1] == "merged"
    event = rows(select(AssetEvent).where(AssetEvent.asset_id == target.id))[-1]
    assert (event.action, event.note) == ("merged_in", "Made by Sam Field.")
    assert told(rows, run_jobs, people.sam) == ["Marketing merged “Plan” into “Official deck”"]
    own = sign_in(people.sam).get(f"/library/{asset.slug}").text
    assert f'href="/library/{target.slug}"' in own
    mates = sign_in(people.mate).get(f"/library/{asset.slug}")
    assert (mates.status_code, f'href="/library/{target.slug}"' in mates.text) == (410, True)
    assert sign_in(people.stranger).get(f"/library/{asset.slug}").status_code == 404
    credit = sign_in(people.stranger).get(f"/library/{target.slug}").text
    assert "With work from sales by Sam Field" in credit
    assert "Plan" not in credit
    assert len(rows(select(Version).where(Version.asset_id == target.id))) == 1


def test_merging_may_take_the_file_as_a_version_that_waits(make, client, rows, asset, run_jobs):
    target = make.asset("Official deck")
    client.post(f"/library/{asset.slug}/merge", data={"into": target.slug, "take_file": "y"})
    run_jobs()
    after = rows(select(Asset).where(Asset.id == target.id))[0]
    newest = rows(select(Version).where(Version.asset_id == target.id).order_by(Version.number))[-1]
    assert (newest.number, newest.filename, newest.published_at) == (2, "plan.pptx", None)
    assert newest.note == "From sales: made by Sam Field."
    assert after.current_version_id == target.current_version_id


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("draft", "“Target” is a draft. Publish it first"),
        ("in_review", "“Target” is in review. Publish it first"),
        ("archived", "“Target” is archived. Restore it first"),
        ("itself", "It cannot be merged into itself."),
        ("nothing", "There is no such content."),
        ("", "Please choose the content that it is merged into."),
    ],
)
def test_merging_into_what_is_not_in_use_is_refused(make, client, rows, asset, brought, target, words):
    slugs = {"itself": asset.slug, "nothing": "there-is-none", "": ""}
    slug = slugs[target] if target in slugs else make.asset("Target", state=target).slug
    answer = client.post(f"/library/{asset.slug}/merge", data={"into": slug})
    assert answer.status_code == 422
    assert words in answer.text
    assert state(rows, asset) == "from_sales"
    assert brought(asset).outcome is None


def test_merging_into_content_of_sales_is_refused(people, client, asset, share, rows):
    other = share(people.stranger, deck("other.pptx", slide("other")))
    answer = client.post(f"/library/{asset.slug}/merge", data={"into": other.slug})
    assert "is from sales itself. Adopt it first" in answer.text
    assert state(rows, asset) == "from_sales"


def test_declined_with_a_reason_its_maker_reads_it_keeps_the_file_and_may_ask_instead(
    people, client, rows, asset, brought, run_jobs, sign_in
):
    answer = client.post(f"/library/{asset.slug}/decline", data={"reason": "The figures are old."})
    assert answer.location == "/library/from-sales"
    assert (brought(asset).outcome, brought(asset).reason) == ("declined", "The figures are old.")
    assert state(rows, asset) == "archived"
    events = rows(select(AssetEvent).where(AssetEvent.asset_id == asset.id).order_by(AssetEvent.id))
    assert (events[-1].action, events[-1].note) == ("declined", "The figures are old.")
    assert told(rows, run_jobs, people.sam) == ["Marketing did not take “Plan”: The figures are old."]
    own = sign_in(people.sam)
    page = own.get(f"/library/{asset.slug}").text
    assert "The figures are old." in page
    assert f'href="/requests/new?text=Plan&amp;like={asset.slug}"' in page
    assert own.get(f"/library/{asset.slug}/v/1/file").status_code == 200
    assert 'value="Plan"' in own.get("/requests/new?text=Plan").text
    assert sign_in(people.mate).get(f"/library/{asset.slug}").status_code == 404


@pytest.mark.parametrize(
    ("reason", "words"), [("", "Please give a reason"), ("x" * 2_001, "2,000 characters")]
)
def test_a_decline_without_a_reason_or_with_an_endless_one_is_refused(
    client, rows, asset, brought, reason, words
):
    answer = client.post(f"/library/{asset.slug}/decline", data={"reason": reason})
    assert answer.status_code == 422
    assert words in answer.text
    assert brought(asset).outcome is None


def test_nothing_is_decided_twice(make, people, client, rows, share, brought):
    target = make.asset("Official deck")
    ways = {
        "adopt": {"do": "draft"},
        "merge": {"into": target.slug},
        "decline": {"reason": "No."},
    }
    for first, data in ways.items():
        asset = share(people.sam, deck(f"{first}.pptx", slide(first)))
        assert client.post(f"/library/{asset.slug}/{first}", data=data).status_code == 303
        for second, again in ways.items():
            answer = client.post(f"/library/{asset.slug}/{second}", data=again)
            assert answer.status_code == 409
            assert "has been decided on already" in answer.text
        outcome = {"adopt": "adopted", "merge": "merged", "decline": "declined"}[first]
        assert brought(asset).outcome == outcome


def test_a_decision_on_official_content_or_on_nothing_is_not_found(make, client):
    official = make.asset("Official deck")
    for slug in (official.slug, "there-is-none"):
        for way in ("adopt", "merge", "decline"):
            assert client.post(f"/library/{slug}/{way}", data={"do": "publish"}).status_code == 404


def test_a_refused_file_is_not_adopted(people, client, rows, asset, brought, make):
    def refuse():
        version = db.session.scalars(select(Version)).one()
        version.state, version.state_reason = "refused", "It is broken."

    make.inside(refuse)
    answer = client.post(f"/library/{asset.slug}/adopt", data={"do": "publish"})
    assert answer.status_code == 422
    assert "Its file was refused. It is broken." in answer.text
    assert state(rows, asset) == "from_sales"
    assert brought(asset).outcome is None


def test_one_of_a_group_is_adopted_and_the_others_merged_into_it_in_one_step(
    people, client, rows, asset, share, brought, run_jobs
):
    others = [
        share(who, deck(f"{who.name}.pptx", slide("gate"), slide(who.name[:3])))
        for who in (people.mate, people.stranger)
    ]
    data = {"do": "publish", "merge": [other.slug for other in others]}
    assert client.post(f"/library/{asset.slug}/adopt", data=data).status_code == 303
    assert state(rows, asset) == "published"
    for other in others:
        assert (brought(other).outcome, brought(other).merged_into_id) == ("merged", asset.id)
    for who in (people.sam, people.mate, people.stranger):
        assert len(told(rows, run_jobs, who)) == 1
    page = client.get(f"/library/{asset.slug}").text
    assert "With work from sales by Mia Mate, Stan Stranger" in page


def test_a_group_in_which_one_was_decided_on_meanwhile_stays_as_it_is(
    people, client, rows, asset, share, brought
):
    other = share(people.mate, deck("other.pptx", slide("other")))
    client.post(f"/library/{other.slug}/decline", data={"reason": "No."})
    answer = client.post(f"/library/{asset.slug}/adopt", data={"do": "publish", "merge": other.slug})
    assert answer.status_code == 409
    assert state(rows, asset) == "from_sales"
    assert brought(asset).outcome is None


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"do": "draft", "merge": "other"}, 422),
        ({"do": "publish", "merge": "plan"}, 422),
        ({"do": "publish", "merge": "none-such"}, 404),
    ],
)
def test_a_group_that_makes_no_sense_is_refused(people, client, rows, asset, share, brought, data, status):
    share(people.mate, deck("other.pptx", slide("other")))
    assert client.post(f"/library/{asset.slug}/adopt", data=data).status_code == status
    assert state(rows, asset) == "from_sales"
    assert brought(asset).outcome is None


def test_what_was_declined_can_be_put_before_marketing_again(client, rows, asset, brought):
    client.post(f"/library/{asset.slug}/decline", data={"reason": "No."})
    assert client.post(f"/library/{asset.slug}/restore").status_code == 303
    assert state(rows, asset) == "from_sales"
    assert (brought(asset).outcome, brought(asset).reason) == (None, "")
    assert client.post(f"/library/{asset.slug}/adopt", data={"do": "publish"}).status_code == 303


@pytest.mark.parametrize("who", ["sam", "mate", "stranger", "manager"])
def test_nobody_but_marketing_decides(make, people, sign_in, rows, asset, brought, who):
    target = make.asset("Official deck")
    client = sign_in(getattr(people, who))
    assert client.get("/library/from-sales").status_code == 403
    data = {"do": "publish", "into": target.slug, "reason": "No."}
    for way in ("adopt", "merge", "decline"):
        assert client.post(f"/library/{asset.slug}/{way}", data=data).status_code == 403
    assert brought(asset).outcome is None
    page = client.get(f"/library/{asset.slug}").text
    assert "Adopt and publish" not in page


def test_the_deal_may_be_gone(make, people, client, asset, sign_in):
    make.inside(lambda: db.session.delete(db.session.scalars(select(Deal)).one()))
    assert "Made by Sam Field" in client.get(f"/library/{asset.slug}").text
