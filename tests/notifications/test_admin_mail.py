"""An admin sees what did not go, and why, and lets it be sent again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.notifications.models import Mail
from portal.users.models import AuditEntry


@pytest.fixture
def admin(make, sign_in):
    return sign_in(make.user("admin"))


def test_without_a_mail_server_the_page_says_so_and_how_to_change_it(admin):
    page = admin.get("/admin/mail").text
    assert "This portal sends no mail" in page
    assert "SMTP_HOST" in page


@pytest.mark.usefixtures("mail_server")
def test_failed_and_uncertain_mails_are_listed_with_their_reason_but_not_with_their_words(
    make, say, send, handler, admin
):
    ann, ben = make.user(name="Ann Failing", email="ann@firm.test"), make.user(email="ben@firm.test")
    handler.at_rcpt = lambda envelope: "550 No <such> box" if "ann@firm.test" in envelope.rcpt_tos else None
    say(ann, ben, title="Between us")
    send()
    page = admin.get("/admin/mail").text
    for words in (
        "Ann Failing",
        "550 No &lt;such&gt; box",
        "Send again",
        "127.0.0.1",
        "tandem@portal.example",
    ):
        assert words in page
    for words in ("Between us", "ben@firm.test"):
        assert words not in page


@pytest.mark.usefixtures("mail_server")
def test_a_failed_mail_is_sent_again_once_the_reason_is_gone(make, say, send, handler, admin, rows):
    handler.at_rcpt = lambda envelope: "550 Nobody here"
    say(make.user(name="Ann", email="ann@firm.test"))
    send()
    (mail,) = rows(select(Mail))
    handler.at_rcpt = lambda envelope: None
    assert admin.post(f"/admin/mail/{mail.id}/again").status_code == 303
    assert rows(select(Mail.state)) == ["waiting"]
    assert "sent a mail again" in rows(select(AuditEntry.action))
    assert admin.post(f"/admin/mail/{mail.id}/again").status_code == 409
    send()
    assert (rows(select(Mail.state)), handler.ids) == (["sent"], [mail.message_id])
    assert admin.post(f"/admin/mail/{mail.id}/again").status_code == 409
    assert admin.post("/admin/mail/999/again").status_code == 404


@pytest.mark.usefixtures("mail_server")
def test_an_uncertain_mail_is_sent_again_after_a_warning(make, say, send, handler, admin, rows):
    handler.breaks_after_text = True
    say(make.user(email="ann@firm.test"))
    send()
    handler.breaks_after_text = False
    assert "would then come twice" in admin.get("/admin/mail").text
    # Not with the others: an admin has to want it.
    admin.post("/admin/mail/again")
    assert rows(select(Mail.state)) == ["uncertain"]
    admin.post("/admin/mail/1/again")
    send()
    assert (rows(select(Mail.state)), len(handler.taken)) == (["sent"], 1)


@pytest.mark.usefixtures("mail_server")
def test_all_failed_mails_are_sent_again_at_once(make, say, send, handler, admin, rows):
    handler.at_mail = lambda envelope: "550 This sender may not"
    say(*(make.user(email=f"p{number}@firm.test") for number in range(3)))
    send()
    assert "Send all failed ones again" in admin.get("/admin/mail").text
    handler.at_mail = lambda envelope: None
    assert admin.post("/admin/mail/again").status_code == 303
    send()
    assert set(rows(select(Mail.state))) == {"sent"}
    assert "Nothing to see to" in admin.get("/admin/mail").text


def test_the_page_costs_as_many_statements_for_many_as_for_one(make, admin, count_queries):
    costs = []
    for count in (1, 24):
        for number in range(count):
            make.store(
                Mail(
                    user_id=make.user().id, message_id=f"<{count}.{number}>", mail_time="now", state="failed"
                )
            )
        with count_queries() as queries:
            assert admin.get("/admin/mail").status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 8
