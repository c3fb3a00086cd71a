"""Mails that are built to do harm, or broken: each ends in a named state, and nothing inside them is opened."""

from __future__ import annotations

import base64
import io
import time
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from portal.capture.models import ProposedUse, ReceivedMail
from portal.capture.receiving import letters, reading
from portal.capture.receiving.arrivals import mail_store
from portal.capture.receiving.letters import domain_of
from portal.db import db, now
from portal.jobs import Job
from tests.capture.receiving.mails import SENDER, mail

HEAD = f"From: {SENDER}\r\nTo: bo@acme.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n".encode()
AS_PDF = (
    b'Content-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment; filename="a.pdf"\r\n'
)


def nested(depth):
    parts = [
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (number, number + 1)
        for number in range(depth)
    ]
    return HEAD + b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + b"".join(parts)


def many(count, part=b"--b\r\n\r\nx\r\n"):
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * count + b"--b--\r\n"


def zipped(content):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deck.pdf", content)
    return target.getvalue()


def bomb():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<a>")
        archive.writestr("word/document.xml", b"0" * 300_000_000)
    return target.getvalue()


@pytest.fixture
def read(app, sign_in, received, ann, rows, run_jobs):
    """Hand a mail in, have it read, and return its row."""
    client = sign_in(ann)

    def run(content):
        data = {"files": [(io.BytesIO(content), "x.eml")]}
        answer = client.post("/me/capture/mails", data=data, content_type="multipart/form-data")
        assert answer.status_code == 303
        run_jobs()
        assert rows(select(Job.state).where(Job.kind == "read_mail").order_by(Job.id.desc()))[0] == "done"
        with app.app_context():
            assert list(mail_store().names()) == []
        return rows(select(ReceivedMail).order_by(ReceivedMail.id.desc()))[0]

    return run


@pytest.mark.parametrize(
    ("content", "state", "said"),
    [
        (nested(50), "read", "Parts deep inside of others were not looked at."),
        (nested(3_000), "refused", "its parts are too deep inside of each other"),
        (many(1_000), "read", "Only its first 200 parts were looked at."),
        (many(100_000), "refused", "it is made of too many parts"),
        (
            many(60, b"--b\r\n" + AS_PDF + b"\r\nx\r\n"),
            "read",
            "Only its first 50 attachments were looked at.",
        ),
        (
            HEAD + b"X-Long: " + b"x" * 300_000 + b"\r\n\r\nx",
            "refused",
            "its head is larger than that of any mail",
        ),
        (
            HEAD + AS_PDF + b"Content-Transfer-Encoding: base64\r\n\r\n!!!\x80",
            "read",
            "“a.pdf” could not be decoded.",
        ),
        (HEAD + AS_PDF + b"\r\n%PDF-1.7 and nothing else", "read", "“a.pdf” could not be read"),
        (HEAD + AS_PDF + b"\r\n\x00\x01\x02", "read", "“a.pdf” could not be read"),
        (
            HEAD + b"Content-Type: message/rfc822\r\n\r\n" + HEAD + b"\r\nx",
            "read",
            "A mail attached to it was not opened.",
        ),
        (HEAD + b"Content-Type: ;;;=\x80\xff\r\n\r\nx", "read", "Nothing was attached."),
        (HEAD + b"Content-Type: multipart/mixed\r\n\r\nno boundary", "read", "Nothing was attached."),
        (
            b"From: a@b.example\r\nTo: " + b"(" * 60_000 + b"\r\n\r\nx",
            "read",
            "Its addresses could not be read.",
        ),
        (
            b"From: \xff\xfe\r\nTo: \x00@\x00\r\nSubject: =?utf-8?q?=ff=fe?=\r\n\r\nx",
            "read",
            "Nothing was attached.",
        ),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "mail",
)
def test_a_mail_that_is_built_to_do_harm_ends_in_a_named_state(read, rows, content, state, said):
    row = read(content)
    assert (row.state, said in row.outcome) == (state, True), row.outcome
    assert rows(select(ProposedUse)) == []


def test_an_archive_is_not_opened_and_a_bomb_of_a_document_ends_its_own_process(read, rows, content, pdf):
    content("Hospital deck", pdf())
    row = read(mail(("decks.zip", zipped(pdf())), ("a.docx", bomb()), to="bo@acme.example").as_bytes())
    assert "“decks.zip” is an archive and was not opened." in row.outcome
    assert "“a.docx” could not be read" in row.outcome
    assert rows(select(ProposedUse)) == []


def test_an_archive_that_is_content_itself_is_known_by_its_bytes(read, rows, content):
    archive = zipped(b"logos")
    logos = content("Logos", archive, pages=())
    row = read(mail(("logos.zip", archive)).as_bytes())
    assert rows(select(ProposedUse.asset_id)) == [logos.id]
    assert row.state == "read"


def test_a_mail_with_thousands_of_recipients_is_read_in_good_time(read):
    to = ", ".join(f"Person {n} <p{n}@d{n}.example>" for n in range(9_000))
    begin = time.perf_counter()
    row = read(f"From: {SENDER}\r\nTo: {to[:250_000]}\r\nSubject: All of you\r\n\r\nx".encode())
    assert time.perf_counter() - begin < 20
    assert (len(row.recipients), row.recipients[0]) == (letters.MOST_DOMAINS, "d0.example")
    assert "more recipients than are looked at" in row.outcome


def test_a_long_subject_is_cut_and_what_can_not_be_shown_left_out(read):
    row = read(b"From: a@b.example\r\nSubject: a\x00\x1b[31m\xe2\x80\xae" + b"b" * 900 + b"\r\n\r\nx")
    assert (len(row.subject), row.subject[:4], row.subject[-1]) == (300, "a [3", "…")
    assert all(sign.isprintable() for sign in row.subject)


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("Fri, 01 Jan 2100 00:00:00 +0000", "lies in the future"),
        ("Thu, 01 Jan 1970 00:00:00 +0000", "too far back"),
        ("Mon, 01 Jan 0001 00:00:00 +1400", "too far back"),
        ("sometime in spring", "does not say when it was sent"),
        ("", "does not say when it was sent"),
        ("Fri, 99 Jan 99999999999 00:00:00 +9999", "does not say when it was sent"),
    ],
)
def test_of_a_mail_with_an_absurd_date_the_moment_of_arrival_counts_and_that_is_said(
    read, rows, content, pdf, date, said
):
    content("Hospital deck", pdf())
    row = read(mail(("a.pdf", pdf()), sent_at=date).as_bytes())
    assert (row.sent_at, said in row.outcome) == (row.received_at, True), row.outcome
    assert rows(select(ProposedUse.at)) == [row.received_at]


