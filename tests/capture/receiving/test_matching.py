"""Which version an attachment is and which deal it was for, and that nobody is told of what they may not see."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from portal.capture.models import ProposedUse, ReceivedMail
from portal.db import db, now
from portal.deals.models import AccountDomain
from portal.library.models import Asset, Version
from tests.capture.receiving.conftest import PAGES
from tests.capture.receiving.mails import mail


@pytest.fixture
def send(sign_in, received, ann, rows, run_jobs):
    """Hand in a mail with a file of these bytes and return what is proposed, as (asset, version, deal)."""
    client = sign_in(ann)

    def run(*files, to="bo@acme.example"):
        message = mail(*((f"{n}.pdf", file) for n, file in enumerate(files)), to=to)
        data = {"files": [(BytesIO(message.as_bytes()), "x.eml")]}
        client.post("/me/capture/mails", data=data, content_type="multipart/form-data")
        run_jobs()
        proposals = rows(select(ProposedUse).order_by(ProposedUse.id))
        return [(one.asset_id, one.version_id, one.deal_id) for one in proposals]

    return run


def change(make, table, number, **fields):
    make.inside(lambda: [setattr(db.session.get_one(table, number), *each) for each in fields.items()])


def test_an_earlier_version_that_was_sent_is_named_as_the_version_that_it_is(make, content, send, pdf):
    deck = content("Hospital deck", pdf())
    newer = make.store(
        Version(asset_id=deck.id, number=2, source="none", state="indexed", published_at=now(), page_count=1)
    )
    change(make, Asset, deck.id, current_version_id=newer.id)
    assert send(pdf()) == [(deck.id, deck.current_version_id, None)]


def test_archived_content_that_was_in_use_is_named_for_it_was_sent_all_the_same(
    make, content, send, pdf, sign_in, ann
):
    deck = content("Hospital deck", pdf())
    change(make, Asset, deck.id, state="archived", archived_at=now())
    assert send(pdf()) == [(deck.id, deck.current_version_id, None)]
    assert "Hospital deck" in sign_in(ann).get("/me/capture").text


@pytest.mark.parametrize("file", ["the same", "its pages"])
def test_drafts_of_marketing_are_no_answer(make, content, send, pdf, rows, sign_in, ann, file):
    marketer = make.user("marketer")
    content("Secret draft", pdf() if file == "the same" else b"other", state="draft", owner=marketer)
    assert send(pdf()) == []
    assert rows(select(ReceivedMail.outcome)) == ["Nothing that was attached is known here."]
    assert "Secret draft" not in sign_in(ann).get("/me/capture").text


def test_a_version_that_is_not_published_yet_is_no_answer(make, content, send, pdf):
    deck = content("Hospital deck", pdf())
    change(make, Version, deck.current_version_id, published_at=None)
    assert send(pdf()) == []


def test_the_same_file_as_two_pieces_of_content_is_the_one_in_use(make, content, send, pdf):
    old, new = content("Old deck", pdf()), content("New deck", pdf())
    change(make, Asset, new.id, state="archived")
    assert send(pdf()) == [(old.id, old.current_version_id, None)]


def test_a_file_made_of_two_decks_is_both(content, send, pdf):
    other = [
        f"Harbours with {word} cranes load {word} ships twice as fast as {word} docks" for word in "abcd"
    ]
    decks = [content("Hospitals", b"1", pages=PAGES), content("Harbours", b"2", pages=other)]
    proposed = send(pdf(*PAGES[:3], *other[:2]))
    assert [asset for asset, _, _ in proposed] == [deck.id for deck in decks]


def test_one_known_page_among_many_others_is_not_that_deck(content, send, pdf):
    content("Hospitals", b"1")
    new = [
        f"{letter * 5} {letter * 6} {letter * 7} moves faster than {letter * 8} in all {letter * 9} years"
        for letter in "abcd"
    ]
    assert send(pdf(PAGES[0], *new)) == []


def test_of_several_open_deals_the_one_worked_on_last_is_proposed(make, ann, acme, content, send, pdf, rows):
    other = make.deal(owner=ann, name="Acme extension", account_id=acme.account_id)
    deck = content("Hospital deck", pdf())
    something = make.asset("Something")
    make.use(something, ann, kind="presented", deal=acme, at=now() - timedelta(days=3))
    make.use(something, ann, kind="presented", deal=other, at=now() - timedelta(days=2))
    assert send(pdf()) == [(deck.id, deck.current_version_id, other.id)]
    assert rows(select(ProposedUse))[0].reason["other_deals"] == 1


def test_a_mail_to_two_customers_is_proposed_for_a_deal_of_each(make, ann, acme, content, send, pdf):
    account = make.account("Beta")
    make.store(AccountDomain(account_id=account.id, domain="beta.example"))
    beta = make.deal(owner=ann, account_id=account.id)
    deck = content("Hospital deck", pdf())
    proposed = send(pdf(), to="bo@acme.example, x@beta.example")
    assert {(asset, deal) for asset, _, deal in proposed} == {(deck.id, acme.id), (deck.id, beta.id)}


def test_deals_of_another_team_and_closed_ones_are_never_proposed(make, acme, ann, content, send, pdf, rows):
    stranger = make.user("rep", team=make.team("South"))
    change(make, type(acme), acme.id, owner_id=stranger.id)
    make.deal(owner=ann, status="won", account_id=acme.account_id)
    deck = content("Hospital deck", pdf())
    assert send(pdf()) == [(deck.id, deck.current_version_id, None)]
    assert rows(select(ReceivedMail.outcome)) == ["No open deal for acme.example."]


def test_what_is_logged_already_is_not_asked_about(make, ann, acme, content, send, pdf, rows):
    deck = content("Hospital deck", pdf())
    make.use(deck, ann, kind="sent", deal=acme)
    assert send(pdf()) == []
    assert rows(select(ReceivedMail.outcome)) == ["What was attached is logged or proposed already."]
