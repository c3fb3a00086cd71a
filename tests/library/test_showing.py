"""The page of one piece of content: who sees it in which state, what it shows, and which uses it writes down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.db import db, now, unit_of_work
from portal.library import services
from portal.library.models import Asset, Version
from portal.usage.models import UsageEvent
from portal.users.models import UserSession
from tests.library import samples


def work_on(app, user, deal):
    """Choose the deal that a person works on, as the top bar does."""
    with app.app_context(), unit_of_work():
        chosen = {"working_deal_id": deal.id, "working_until": now() + timedelta(hours=1)}
        db.session.execute(update(UserSession).where(UserSession.user_id == user.id).values(chosen))


@pytest.mark.parametrize(
    ("state", "seen_by"),
    [
        ("published", {"rep", "owner", "manager", "marketer", "admin"}),
        ("draft", {"owner", "marketer", "admin"}),
        ("in_review", {"owner", "marketer", "admin"}),
        ("archived", {"marketer", "admin"}),
    ],
)
def test_who_sees_content_depends_on_its_state(make, sign_in, state, seen_by):
    people = {role: make.user(role) for role in ("rep", "manager", "marketer", "admin")}
    people["owner"] = make.user("rep")
    asset = make.asset("Plan", state=state, owner=people["owner"], slug="plan")
    pages = ("/library/plan", "/library/plan/v/1/file", "/library/plan/v/1/preview", "/library/plan/present")
    for name, person in people.items():
        client = sign_in(person)
        allowed = {client.get(page).status_code for page in pages} <= {200, 404}
        seen = client.get(f"/library/{asset.slug}").status_code == 200
        assert (name, seen, allowed) == (name, name in seen_by, True)


@pytest.mark.parametrize(
    "action",
    ["edit", "publish", "archive", "restore", "versions", "present", "used", "v/1/file", "v/1/thumb"],
)
def test_other_peoples_drafts_are_not_found_at_any_address(make, sign_in, rows, action):
    make.asset("Secret plan", state="draft", owner=make.user("marketer"), slug="secret")
    client = sign_in(make.user("rep"))
    answers = [client.get(f"/library/secret/{action}"), client.post(f"/library/secret/{action}")]
    assert {answer.status_code for answer in answers} <= {403, 404, 405}
    assert not any("Secret plan" in answer.text for answer in answers)
    assert rows(select(Asset.state)) == ["draft"]


def test_an_old_link_to_archived_content_names_its_replacement_and_shows_nothing(make, sign_in):
    marketer = make.user("marketer")
    old = make.asset("Old deck", slug="old", pages=("Old prices are secret.",))
    new = make.asset("New deck", slug="new-deck")
    sign_in(marketer).post(f"/library/{old.slug}/archive", data={"replaced_by": new.slug})
    answer = sign_in(make.user("rep")).get("/library/old")
    assert answer.status_code == 410
    assert "Old deck" in answer.text
    assert 'href="/library/new-deck"' in answer.text
    assert "Old prices" not in answer.text


def test_archived_content_that_was_never_published_is_not_found(make, sign_in):
    make.asset("Never shown", state="archived", slug="never")
    assert sign_in(make.user("rep")).get("/library/never").status_code == 404


def test_a_look_at_published_content_is_written_down_without_a_deal(app, make, sign_in, rows):
    rep = make.user("rep")
    asset, deal = make.asset(slug="deck"), make.deal(owner=rep)
    client = sign_in(rep)
    work_on(app, rep, deal)
    assert client.get("/library/deck").status_code == 200
    client.get("/library/deck", headers={"HX-Request": "true"})
    events = rows(select(UsageEvent))
    assert [(e.kind, e.asset_id, e.version_id, e.user_id, e.deal_id) for e in events] == [
        ("viewed", asset.id, asset.current_version_id, rep.id, None)
    ]


def test_looking_at_a_draft_is_no_use(make, sign_in, rows):
    make.asset(slug="draft-deck", state="draft")
    sign_in(make.user("marketer")).get("/library/draft-deck")
    assert rows(select(UsageEvent)) == []


@pytest.mark.parametrize("page", ["²", "٣", "9" * 30, "", "x"])
def test_a_page_to_present_that_is_no_number_is_the_first(make, sign_in, page):
    make.asset(slug="deck")
    answer = sign_in(make.user("rep")).post("/library/deck/present", data={"page": page})
    assert answer.location == "/library/deck/present?page=1"


def test_the_button_to_present_posts_and_is_written_down_once(make, sign_in, rows):
    make.asset(slug="deck")
    client = sign_in(make.user("rep"))
    page = client.get("/library/deck").text
    assert '<form class="viewer-present" method="post" action="/library/deck/present"' in page
    client.get("/library/deck/present")
    assert rows(select(UsageEvent).where(UsageEvent.kind == "presented")) == []
    assert client.get(client.post("/library/deck/present", data={"page": "1"}).location).status_code == 200
    assert len(rows(select(UsageEvent).where(UsageEvent.kind == "presented"))) == 1


def test_a_download_and_a_presenting_carry_the_deal_at_hand(app, make, sign_in, rows):
    rep = make.user("rep")
    make.asset(slug="deck")
    deal = make.deal(owner=rep)
    client = sign_in(rep)
    work_on(app, rep, deal)
    client.get("/library/deck/v/1/file")
    client.get("/library/deck/present")
    client.get("/library/deck/present?page=1")
    client.post("/library/deck/present", data={"page": "1"})
    events = [(e.kind, e.deal_id, e.deal_known_by) for e in rows(select(UsageEvent).order_by(UsageEvent.id))]
    assert events == [("downloaded", deal.id, "sticky"), ("presented", deal.id, "sticky")]


def test_turning_a_page_while_presenting_is_no_presenting(make, sign_in, rows):
    make.asset(slug="deck")
    sign_in(make.user("rep")).get("/library/deck/present?page=2")
    assert rows(select(UsageEvent)) == []


def test_saying_that_it_was_used_on_a_deal_is_a_named_touch(make, sign_in, rows, run_jobs):
    rep = make.user("rep")
    asset, deal = make.asset(slug="deck"), make.deal(owner=rep, name="Acme renewal")
    client = sign_in(rep)
    client.get("/library/deck")
    answer = client.post("/library/deck/used", data={"deal_id": str(deal.id)})
    assert answer.location == "/library/deck"
    run_jobs()
    named = rows(select(UsageEvent).where(UsageEvent.deal_id.is_not(None)))
    assert [(e.kind, e.deal_id, e.deal_known_by) for e in named] == [("viewed", deal.id, "named")]
    (stored,) = rows(select(Asset).where(Asset.id == asset.id))
    assert (stored.use_count, stored.deal_count, stored.last_used_on) == (1, 1, now().date())
    assert "Acme renewal" in client.get("/library/deck").text


@pytest.mark.parametrize("deal_id", ["", "abc", "²", "9" * 30, "999999", "-1"])
def test_a_use_needs_a_deal_that_one_may_see(make, sign_in, rows, deal_id):
    make.asset(slug="deck")
    answer = sign_in(make.user("rep")).post("/library/deck/used", data={"deal_id": deal_id})
    assert answer.status_code in (404, 422)
    assert rows(select(UsageEvent)) == []


def test_uses_on_deals_of_other_teams_are_only_counted(make, sign_in):
    north, south = make.team("North"), make.team("South")
    seller, mate = make.user(team=north, name="Secret Seller"), make.user(team=north)
    stranger = make.user(team=south, name="Stan South")
    asset = make.asset(slug="deck")
    for name in ("Acme renewal", "Borealis"):
        make.use(asset, seller, kind="presented", deal=make.deal(owner=seller, name=name))
    make.use(asset, stranger, kind="downloaded")
    for person in (seller, mate, make.user("manager"), make.user("marketer")):
        page = sign_in(person).get("/library/deck").text
        assert page.count("Secret Seller") >= 2
        assert "Acme renewal" in page
        assert "of other teams" not in page
    client = sign_in(stranger)
    page = client.get("/library/deck").text
    assert "Secret Seller" not in page
    assert "Acme renewal" not in page
    assert "Stan South" in page.partition('id="uses"')[2]
    assert "And 2 more uses on deals of other teams." in page


def test_content_that_only_other_teams_used_says_so_instead_of_nobody(make, sign_in):
    seller = make.user(team=make.team(), name="Secret Seller")
    make.use(make.asset(slug="deck"), seller, kind="sent", deal=make.deal(owner=seller))
    page = sign_in(make.user(team=make.team())).get("/library/deck").text
    assert "1 use on deals of other teams." in page
    assert "Nobody has used it yet" not in page


def test_a_page_that_waits_asks_again_and_then_loads_anew(make, sign_in, run_jobs):
    client = sign_in(make.user("marketer"))
    client.post("/library/new", data={"as": "files", "files": [samples.plain("Words.", "file.txt")]})
    assert 'hx-trigger="every 2s"' in client.get("/library/file").text
    asks = {"headers": {"HX-Request": "true"}}
    assert "HX-Refresh" not in client.get("/library/file", **asks).headers
    run_jobs()
    assert client.get("/library/file", **asks).headers["HX-Refresh"] == "true"
    assert 'hx-trigger="every 2s"' not in client.get("/library/file").text


def test_a_pdf_is_shown_by_its_pages_and_a_presentation_by_cards(make, sign_in, add_file):
    marketer = make.user("marketer")
    pdf = add_file(samples.pdf("two.pdf", "First page.", "Second page."), by=marketer, publish=True)
    deck = add_file(samples.pptx("pitch.pptx", "Why now", "Why us"), by=marketer, publish=True)
    client = sign_in(make.user("rep"))
    page = client.get(f"/library/{pdf.slug}?page=2").text
    assert f'src="/library/{pdf.slug}/v/1/pages/2.webp?h=' in page
    assert 'data-page="1" hidden' in page
    cards = client.get(f"/library/{deck.slug}").text
    assert "Slide 2" in cards
    assert "Why us" in cards


def test_a_word_file_is_shown_in_a_frame_in_which_nothing_runs(make, sign_in, add_file):
    asset = add_file(samples.docx("letter.docx", "Energy prices fell."), publish=True)
    client = sign_in(make.user("rep"))
    assert f'src="/library/{asset.slug}/v/1/preview" sandbox' in client.get(f"/library/{asset.slug}").text
    answer = client.get(f"/library/{asset.slug}/v/1/preview")
    assert "Energy prices fell." in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "script-src" not in policy
    assert "default-src 'none'" in policy


def test_a_framed_page_is_kept_as_long_as_it_says_the_same(make, sign_in, add_file):
    asset = add_file(samples.docx("letter.docx", "Energy prices fell."), publish=True)
    client, address = sign_in(make.user("rep")), f"/library/{asset.slug}/v/1/preview"
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    make.inside(lambda: db.session.execute(update(Version).values(preview_html="<p>Drawn anew.</p>")))
    answer = client.get(address, headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert "Drawn anew." in answer.text
    assert answer.headers["ETag"] != tag


def test_what_cannot_be_shown_says_why_and_can_be_downloaded(make, sign_in, add_file):
    asset = add_file(samples.plain("RIFF....", "film.mp4"), publish=True)
    page = sign_in(make.user("rep")).get(f"/library/{asset.slug}").text
    assert "kept for download only" in page
    assert f"/library/{asset.slug}/v/1/file" in page


def test_a_file_with_macros_is_marked(make, sign_in, add_file):
    asset = add_file(samples.plain("anything", "sheet.xlsm"), publish=True)
    assert "This file contains macros" in sign_in(make.user("rep")).get(f"/library/{asset.slug}").text


def test_a_page_number_beyond_the_last_shows_the_last(make, sign_in, add_file):
    asset = add_file(samples.pdf("two.pdf", "First page.", "Second page."), publish=True)
    client = sign_in(make.user("rep"))
    for number in ("9", "99999999999", "x", "-3", "٣"):
        assert client.get(f"/library/{asset.slug}?page={number}").status_code == 200
    assert 'data-page="2" hidden' not in client.get(f"/library/{asset.slug}?page=9").text


def test_placeholders_say_what_is_missing_and_become_content_with_a_file(make, sign_in, rows, run_jobs):
    named = {"by": None, "title": "Named by an import", "kind": "other", "placeholder": True}
    make.inside(lambda: services.create_asset(**named))
    client = sign_in(make.user("marketer"))
    assert "An import named this content" in client.get("/library/named-by-an-import").text
    file = {"file": samples.plain("Here it is.", "it.txt"), "source": "file"}
    assert client.post("/library/named-by-an-import/versions", data=file).status_code == 303
    run_jobs()
    (asset,) = rows(select(Asset))
    assert (asset.is_placeholder, asset.title) == (False, "Named by an import")
    assert "Here it is." in client.get("/library/named-by-an-import").text


def test_the_pages_of_content_ask_the_database_little(make, sign_in, count_queries, rows):
    marketer, facet = make.user("marketer"), make.facet()
    asset = make.asset(slug="deck", terms=tuple(facet.terms), owner=marketer)
    for _ in range(15):
        rep = make.user("rep")
        make.use(asset, rep, kind="presented", deal=make.deal(owner=rep))
        make.rating(asset, rep)
    client = sign_in(marketer)
    client.get("/library/deck")
    for page in ("/library/deck", "/library/deck/edit", "/library/review", "/library/vocabulary"):
        with count_queries() as queries:
            assert client.get(page).status_code == 200
        assert len(queries) <= 27, (page, queries.statements)
    assert rows(select(Version.id)) == [asset.current_version_id]
