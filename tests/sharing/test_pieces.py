"""Links with several pieces, their options, and the newest version behind the same address."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from sqlalchemy import select

from portal.db import db
from portal.library.models import Asset, Page, Version
from portal.notifications.models import OutboxMessage
from portal.sharing.models import PageView, ShareItem, ShareLink, ShareSwitch, Visit
from portal.usage.models import UsageEvent
from portal.users.passwords import hash_password

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36"}
LINK = f"/s/{'t' * 43}"


def opened(client, path=LINK):
    """Open a link as a browser does: whatever it asks first, the page, then the picture in it."""
    answer = client.get(path, headers=BROWSER, follow_redirects=True)
    picture = re.search(r'src="(/s/[^"]+/seen/[^"]+)"', answer.text)
    if picture:
        client.get(unescape(picture.group(1)), headers=BROWSER)
    return answer


@pytest.fixture
def pair(make):
    """A rep's link to a deck and a sheet, on a deal: (rep, deal, deck, sheet, link)."""
    rep = make.user("rep", name="Rita Rep")
    deal = make.deal(owner=rep)
    deck, sheet = (
        make.asset("Hospital deck", pages=("One", "Two")),
        make.asset("Price sheet", pages=("Prices",)),
    )
    return rep, deal, deck, sheet, make.link(deck, rep, others=(sheet,), deal=deal, recipient="Ann")


def test_a_piece_is_added_in_the_form_and_each_counts_as_sent_on_the_deal(make, sign_in, rows):
    rep = make.user("rep")
    deal, deck, sheet = make.deal(owner=rep), make.asset("Deck"), make.asset("Sheet")
    client, form = sign_in(rep), {"recipient": "Ann", "deal_id": str(deal.id)}
    page = client.post(f"/library/{deck.slug}/send", data=form | {"do": "add", "another": sheet.slug})
    assert (page.status_code, rows(select(ShareLink))) == (200, [])
    assert f'name="piece" value="{sheet.slug}"' in page.text
    assert 'value="Ann"' in page.text
    page = client.post(f"/library/{deck.slug}/send", data=form | {"piece": sheet.slug, "drop": sheet.slug})
    assert f'name="piece" value="{sheet.slug}"' not in page.text
    answer = client.post(
        f"/library/{deck.slug}/send", data=form | {"piece": [sheet.slug, deck.slug], "title": "For Tuesday"}
    )
    assert answer.status_code == 303
    pieces = rows(select(ShareItem).order_by(ShareItem.position))
    assert [item.asset_id for item in pieces] == [deck.id, sheet.id]
    uses = rows(select(UsageEvent).order_by(UsageEvent.id))
    assert [(use.kind, use.asset_id, use.deal_id) for use in uses] == [
        ("sent", deck.id, deal.id),
        ("sent", sheet.id, deal.id),
    ]
    assert [item.usage_event_id for item in pieces] == [use.id for use in uses]
    assert "For Tuesday" in client.get("/links").text


def test_what_cannot_be_sent_along_is_said_and_nothing_is_sent(make, sign_in, rows):
    rep = make.user("rep")
    deck, draft = make.asset("Deck"), make.asset("Draft", state="draft", owner=rep)
    hidden = make.asset("Hidden", state="draft", owner=make.user("rep"))
    client = sign_in(rep)
    for slug, words in (
        (draft.slug, "“Draft” cannot"),
        (hidden.slug, "choose content"),
        ("no", "choose content"),
    ):
        answer = client.post(f"/library/{deck.slug}/send", data={"piece": slug, "recipient": "kept"})
        assert (answer.status_code, words in answer.text, "kept" in answer.text) == (422, True, True), slug
    many = [make.asset(f"Piece {number}").slug for number in range(20)]
    answer = client.post(f"/library/{deck.slug}/send", data={"piece": many})
    assert (answer.status_code, "up to 20 pieces" in answer.text) == (422, True)
    for field, text in (("password", "short"), ("password", "x" * 201), ("title", "x" * 201)):
        answer = client.post(f"/library/{deck.slug}/send", data={field: text})
        assert (answer.status_code, f"A {field} has" in answer.text) == (422, True), field
    assert rows(select(ShareLink)) == rows(select(UsageEvent)) == []


