"""Loading the demo, signing in to it, and judging the method by it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.content_requests.models import ContentRequest, RequestDraft, Supporter, WaitingDeal
from portal.db import db
from portal.deals.models import Account, Deal, StageEntry
from portal.demo import care, queries
from portal.demo.company import ADMIN, MARKETERS, PEOPLE, REPS, VOCABULARY
from portal.demo.from_sales import BROUGHT
from portal.demo.loading.other_words import other_words
from portal.demo.loading.people import PASSWORD
from portal.demo.loading.uses import LOOKED_AT
from portal.demo.models import DemoNote
from portal.demo.simulated import Simulated
from portal.demo.simulation import SEED
from portal.discovery.models import Search, SearchClick
from portal.feedback.models import Mention, Rating, Thread
from portal.impact.models import ImpactSnapshot
from portal.jobs import Job
from portal.library.hygiene.queries import looked_over
from portal.library.models import (
    Asset,
    AssetEvent,
    Collection,
    Contribution,
    Page,
    PageMatch,
    Review,
    Term,
    Version,
)
from portal.notifications.models import Notification
from portal.sharing.models import PageView, ShareItem, ShareLink, Visit
from portal.usage.models import FirstUse, UsageDay, UsageEvent
from portal.users.models import User
from tests.demo.conftest import DEALS, PIECES, TODAY, client_of, count, row_counts, run
from tests.factories import Make

pytestmark = pytest.mark.xdist_group("demo")


def test_everything_that_happens_in_the_story_is_in_the_portal(demo: Flask, story: Simulated) -> None:
    counts = row_counts(demo)

    assert counts[User.__tablename__] == len(PEOPLE)
    assert counts[Term.__tablename__] == sum(len(names) for names in VOCABULARY.values())
    # Beside the pieces: a written text with a second version, a link, three drafts, and what reps brought.
    assert counts[Asset.__tablename__] == len(PIECES) + 5 + len(BROUGHT) == 63
    assert counts[Version.__tablename__] == sum(len(piece.editions) for piece in PIECES) + 6 + len(BROUGHT)
    assert counts[Account.__tablename__] == len(story.accounts) + len(other_words(story.deals).names)
    assert counts[Deal.__tablename__] == len(story.deals) == DEALS
    assert counts[StageEntry.__tablename__] == sum(
        len(deal.stages) + (deal.closed is not None) for deal in story.deals
    )
    # Marketing's own uses are in the story, and count nowhere.
    marketing = {person.email for person in MARKETERS}
    counted = [use for use in story.uses if use.user_email not in marketing]
    looks = sum(LOOKED_AT.values())
    # Where only the deal was inferred, the use without it stands before.
    before = count(demo, UsageEvent, UsageEvent.corrects_id.is_not(None))
    assert counts[UsageEvent.__tablename__] - before == len(counted) + looks < len(story.uses)
    assert counts[FirstUse.__tablename__] == len({(use.asset, use.deal) for use in story.uses if use.deal})
    assert counts[Rating.__tablename__] == len(story.ratings)
    assert counts[Search.__tablename__] == len(story.searches)
    assert counts[SearchClick.__tablename__] == sum(search.opened is not None for search in story.searches)
    assert counts[ContentRequest.__tablename__] == len(story.requests) + 1
    # One request more was answered with what there was already, for one or two people with a deal each.
    assert counts[Supporter.__tablename__] - sum(1 + len(asked.supporters) for asked in story.requests) in (
        1,
        2,
    )
    assert counts[WaitingDeal.__tablename__] - sum(len(asked.deals) for asked in story.requests) in (1, 2)
    assert counts[UsageDay.__tablename__] > 0
    # With and without what was inferred.
    assert counts[ImpactSnapshot.__tablename__] == 2
    assert counts[Notification.__tablename__] > 0


def test_deals_come_in_as_the_crm_tells_them(demo: Flask, story: Simulated) -> None:
    for status in ("open", "won", "lost"):
        told = [deal for deal in story.deals if deal.status == status]
        assert count(demo, Deal, Deal.status == status) == len(told) > 0
    assert count(demo, Deal, Deal.size_minor.is_(None)) == 0
    assert count(demo, Deal, Deal.owner_id.is_(None)) == 0
    with demo.app_context():
        worth = db.session.scalar(select(func.sum(Deal.base_amount_minor)).where(Deal.status == "won"))
    assert worth == sum(deal.amount_minor for deal in story.deals if deal.status == "won")


def test_every_text_can_be_searched_at_once_and_slow_pictures_wait_for_the_worker(demo: Flask) -> None:
    office = sum(len(piece.editions) for piece in PIECES if piece.format in ("docx", "pptx")) + len(BROUGHT)

    assert count(demo, Version, Version.state != "indexed", Version.source != "link") == 0
    assert count(demo, Version, Version.preview_kind == "waiting") == office > 0
    assert count(demo, Job, Job.kind == "draw_version", Job.state == "waiting") == office
    assert count(demo, Job, Job.kind != "draw_version", Job.state != "done") == 0
    assert count(demo, Page, Page.thumbnail_sha256.is_not(None)) > 20
    page = client_of(demo, REPS[0].email).get("/library?q=brackwater dairy")
    assert "Brackwater Dairy: truck waiting cut from 94 to 31 minutes" in page.text


def test_there_is_written_content_a_link_and_drafts_that_are_ready_for_review(demo: Flask) -> None:
    for source, words in (("markdown", "Three things to know"), ("link", "example.com/harrowmere")):
        with demo.app_context():
            found = select(Asset.slug).join(Version, Version.id == Asset.current_version_id)
            slug = db.session.scalars(found.where(Version.source == source, Asset.state == "published")).one()
        assert words in client_of(demo, REPS[0].email).get(f"/library/{slug}").text
    review = client_of(demo, MARKETERS[0].email).get("/library/review").text
    assert "Email: after the pilot has ended" in review
    asked = client_of(demo, REPS[0].email).get("/library/checklist-the-week-before-go-live")
    assert "Does this work in front of a customer?" in asked.text


def test_whoever_can_be_signed_in_as_has_something_of_everything(demo: Flask) -> None:
    with demo.app_context():
        rep = db.session.scalars(select(User.id).where(User.email == queries.logins()[0].email)).one()
    assert count(demo, Deal, Deal.owner_id == rep, Deal.status == "open") > 0
    assert count(demo, ShareLink, ShareLink.created_by_id == rep) > 0
    assert count(demo, ContentRequest, ContentRequest.asked_by_id == rep) > 0


def test_a_page_whose_pictures_wait_says_so(demo: Flask) -> None:
    with demo.app_context():
        waiting = select(Asset.slug).join(Version, Version.id == Asset.current_version_id)
        slug = db.session.scalar(waiting.where(Version.preview_kind == "waiting", Asset.state == "published"))

    assert "being drawn" in client_of(demo, REPS[0].email).get(f"/library/{slug}").text


def test_new_editions_replace_old_ones_and_carry_the_dates_of_the_story(demo: Flask) -> None:
    with demo.app_context():
        current = select(Asset.external_id, Version.number).join(
            Version, Version.id == Asset.current_version_id
        )
        told = current.where(Asset.external_id.is_not(None))
        numbers = dict(db.session.execute(told).tuples().all())
        assert numbers == {piece.key: len(piece.editions) for piece in PIECES}
        archived = db.session.scalars(
            select(Asset).where(Asset.state == "archived", Asset.external_id.is_not(None))
        ).one()
        assert archived.replaced_by is not None
        assert archived.replaced_by.title == "Pricing explained"
        dated = db.session.scalars(select(Asset).where(Asset.external_id == "pricing-explained")).one()
        piece = next(piece for piece in PIECES if piece.key == "pricing-explained")
        assert dated.published_at is not None
        assert (TODAY - dated.published_at.date()).days == piece.weeks_ago * 7


def test_lists_know_how_often_content_was_used_and_how_it_was_rated(demo: Flask, story: Simulated) -> None:
    with demo.app_context():
        told = select(Asset, Version.number).join(Version, Version.id == Asset.current_version_id)
        assets = db.session.execute(told.where(Asset.external_id.is_not(None))).all()
    for asset, number in assets:
        key = asset.external_id
        # The list tells of the version in use, and what was said of those before it stays with them.
        stars = [rating.stars for rating in story.ratings if (rating.asset, rating.version) == (key, number)]
        deals = {use.deal for use in story.uses if use.asset == key and use.deal}
        assert asset.rating_count == len(stars)
        assert asset.deal_count == len(deals)
        if stars:
            assert asset.rating_mean == pytest.approx(sum(stars) / len(stars))


def test_sendings_of_the_last_weeks_have_links_and_the_openings_of_buyers(
    demo: Flask, story: Simulated
) -> None:
    since = min(use.at for use in story.uses if use.kind == "sent" and (TODAY - use.at.date()).days <= 55)
    recent = {place for place, use in enumerate(story.uses) if use.kind == "sent" and use.at >= since}
    opened = [visit for visit in story.visits if visit.use in recent]

    assert count(demo, ShareLink, ShareLink.created_at >= since) == len(recent) > 0
    assert count(demo, Visit) >= len(opened) > 0
    assert count(demo, ShareItem, ShareItem.usage_event_id.is_(None)) == 0


def test_a_story_beyond_today_is_refused(app: Flask) -> None:
    result = run(app, "load", "--today", "2999-01-01")

    assert result.exit_code == 1
    assert "beyond today" in result.output
    assert count(app, User) == 0


def test_logins_are_printed_one_for_each_role(demo: Flask) -> None:
    told = run(demo, "logins").output

    assert PASSWORD in told
    assert [line.split()[0] for line in told.splitlines()[1:]] == ["rep", "marketer", "manager", "admin"]
    assert REPS[0].email in told


def test_a_real_portal_has_no_logins_to_print(app: Flask, make: Make) -> None:
    make.user("admin", email=ADMIN.email)

    assert run(app, "logins").output == ""


def test_the_sign_in_page_of_a_demo_offers_its_people_and_fills_the_form(demo: Flask) -> None:
    page = demo.test_client().get("/sign-in").text
    filled = demo.test_client().get(f"/sign-in?email={ADMIN.email}").text

    assert f"/sign-in?email={ADMIN.email}" in page.replace("%40", "@")
    assert f'value="{PASSWORD}"' not in page
    assert f'value="{ADMIN.email}"' in filled
    assert f'value="{PASSWORD}"' in filled


def test_the_sign_in_page_of_a_real_portal_gives_nothing_away(app: Flask, make: Make) -> None:
    admin = make.user("admin", email=ADMIN.email)

    page = app.test_client().get(f"/sign-in?email={admin.email}").text

    assert f'value="{admin.email}"' in page
    assert PASSWORD not in page
    assert "demo" not in page.lower()


def test_an_admin_sees_what_was_planted_beside_what_is_estimated(demo: Flask, story: Simulated) -> None:
    page = client_of(demo, ADMIN.email).get("/admin/demo").text

    assert "Everything in this portal is simulated." in page
    assert all(
        piece.title.split(":")[0] in page.replace("&#39;", "'").replace("&amp;", "&") for piece in PIECES
    )
    strongest = max(story.planted.values(), key=abs)
    assert f"{abs(strongest) * 100:.0f}" in page


def test_effects_are_kept_by_address(demo: Flask, story: Simulated) -> None:
    with demo.app_context():
        note = db.session.get_one(DemoNote, 1)
        slugs = dict(db.session.execute(select(Asset.external_id, Asset.slug)).tuples().all())
    assert note.seed == SEED
    assert note.planted["complete"] is True
    assert note.planted["effects"] == {slugs[key]: effect for key, effect in story.planted.items()}


def test_content_is_looked_after(demo: Flask) -> None:
    assert count(demo, Asset, Asset.review_by < TODAY) == len(care.OVERDUE)
    assert count(demo, Asset, Asset.expires_on.is_not(None)) == len(care.EXPIRES_IN)
    assert count(demo, Thread, Thread.resolved_at.is_(None)) >= 3
    assert count(demo, Thread, Thread.request_id.is_not(None), Thread.team_id.is_(None)) == 1
    assert count(demo, Thread, Thread.deal_id.is_not(None), Thread.team_id.is_not(None)) == 1
    assert count(demo, Mention, Mention.user_id.is_not(None)) == 3
    assert count(demo, Collection, Collection.published_at.is_not(None)) == 3
    assert count(demo, AssetEvent, AssetEvent.action == "verified") > 20
    of_requests = select(RequestDraft.review_id)
    assert count(demo, Review, Review.state == "open", Review.id.not_in(of_requests)) == 1
    assert count(demo, Review, Review.state == "open", Review.id.in_(of_requests)) == 1
    with demo.app_context():
        assert looked_over().at is not None


def test_what_reps_brought_is_recognised_and_partly_decided_on(demo: Flask) -> None:
    with demo.app_context():
        outcomes = db.session.scalars(select(Contribution.outcome).order_by(Contribution.id)).all()
        asset = db.session.scalars(select(Asset).where(Asset.title == "Dock for supermarkets, short")).one()
        found = select(func.count(PageMatch.page_number)).where(
            PageMatch.version_id == asset.current_version_id
        )
        same = found.join(Version, Version.id == PageMatch.of_version_id).join(
            Asset, Asset.id == Version.asset_id
        )
        assert (
            db.session.scalar(same.where(Asset.external_id == "dock-first-meeting", Version.number == 2)) == 6
        )
    assert outcomes == [brought.outcome for brought in BROUGHT]
    page = client_of(demo, "deshawn.oriel@harrowmere.example").get(f"/library/{asset.slug}")
    assert "From sales" in page.text


def test_some_links_lead_to_several_pieces_and_say_how_long_pages_were_looked_at(demo: Flask) -> None:
    assert count(demo, ShareItem, ShareItem.position == 2) > 0
    assert count(demo, PageView, PageView.milliseconds > 0) > 0
    assert count(demo, Visit, Visit.email != "") > 0
