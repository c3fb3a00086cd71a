"""The page of mails that log themselves: the address, mails handed in as files, and what became of each."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from sqlalchemy import select

from portal.capture.models import CaptureAddress, ProposedUse, ReceivedMail
from portal.capture.receiving.arrivals import mail_store
from portal.db import db
from portal.deals.models import Deal
from tests.capture.receiving.mails import mail


@pytest.fixture
def client(received, sign_in, ann):
    return sign_in(ann)


def hand_in(client, *files):
    data = {"files": [(BytesIO(content), name) for name, content in files]}
    return client.post("/me/capture/mails", data=data, content_type="multipart/form-data")


def page(client):
    return " ".join(re.sub(r"<[^>]+>", " ", client.get("/me/capture").text).split())


def test_the_address_is_made_when_asked_for_and_another_one_each_time(client, rows, ann):
    assert "Get my address" in client.get("/me/capture").text
    assert rows(select(CaptureAddress)) == []
    assert client.post("/me/capture/address").status_code == 303
    [first] = rows(select(CaptureAddress.token))
    assert f'value="log+{first}@log.firm.test"' in client.get("/me/capture").text
    client.post("/me/capture/address")
    [second] = rows(select(CaptureAddress.token))
    assert first != second
    assert first not in client.get("/me/capture").text


def test_without_a_domain_mails_can_be_handed_in_all_the_same(client, received, rows):
    received.config["CAPTURE_DOMAIN"] = ""
    text = page(client)
    assert "receives no mail at present" in text
    assert "Get my address" not in text
    assert hand_in(client, ("a.eml", mail().as_bytes())).status_code == 303
    assert len(rows(select(ReceivedMail))) == 1


def test_a_mail_handed_in_is_read_and_the_page_says_what_was_proposed(
    client, rows, run_jobs, acme, content, pdf
):
    content("Hospital deck", pdf())
    hand_in(client, ("a.eml", mail(("x.pdf", pdf()), subject="Our <b>deck</b>").as_bytes()))
    assert "Being read" in page(client)
    run_jobs()
    text = page(client)
    assert "Our &lt;b&gt;deck&lt;/b&gt; To acme.example Hospital deck v1 proposed for Acme renewal" in text
    assert "Being read" not in text
    assert len(rows(select(ProposedUse))) == 1


@pytest.mark.parametrize(
    ("files", "to", "said"),
    [
        ((), "bo@acme.example", "Nothing was attached."),
        ((("x.bin", b"unknown"),), "bo@acme.example", "Nothing that was attached is known here."),
        (
            (("x.pdf", b"%PDF-no"), ("y.docx", b"PK\x03\x04no"), ("z.pdf", b"%PDF-nor this")),
            "bo@acme.example",
            "“x.pdf”, “y.docx” and “z.pdf” could not be read, so their pages were not compared.",
        ),
        (
            (("x.pdf", None),),
            "bo@other.example",
            "choose a deal No account has the mail domain other.example yet;",
        ),
        ((("x.pdf", None),), "a@x.example, b@y.example", "No account has the mail domain y.example yet;"),
        ((("x.pdf", None),), "mate@firm.test, me@de.firm.test", "It went to nobody outside."),
    ],
)
def test_the_page_says_why_nothing_more_could_be_proposed(
    client, run_jobs, acme, content, pdf, files, to, said
):
    content("Hospital deck", pdf())
    attached = [(name, pdf() if data is None else data) for name, data in files]
    hand_in(client, ("a.eml", mail(*attached, to=to).as_bytes()))
    run_jobs()
    assert said in page(client)


@pytest.mark.parametrize(
    ("to", "bcc", "asked"),
    [
        ("mate@firm.test", "", 0),
        ("mate@firm.test", "bo@acme.example", 1),
        ("log+aaaaaaaaaaaaaaaa@log.firm.test", "", 1),
        ("undisclosed-recipients:;", "", 1),
    ],
)
def test_what_stays_among_colleagues_is_not_asked_about(
    client, run_jobs, acme, content, pdf, rows, to, bcc, asked
):
    content("Hospital deck", pdf())
    message = mail(("x.pdf", pdf()), to=to)
    if bcc:
        message["Bcc"] = bcc
    hand_in(client, ("a.eml", message.as_bytes()))
    run_jobs()
    assert len(rows(select(ProposedUse))) == asked
    assert ("nobody outside" in page(client)) is (asked == 0)


def test_several_mails_come_at_once_and_what_is_none_is_named(client, received, rows):
    good = [(f"{n}.eml", mail(message_id=f"<{n}@firm.test>").as_bytes()) for n in range(3)]
    answer = hand_in(client, *good, ("notes.txt", b"just words"), ("0.eml", good[0][1]))
    assert answer.status_code == 303
    assert len(rows(select(ReceivedMail))) == 3
    with received.app_context():
        assert len(list(mail_store().names())) == 3
    text = page(client)
    for words in ("3 mails taken in.", "1 mail was here already and counts once.", "“notes.txt” is no mail"):
        assert words in text


def test_files_of_which_none_is_a_mail_are_refused_at_the_field(client, rows):
    for content in (
        b"",
        b"%PDF-1.4 x",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0 an Outlook file",
        b"Subject of it all\n\nx",
    ):
        answer = hand_in(client, ("x.eml", content))
        assert (answer.status_code, "is no mail that was saved as .eml" in answer.text) == (422, True), (
            content
        )
    assert hand_in(client).status_code == 422
    assert rows(select(ReceivedMail)) == []


def test_a_mail_that_outlook_saved_is_refused_with_what_to_do_instead(client, app, rows):
    outlook = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    for name, data in (("Offer.msg", outlook), ("Offer", outlook), ("Offer.MSG", b"else")):
        answer = hand_in(client, (name, data))
        assert (answer.status_code, "only Outlook can read it" in answer.text) == (422, True)
        assert "forward the mail with its attachments to your address" in answer.text
    app.config["CAPTURE_DOMAIN"] = ""
    answer = hand_in(client, ("Offer.msg", outlook))
    assert "forward" not in answer.text
    assert "save it as .eml" in answer.text
    assert rows(select(ReceivedMail)) == []


def test_a_mail_that_is_too_large_and_too_many_of_them_are_refused(client, received, rows):
    received.config["CAPTURE_MAX_MB"] = 1
    answer = hand_in(client, ("big.eml", mail(("x.bin", b"x" * 1024 * 1024)).as_bytes()))
    assert (answer.status_code, "“big.eml” is larger than 1 MB" in answer.text) == (422, True)
    many = [(f"{n}.eml", mail(message_id=f"<{n}@x>").as_bytes()) for n in range(21)]
    assert "choose 1 to 20 files" in hand_in(client, *many).text
    assert rows(select(ReceivedMail)) == []


def test_nobody_sees_the_mails_of_another(make, sign_in, client, run_jobs):
    hand_in(client, ("a.eml", mail(subject="Quiet words").as_bytes()))
    run_jobs()
    assert "Quiet words" in page(client)
    assert "Quiet words" not in page(sign_in(make.user("manager")))


def test_what_may_no_longer_be_seen_is_not_named(client, make, rows, run_jobs, acme, content, pdf):
    content("Hospital deck", pdf())
    hand_in(client, ("a.eml", mail(("x.pdf", pdf())).as_bytes()))
    run_jobs()
    stranger = make.user("rep")
    make.inside(lambda: setattr(db.session.get_one(Deal, acme.id), "owner_id", stranger.id))
    text = page(client)
    assert "Acme renewal" not in text
    assert "no longer there for you to see" in text


def test_whose_uses_count_nowhere_has_nothing_to_log(make, sign_in, received, rows):
    marketer, tester = sign_in(make.user("marketer")), sign_in(make.user("rep", is_test=True))
    for client in (marketer, tester):
        assert "nothing to log for you" in page(client)
        assert client.post("/me/capture/address").status_code == 403
        assert hand_in(client, ("a.eml", mail().as_bytes())).status_code == 403
    assert rows(select(CaptureAddress)) == rows(select(ReceivedMail)) == []


def test_a_long_list_is_paged_and_asks_few_questions(client, make, ann, acme, content, count_queries):
    deck = content("Hospital deck")
    for number in range(20):
        row = make.store(
            ReceivedMail(
                user_id=ann.id,
                message_key=str(number),
                recipients=["acme.example"] * 9,
                subject="S" * 300,
                sent_at=deck.created_at,
                state="read",
            )
        )
        make.store(
            ProposedUse(
                user_id=ann.id,
                kind="sent",
                asset_id=deck.id,
                version_id=deck.current_version_id,
                deal_id=acme.id,
                at=deck.created_at,
                origin="mail",
                origin_key=str(number),
                reason={},
                mail_id=row.id,
            )
        )
    with count_queries() as queries:
        assert "and 6 more" in client.get("/me/capture").text
    assert len(queries) <= 15
    assert client.get("/me/capture?page=2").text.count("proposed") > 3


@pytest.mark.parametrize(
    ("role", "said"), [("rep", "a manager can set whose it is"), ("manager", "set whose it is")]
)
def test_a_domain_that_no_account_has_is_said_with_the_way_to_set_it(
    received, sign_in, make, run_jobs, content, pdf, role, said
):
    content("Hospital deck", pdf())
    client = sign_in(make.user(role, team=make.team("West")))
    hand_in(client, ("a.eml", mail(("x.pdf", pdf())).as_bytes()))
    run_jobs()
    answer = client.get("/me/capture").text
    assert "No account has the mail domain acme.example yet" in answer
    assert said in answer
    assert ("/deals/accounts?q=acme.example" in answer) == (role == "manager")