def test_a_buyer_turns_from_piece_to_piece_and_what_was_looked_at_is_known(app, pair, rows):
    _, _, deck, sheet, _ = pair
    buyer = app.test_client()
    first = opened(buyer).text
    assert "Hospital deck" in first
    assert "Price sheet" in first
    assert "Prices" not in first
    second = opened(buyer, f"{LINK}?piece=2").text
    assert "Prices" in second
    (visit,) = rows(select(Visit))
    assert visit.seen_at is not None
    looked = rows(select(ShareItem.asset_id).join(PageView, PageView.item_id == ShareItem.id))
    assert looked == [deck.id, sheet.id]
    assert "Hospital deck" in opened(buyer, f"{LINK}?piece=99").text
    assert buyer.get(f"{LINK}/3/file", headers=BROWSER).status_code == 404
    assert buyer.get(f"{LINK}/2/file", headers=BROWSER).status_code == 200
    assert rows(select(Visit.downloaded_at)) != [None]


@pytest.mark.parametrize("change", [{"expires_on": date(2020, 1, 1)}, {"state": "archived"}])
def test_a_piece_that_is_out_of_use_says_so_and_the_others_open(app, make, sign_in, pair, change):
    rep, _, deck, _, link = pair
    make.inside(lambda: [setattr(db.session.get_one(Asset, deck.id), *one) for one in change.items()])
    page = opened(app.test_client()).text
    assert "Prices" in page
    assert "Hospital deck" not in page
    first = app.test_client().get(f"{LINK}?piece=1", headers=BROWSER)
    assert (
        first.status_code,
        "Hospital deck" not in first.text and "not current any more" in first.text,
        "Rita Rep" in first.text,
    ) == (
        200,
        True,
        True,
    )
    assert app.test_client().get(f"{LINK}/1/file", headers=BROWSER).status_code == 410
    assert "buyers are told that it is not current" in sign_in(rep).get(f"/links/{link.id}").text


def test_archiving_with_its_links_closes_those_that_lead_nowhere_else(make, sign_in, rows, pair):
    rep, _, deck, _, _ = pair
    alone = make.link(deck, rep, token="a" * 43)
    client = sign_in(make.user("marketer"))
    assert "1 link for a buyer still opens it" in client.get(f"/library/{deck.slug}/archive").text
    client.post(f"/library/{deck.slug}/archive", data={"close_links": "yes", "replaced_by": ""})
    closed = rows(select(ShareLink.id).where(ShareLink.revoked_at.is_not(None)))
    assert closed == [alone.id]


def _publish(make, asset, text):
    def publish() -> None:
        stored = db.session.get_one(Asset, asset.id)
        version = Version(asset_id=asset.id, number=2, source="markdown", body="x", state="indexed")
        version.preview_kind, version.pages = "cards", [Page(number=1, text=text)]
        db.session.add(version)
        db.session.flush()
        stored.current_version_id = version.id

    make.inside(publish)


def test_a_link_shows_the_newest_version_and_notes_the_switch_once(app, make, sign_in, pair, rows):
    rep, _, deck, _, link = pair
    client = sign_in(rep)
    _publish(make, deck, "Newer words")
    assert "the next opening shows version 2" in client.get(f"/links/{link.id}").text
    assert "Newer words" in client.get(LINK).text  # the sender looks: nothing is switched by that
    assert rows(select(ShareSwitch)) == []
    for _ in range(2):
        assert "Newer words" in opened(app.test_client()).text
    (switch,) = rows(select(ShareSwitch))
    assert switch.from_version_id != switch.to_version_id
    assert rows(select(ShareItem.version_id).where(ShareItem.asset_id == deck.id)) == [switch.to_version_id]
    page = client.get(f"/links/{link.id}").text
    assert "shows version 2 since" in page
    assert "sent with version 1" in page


def test_a_pinned_link_stays_with_what_was_sent(app, make, sign_in, rows):
    rep, asset = make.user("rep"), make.asset("Deck", pages=("Old words",))
    link = make.link(asset, rep, is_pinned=True)
    _publish(make, asset, "Newer words")
    assert "Old words" in opened(app.test_client()).text
    assert rows(select(ShareSwitch)) == []
    assert "stays with version 1; version 2 is current" in sign_in(rep).get(f"/links/{link.id}").text


def test_downloads_can_be_left_out(app, make, rows):
    make.link(make.asset("Deck"), make.user("rep"), may_download=False)
    buyer = app.test_client()
    assert "Download" not in opened(buyer).text
    assert buyer.get(f"{LINK}/1/file", headers=BROWSER).status_code == 403
    assert rows(select(Visit.downloaded_at)) == [None]