def test_a_mail_of_last_year_is_proposed_for_then(read, rows, content, pdf):
    content("Hospital deck", pdf())
    then = datetime.now(UTC).replace(microsecond=0) - timedelta(days=300)
    assert read(mail(("a.pdf", pdf()), sent_at=then).as_bytes()).sent_at == then
    assert rows(select(ProposedUse.at)) == [then]


def test_a_clock_that_is_a_little_ahead_is_believed_up_to_now(read):
    row = read(mail(sent_at=now() + timedelta(minutes=5)).as_bytes())
    assert row.sent_at == row.received_at
    assert "future" not in row.outcome


def test_a_job_that_fails_each_time_ends_in_words_and_lets_the_file_go(
    app, sign_in, received, ann, rows, run_jobs, monkeypatch, make
):
    def fail(*_):
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr(reading, "match_letter", fail)
    data = {"files": [(io.BytesIO(mail().as_bytes()), "x.eml")]}
    sign_in(ann).post("/me/capture/mails", data=data, content_type="multipart/form-data")
    for _ in range(3):
        run_jobs()
        make.inside(lambda: db.session.execute(update(Job).values(run_after=now())))
    [row] = rows(select(ReceivedMail))
    assert (row.state, row.outcome, row.sha256) == ("refused", "It could not be read.", None)


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("Bo@ACME.example", "acme.example"),
        ("bo@münchen.example", "xn--mnchen-3ya.example"),
        ("bo@acme.example.", "acme.example"),
        ("bo", ""),
        ("bo@localhost", ""),
        ("bo@[10.0.0.1]", ""),
        ("bo@a..b", ""),
        ("bo@-a.example", ""),
        ("bo@" + "a" * 300 + ".example", ""),
        ("bo@ü" + "." * 70, ""),
        ("bo@a b.example", ""),
    ],
)
def test_the_domain_of_an_address_is_one_that_could_be(address, domain):
    assert domain_of(address) == domain


def test_a_file_that_is_attached_many_times_is_proposed_once(read, rows, content, pdf):
    content("Hospital deck", pdf())
    read(mail(*((f"{n}.pdf", pdf()) for n in range(12))).as_bytes())
    assert len(rows(select(ProposedUse))) == 1


def test_encoded_names_are_read_and_never_lead_out_of_their_folder(read, rows, content, pdf):
    content("Hospital deck", b"other")
    encoded = base64.b64encode(pdf()).decode()
    name = "=?utf-8?b?" + base64.b64encode("../../../Über.pdf".encode()).decode() + "?="
    row = read(
        HEAD
        + f'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="{name}"\r\n'.encode()
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + encoded.encode()
    )
    assert row.state == "read"
    assert [one.reason["file"] for one in rows(select(ProposedUse))] == ["Über.pdf"]
