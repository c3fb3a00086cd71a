"""A mail comes through the real listener, and what was attached is proposed as sent."""

from __future__ import annotations

import smtplib

import pytest
from sqlalchemy import select

from portal.capture.models import ProposedUse, ReceivedMail
from portal.capture.receiving.arrivals import mail_store
from portal.jobs import Job
from tests.capture.receiving.conftest import PAGES
from tests.capture.receiving.mails import give, mail


def only(rows, table):
    [row] = rows(select(table))
    return row


def stored(app):
    with app.app_context():
        return sorted(mail_store().names())


def test_a_mail_with_a_file_of_the_portal_is_proposed_as_sent_for_the_deal_of_its_recipient(
    app, rows, run_jobs, listener, address, ann, acme, content, pdf
):
    deck = content("Hospital deck", pdf())
    assert give(listener.port, mail(("Hospitals.pdf", pdf())), address(ann)) == {}
    kept = only(rows, ReceivedMail)
    assert (kept.user_id, kept.state, kept.subject, stored(app)) == (ann.id, "waiting", "", [kept.sha256])
    run_jobs()
    proposal, kept = only(rows, ProposedUse), only(rows, ReceivedMail)
    assert (proposal.user_id, proposal.kind, proposal.origin, proposal.state) == (
        ann.id,
        "sent",
        "mail",
        "waiting",
    )
    assert (proposal.asset_id, proposal.version_id) == (deck.id, deck.current_version_id)
    assert (proposal.deal_id, proposal.mail_id, proposal.at) == (acme.id, kept.id, kept.sent_at)
    assert (proposal.reason["file"], proposal.reason["domains"]) == ("Hospitals.pdf", ["acme.example"])
    assert (kept.state, kept.subject, kept.recipients) == ("read", "What we talked about", ["acme.example"])


def test_of_a_mail_that_was_read_neither_its_file_nor_its_text_is_kept(
    app, rows, run_jobs, listener, address, ann, pdf
):
    give(listener.port, mail(("x.pdf", pdf())), address(ann))
    run_jobs()
    assert (stored(app), only(rows, ReceivedMail).sha256) == ([], None)
    data = app.config["DATA_DIR"]
    assert [
        path.name for path in data.rglob("*") if path.is_file() and b"secret words" in path.read_bytes()
    ] == []


def test_pages_that_say_what_a_version_says_are_that_version_too(
    rows, run_jobs, listener, address, ann, acme, content, pdf
):
    deck = content("Hospital deck", b"another file")
    content(
        "Something else",
        b"else",
        pages=["Ports and ships load more boxes with fewer cranes than ever before"],
    )
    changed = [PAGES[4], PAGES[1].replace("two years", "18 months"), PAGES[0], "Thank you, Bo"]
    give(listener.port, mail(("mine.pdf", pdf(*changed))), address(ann))
    run_jobs()
    proposal = only(rows, ProposedUse)
    assert (proposal.version_id, proposal.deal_id) == (deck.current_version_id, acme.id)
    assert (proposal.reason["pages"], proposal.reason["of"]) == (3, 3)


def test_a_second_copy_of_a_mail_counts_once(app, rows, run_jobs, listener, address, ann, acme, content, pdf):
    content("Hospital deck", pdf())
    to = address(ann)
    give(listener.port, mail(("a.pdf", pdf())), to)
    give(listener.port, mail(("a.pdf", pdf()), subject="Fwd: the same mail by another way"), to)
    run_jobs()
    give(listener.port, mail(("a.pdf", pdf())), to)
    run_jobs()
    assert len(rows(select(ReceivedMail))) == len(rows(select(ProposedUse))) == 1
    assert (stored(app), len(rows(select(Job).where(Job.kind == "read_mail")))) == ([], 1)


def test_mails_without_an_id_are_told_apart_by_all_that_they_are(rows, listener, address, ann):
    to, first = address(ann), mail(message_id=None, sent_at="Sun, 22 Nov 2026 09:00:00 +0000")
    for message in (first, first, mail(message_id=None, subject="Another", sent_at="")):
        give(listener.port, message, to)
    assert len(rows(select(ReceivedMail))) == 2


def test_a_mail_for_two_people_is_each_ones(make, rows, run_jobs, listener, address, ann, acme, content, pdf):
    content("Hospital deck", pdf())
    mate = make.user("rep", email="mate@firm.test")
    assert give(listener.port, mail(("a.pdf", pdf())), address(ann), address(mate)) == {}
    run_jobs()
    proposals = rows(select(ProposedUse).order_by(ProposedUse.user_id))
    # The mate sees no deal of Ann's.
    assert [(one.user_id, one.deal_id) for one in proposals] == [(ann.id, acme.id), (mate.id, None)]


def test_an_address_is_good_in_capitals_too(rows, listener, address, ann):
    give(listener.port, mail(), address(ann).upper())
    assert only(rows, ReceivedMail).user_id == ann.id


def test_who_asks_for_a_new_address_gets_no_mail_at_the_old_one(rows, listener, address, ann):
    old, new = address(ann), address(ann)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        give(listener.port, mail(), old)
    assert list(give(listener.port, mail(), new, old)) == [old]
    assert only(rows, ReceivedMail).user_id == ann.id