def test_a_password_is_asked_for_before_anything_is_shown(app, make, rows):
    with app.app_context():
        stored = hash_password("open sesame")
    make.link(
        make.asset("Secret deck", pages=("Words",)), make.user("rep", name="Rita"), password_hash=stored
    )
    buyer = app.test_client()
    page = buyer.get(LINK, headers=BROWSER, follow_redirects=True)
    assert "Rita sent you something" in page.text
    assert "Secret deck" not in page.text
    for path in ("/1/file", "/1/preview", "/1/pages/1.webp", "/1/pages/1/thumb", "/seen/x.gif"):
        answer = buyer.get(LINK + path, headers=BROWSER)
        assert (answer.status_code, "Words" in answer.text) == (303, False), path
    for wrong in ("", "Open sesame", "x" * 5000):
        answer = buyer.post(f"{LINK}/enter/password", data={"password": wrong}, headers=BROWSER)
        assert (answer.status_code, "Secret deck" in answer.text) == (422, False)
    assert rows(select(Visit)) == []
    answer = buyer.post(f"{LINK}/enter/password", data={"password": "open sesame"}, headers=BROWSER)
    assert answer.status_code == 303
    assert "Words" in opened(buyer).text
    assert "Words" not in opened(app.test_client()).text
    other = app.test_client()
    other.set_cookie("opened", "0" * 64, path=LINK)
    assert "Words" not in opened(other).text


def test_an_email_is_asked_for_and_told_the_sender_with_the_visit(app, make, sign_in, pair, rows):
    rep, deal, deck, *_ = pair
    link = make.link(deck, rep, token="e" * 43, deal=deal, asks_email=True, recipient="Board")
    path, buyer = f"/s/{'e' * 43}", app.test_client()
    page = buyer.get(path, headers=BROWSER, follow_redirects=True).text
    assert "would like to know who reads it" in page
    assert "Hospital deck" not in page
    for wrong in ("", "ann", "a@b", "a b@example.com", "x" * 250 + "@example.com"):
        answer = buyer.post(f"{path}/enter/email", data={"email": wrong}, headers=BROWSER)
        assert answer.status_code == 422, wrong
    answer = buyer.post(f"{path}/enter/email", data={"email": " cfo@buyer.example "}, headers=BROWSER)
    assert answer.status_code == 303
    assert "with the email that you gave" in opened(buyer, path).text
    assert rows(select(Visit.email).where(Visit.link_id == link.id)) == ["cfo@buyer.example"]
    assert "cfo@buyer.example" in sign_in(rep).get(f"/links/{link.id}").text
    assert "cfo@buyer.example" in sign_in(rep).get(f"/deals/{deal.id}/links").text
    stranger = app.test_client()
    stranger.set_cookie("email", "made-up", path=path)
    assert "Hospital deck" not in opened(stranger, path).text


def test_the_sender_looks_without_password_or_email(app, make, sign_in, rows):
    rep, asset = make.user("rep"), make.asset("Deck", pages=("Words",))
    make.link(asset, rep, password_hash="x", asks_email=True)
    assert "Words" in sign_in(rep).get(LINK).text
    assert rows(select(Visit)) == []


def test_the_sender_is_told_of_an_opening_at_most_once_a_day(app, make, rows):
    rep = make.user("rep")
    make.link(make.asset("Deck"), rep, notify_when_opened=True, recipient="Ann")
    make.link(make.asset("Other"), rep, token="q" * 43)
    for _ in range(3):
        opened(app.test_client())
    opened(app.test_client(), f"/s/{'q' * 43}")
    (message,) = rows(select(OutboxMessage))
    assert (message.recipient_id, message.kind, message.title) == (rep.id, "link_opened", "Ann opened “Deck”")


def test_nothing_is_told_or_counted_by_heads_programs_and_prefetching(app, make, rows):
    make.link(make.asset("Deck"), make.user("rep"), notify_when_opened=True)
    app.test_client().head(LINK, headers=BROWSER)
    for more in ({"Sec-Purpose": "prefetch"}, {"User-Agent": "Slackbot 1.0"}):
        client = app.test_client()
        answer = client.get(LINK, headers=BROWSER | more)
        assert "/seen/" not in answer.text
        client.get(f"{LINK}/1/file", headers=BROWSER | more)
    assert rows(select(Visit)) == rows(select(OutboxMessage)) == []
