"""Strange names, titles and addresses: none breaks a mail, and what cannot be sent says why and holds up nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.notifications import letters
from portal.notifications.models import Mail

pytestmark = pytest.mark.usefixtures("mail_server")


def test_no_title_can_end_a_header(make, handler, say, send):
    ann = make.user(name="Ann\r\nBcc: eve@evil.test", email="ann@firm.test")
    say(ann, title="Hello\r\nBcc: eve@evil.test\u2028X-Evil: 1\x85\x0b\r\n\r\n<b>body</b> \x00 " + "ü" * 250)
    send()
    (mail,) = handler.mails
    assert mail["Bcc"] is None
    assert mail["X-Evil"] is None
    assert mail["Subject"].startswith("Hello Bcc: eve@evil.test X-Evil: 1 <b>body</b> ü")
    assert "&lt;b&gt;body&lt;/b&gt;" in mail.get_body(("html",)).get_content()
    assert all(len(line) < 999 for line in handler.taken[0].split(b"\r\n"))


def test_a_line_that_is_a_dot_ends_nothing(make, handler, say, send):
    say(make.user(email="ann@firm.test", name="."), title=".")
    send()
    (mail,) = handler.mails
    assert "Hello .," in mail.get_body(("plain",)).get_content()


@pytest.mark.parametrize("address", ["ä@firm.test", "a,b@firm.test", "a(b)@firm.test", "<a>@firm.test"])
def test_an_address_that_no_mail_server_takes_is_refused_with_a_reason(
    make, handler, say, send, rows, address
):
    say(make.user(email=address))
    send()
    (mail,) = rows(select(Mail))
    assert (handler.taken, mail.state) == ([], "failed")
    assert mail.error == "Mail cannot be sent to an address such as this one."


def test_a_domain_in_other_letters_stands_in_the_mail_as_servers_write_it(make, handler, say, send):
    say(make.user(name="Ann", email="ann@bücher.test"))
    send()
    assert b"\r\nTo: Ann <ann@xn--bcher-kva.test>\r\n" in handler.taken[0]


def test_a_mail_that_cannot_be_written_holds_up_no_other(make, handler, say, send, rows, monkeypatch):
    subject = letters._subject

    def break_for_ann(letter, sections):
        if letter.email == "ann@firm.test":
            raise KeyError("broken")
        return subject(letter, sections)

    monkeypatch.setattr(letters, "_subject", break_for_ann)
    say(make.user(email="ann@firm.test"), make.user(email="ben@firm.test"))
    send()
    assert [mail.state for mail in rows(select(Mail).order_by(Mail.id))] == ["failed", "sent"]
