"""A buyer's link to content that has expired shows nothing of it, and its sender sees why."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}
TOKEN = "t" * 43


@pytest.fixture
def sent(make, monkeypatch):
    """A link that a rep sent, to content that expired on the day before yesterday."""
    stopped = datetime(2026, 12, 3, 12, tzinfo=UTC)
    for module in ("portal.library.models.content", "portal.library.queries", "portal.library.life.dates"):
        monkeypatch.setattr(f"{module}.now", lambda: stopped)
    rep = make.user("rep", name="Rita Rep")
    new = make.asset("New deck", slug="new")
    asset = make.asset("Old deck", slug="old", pages=("Page one",), expires_on=date(2026, 12, 1))
    deal = make.deal(owner=rep)
    link = make.link(asset, rep, token=TOKEN, deal=deal, expires_at=datetime(2099, 1, 1, tzinfo=UTC))
    return rep, asset, new, link, deal


def test_a_buyer_is_told_whom_to_ask_and_shown_nothing(app, sent):
    for path in ("", "/1/file", "/1/preview", "/1/pages/1.webp", "/1/pages/1/thumb", "/seen/abc.gif"):
        answer = app.test_client().get(f"/s/{TOKEN}{path}", headers=BROWSER)
        assert answer.status_code == 410, path
        assert "Page one" not in answer.text
        assert "Old deck" not in answer.text
    page = app.test_client().get(f"/s/{TOKEN}", headers=BROWSER).text
    assert "This document is not current any more. Please ask Rita Rep" in page


def test_the_sender_sees_the_state_everywhere_and_what_to_send_instead(make, sign_in, sent):
    rep, _, _, link, deal = sent
    client = sign_in(rep)
    assert "Content expired" in client.get("/links").text
    assert "Content expired" in client.get(f"/deals/{deal.id}").text
    page = client.get(f"/links/{link.id}").text
    for words in ("expired on 1 Dec 2026", "told to ask you", "Look for something else", "Close the link"):
        assert words in page
    assert "Paste this into your mail" not in page
    form = {"expires_on": "2026-12-01", "replaced_by": "new"}
    sign_in(make.user("marketer")).post("/library/old/dates", data=form)
    assert "Send “New deck” instead" in client.get(f"/links/{link.id}").text


def test_the_link_opens_again_once_the_content_is_found_to_be_right(app, make, sign_in, sent):
    sign_in(make.user("marketer")).post("/library/old/verify")
    assert "Page one" in app.test_client().get(f"/s/{TOKEN}", headers=BROWSER).text


def test_a_link_that_was_closed_says_so_whatever_became_of_its_content(app, sign_in, sent):
    rep, _, _, link, _ = sent
    assert sign_in(rep).post(f"/links/{link.id}/revoke").status_code == 303
    page = app.test_client().get(f"/s/{TOKEN}", headers=BROWSER).text
    assert "This link no longer opens" in page
    assert "Revoked" in sign_in(rep).get("/links").text
