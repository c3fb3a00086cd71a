"""Links for buyers: made in one form, opened without a sign-in, counted honestly, closed at once."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from portal.db import db, now, unit_of_work
from portal.library.models import Page
from portal.sharing.models import ShareItem, ShareLink, Visit
from portal.sharing.services import hash_of
from portal.usage.models import FirstUse, UsageEvent

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36"}


@pytest.fixture
def sent(app, make, sign_in):
    """A link that a rep sent on a deal: the rep, the deal, the asset, and the path that the buyer opens."""
    rep = make.user("rep")
    deal, asset = (
        make.deal(owner=rep, name="Acme renewal"),
        make.asset("Hospital deck", pages=("Page one", "Two")),
    )
    client = sign_in(rep)
    form = {"recipient": "ann@buyer.example", "deal_id": str(deal.id)}
    page = client.get(client.post(f"/library/{asset.slug}/send", data=form).location).text
    return rep, deal, asset, re.search(r"http://[^/]+(/s/[\w-]{43})", page).group(1)


def _open(client, path):
    """Open a link as a browser does: the page, then the picture in it."""
    answer = client.get(path, headers=BROWSER)
    picture = re.search(r'src="(/s/[^"]+/seen/[^"]+)"', answer.text)
    if picture:
        client.get(unescape(picture.group(1)), headers=BROWSER)
    return answer


def _seen(rows):
    return len(rows(select(Visit).where(Visit.seen_at.is_not(None))))


def test_sending_makes_a_link_and_records_a_touch_on_the_deal(sent, rows):
    rep, deal, asset, _ = sent
    (link,) = rows(select(ShareLink))
    assert (link.recipient, link.deal_id) == ("ann@buyer.example", deal.id)
    (item,) = rows(select(ShareItem))
    assert (item.link_id, item.asset_id, item.version_id) == (link.id, asset.id, asset.current_version_id)
    assert (link.expires_at - now()).days in (29, 30)
    (event,) = rows(select(UsageEvent))
    assert (event.kind, event.deal_id, event.deal_known_by, event.user_id) == (
        "sent",
        deal.id,
        "named",
        rep.id,
    )
    assert rows(select(FirstUse.asset_id)) == [asset.id]


def test_the_token_is_not_stored_but_only_what_finds_it_again(sent, rows):
    (link,) = rows(select(ShareLink))
    token = sent[3].removeprefix("/s/")
    assert link.token_hash == hash_of(token)
    assert token not in f"{link.salt}{link.token_hash}"


def test_a_buyer_sees_the_pages_without_signing_in_and_the_opening_counts_once(app, sent, rows, sign_in):
    buyer = app.test_client()
    answer = _open(buyer, sent[3])
    assert answer.status_code == 200
    assert "Hospital deck" in answer.text
    assert "Page one" in answer.text
    _open(buyer, sent[3])
    assert _seen(rows) == 1
    _open(app.test_client(), sent[3])
    assert _seen(rows) == 2
    assert "2" in sign_in(sent[0]).get("/links").text


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"User-Agent": "Slackbot-LinkExpanding 1.0"},
        {"User-Agent": "Mozilla/5.0 SkypeUriPreview Preview/0.5"},
        {"User-Agent": "facebookexternalhit/1.1"},
        {"User-Agent": "python-requests/2.32"},
        {"User-Agent": ""},
        {**BROWSER, "Sec-Purpose": "prefetch;prerender"},
    ],
)
def test_a_program_is_shown_the_page_but_does_not_count(app, sent, rows, headers):
    answer = app.test_client().get(sent[3], headers=headers)
    assert answer.status_code == 200
    assert "/seen/" not in answer.text
    assert rows(select(Visit)) == []


def test_a_head_request_and_a_page_whose_pictures_are_not_loaded_do_not_count(app, sent, rows):
    client = app.test_client()
    client.head(sent[3], headers=BROWSER)
    client.get(sent[3], headers=BROWSER)
    assert _seen(rows) == 0


def test_people_who_are_signed_in_here_do_not_count(sent, rows, sign_in, make):
    for user in (sent[0], make.user("marketer")):
        _open(sign_in(user), sent[3])
    assert rows(select(Visit)) == []


def test_taking_the_file_counts_as_an_opening_and_as_a_download(app, sent, rows):
    buyer = app.test_client()
    buyer.get(sent[3], headers=BROWSER)
    answer = buyer.get(f"{sent[3]}/1/file", headers=BROWSER)
    assert (answer.status_code, "attachment" in answer.headers["Content-Disposition"]) == (200, True)
    (visit,) = rows(select(Visit))
    assert visit.seen_at is not None
    assert visit.downloaded_at is not None


def test_the_end_of_a_file_is_no_download(app, sent, rows):
    buyer = app.test_client()
    buyer.get(sent[3], headers=BROWSER)
    for part, taken in (("bytes=3-", False), ("bytes=0-", True)):
        assert buyer.get(f"{sent[3]}/1/file", headers={**BROWSER, "Range": part}).status_code == 206
        assert (rows(select(Visit))[0].downloaded_at is not None) is taken


def test_a_closed_or_expired_link_opens_nothing_and_says_whom_to_ask(app, sent, sign_in, rows, make):
    (link,) = rows(select(ShareLink))
    assert sign_in(sent[0]).post(f"/links/{link.id}/revoke").status_code == 303
    for path in ("", "/1/file", "/1/preview", "/1/pages/1.webp", "/seen/abc.gif", "/enter"):
        answer = app.test_client().get(sent[3] + path, headers=BROWSER)
        assert answer.status_code == 410
        assert "Page one" not in answer.text
    assert sent[0].name in app.test_client().get(sent[3], headers=BROWSER).text
    with app.app_context(), unit_of_work():
        stored = db.session.get_one(ShareLink, link.id)
        stored.revoked_at, stored.expires_at = None, now() - timedelta(seconds=1)
    assert app.test_client().get(sent[3], headers=BROWSER).status_code == 410


def test_a_token_with_one_character_changed_opens_nothing(app, sent):
    path = sent[3][:-1] + ("A" if sent[3][-1] != "A" else "B")
    assert app.test_client().get(path, headers=BROWSER).status_code == 404
    assert app.test_client().get("/s/%00%ff", headers=BROWSER).status_code == 404


def test_the_buyers_page_tells_what_is_recorded_and_leaks_no_address(app, sent):
    answer = app.test_client().get(sent[3], headers=BROWSER)
    assert "sees when this link was opened, how long each page was looked at" in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_drafts_and_other_peoples_deals_cannot_be_sent(make, sign_in, rows):
    rep, other = make.user("rep"), make.user("rep")
    draft = make.asset("Draft", state="draft", owner=rep)
    client = sign_in(rep)
    answer = client.post(f"/library/{draft.slug}/send", data={"recipient": "a"})
    assert (answer.status_code, "Only published content" in answer.text) == (422, True)
    hidden = make.asset("Hidden", state="draft", owner=other)
    assert client.post(f"/library/{hidden.slug}/send", data={"recipient": "a"}).status_code == 404
    deal = make.deal(owner=other)
    answer = client.post(
        f"/library/{make.asset().slug}/send", data={"recipient": "kept", "deal_id": str(deal.id)}
    )
    assert (answer.status_code, "Not a valid choice" in answer.text, "kept" in answer.text) == (
        422,
        True,
        True,
    )
    assert rows(select(ShareLink)) == []


def test_a_link_is_seen_by_its_sender_and_by_those_who_see_its_deal(make, sign_in, sent, rows):
    (link,) = rows(select(ShareLink))
    assert sign_in(make.user("rep")).get(f"/links/{link.id}").status_code == 404
    assert sign_in(make.user("rep")).post(f"/links/{link.id}/revoke").status_code == 404
    page = sign_in(make.user("manager")).get(f"/links/{link.id}").text
    assert "ann@buyer.example" in page
    assert "/s/" not in page


def test_the_list_of_links_costs_few_queries(make, sign_in, count_queries):
    rep = make.user("rep")
    for number in range(30):
        make.link(make.asset(), rep, token=f"{number:043}", deal=make.deal(owner=rep))
    client = sign_in(rep)
    with count_queries() as queries:
        assert client.get("/links").status_code == 200
    assert len(queries) <= 8


def test_a_form_sent_twice_makes_one_link(make, sign_in, rows):
    asset = make.asset()
    client = sign_in(make.user("rep"))
    form = {"recipient": "Ann", "nonce": "n" * 22}
    answers = [client.post(f"/library/{asset.slug}/send", data=form) for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert len(rows(select(ShareLink))) == 1


def test_the_deal_that_is_worked_on_or_named_in_the_address_is_chosen_already(make, sign_in):
    rep = make.user("rep")
    working, named, asset = make.deal(owner=rep), make.deal(owner=rep), make.asset()
    client = sign_in(rep)
    client.post("/deals/working", data={"deal_id": str(working.id)})
    assert f'<option value="{working.id}" selected>' in client.get(f"/library/{asset.slug}/send").text
    page = client.get(f"/library/{asset.slug}/send?deal_id={named.id}").text
    assert f'<option value="{named.id}" selected>' in page


def test_two_links_sent_within_seconds_have_a_use_each(make, sign_in, rows):
    rep, asset = make.user("rep"), make.asset()
    deal, client = make.deal(owner=rep), sign_in(rep)
    for recipient in ("Ann", "Ben"):
        form = {"recipient": recipient, "deal_id": str(deal.id)}
        assert client.post(f"/library/{asset.slug}/send", data=form).status_code == 303
    uses = rows(select(UsageEvent.id))
    assert len(uses) == 2
    assert rows(select(ShareItem.usage_event_id).order_by(ShareItem.id)) == uses
    assert rows(select(FirstUse.uses)) == [2]


def test_a_link_and_its_openings_go_where_its_use_is_moved(app, make, sign_in, sent, rows):
    rep, wrong, _, path = sent
    right, client = make.deal(owner=rep, name="The right one"), sign_in(sent[0])
    _open(app.test_client(), path)
    (event,) = rows(select(UsageEvent))
    assert client.post(f"/uses/{event.id}/move", data={"deal_id": str(right.id)}).status_code == 303
    (link,) = rows(select(ShareLink))
    (correction,) = rows(select(UsageEvent).where(UsageEvent.corrects_id == event.id))
    assert link.deal_id == right.id
    assert rows(select(ShareItem.usage_event_id)) == [correction.id]
    assert "ann@buyer.example" in client.get(f"/deals/{right.id}").text
    assert "ann@buyer.example" not in client.get(f"/deals/{wrong.id}").text
    assert client.post(f"/uses/{correction.id}/remove").status_code == 303
    (link,) = rows(select(ShareLink))
    assert link.deal_id is None


def test_askings_of_which_no_page_was_shown_are_forgotten_and_visits_are_kept(app, make, rows, run_jobs):
    from portal.jobs import enqueue

    link, long_ago = make.link(make.asset(), make.user("rep")), now() - timedelta(days=9)
    make.store(
        Visit(link_id=link.id, key="unseen", at=long_ago),
        Visit(link_id=link.id, key="seen", at=long_ago, seen_at=long_ago),
        Visit(link_id=link.id, key="fresh"),
    )
    with app.app_context(), unit_of_work():
        enqueue("forget_unseen_visits")
    run_jobs()
    assert sorted(rows(select(Visit.key))) == ["fresh", "seen"]


def test_a_battle_card_is_marked_as_not_for_buyers_before_it_is_sent(make, sign_in):
    client = sign_in(make.user("rep"))
    warning = "Battle cards are written for us, not for buyers."
    assert warning in client.get(f"/library/{make.asset(kind='battle_card').slug}/send").text
    assert warning not in client.get(f"/library/{make.asset(kind='deck').slug}/send").text


def test_who_sends_a_deck_is_told_what_only_its_file_shows(make, sign_in):
    rep = make.user("rep")
    asset = make.asset("With notes", pages=("One.", "Two.", "Three."))
    plain = make.asset("Without")

    def speak() -> None:
        first, second, _ = db.session.scalars(
            select(Page).where(Page.version_id == asset.current_version_id).order_by(Page.number)
        )
        first.notes, second.is_hidden = "Wait for a question.", True

    make.inside(speak)
    page = sign_in(rep).get(f"/library/{asset.slug}/send").text
    assert "speaker notes on 1 slide and 1 hidden slide" in page
    assert "Wait for a question" not in page
    assert "Look at the file" not in sign_in(rep).get(f"/library/{plain.slug}/send").text
