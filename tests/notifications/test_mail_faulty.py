"""A mail that cannot be sent at all: its reason is kept, and the others go."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.notifications import letters
from portal.notifications.models import Mail

pytestmark = pytest.mark.usefixtures("mail_server")


@pytest.mark.parametrize("address", ["ä@firm.test", "a,b@firm.test", "a(b)@firm.test", "<a>@firm.test"])
def test_an_address_that_no_mail_server_takes_is_refused_with_a_reason(
    make, handler, say, send, rows, address
):
    say(make.user(email=address))
    send()
    (mail,) = rows(select(Mail))
    assert (handler.taken, mail.state) == ([], "failed")
    assert mail.error == "Mail cannot be sent to an address such as this one."


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
