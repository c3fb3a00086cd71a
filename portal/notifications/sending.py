"""Sending the mails that are due: each is claimed for good just before its text is given, and settled right after."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import closing, suppress

from flask import current_app

from portal.claims import claimant
from portal.db import end_read, unit_of_work
from portal.notifications import mailing
from portal.notifications.letters import Letter, compose
from portal.notifications.mail_server import Conversation, Doubtful, Refused, Server, Unreachable


def send_due_mails() -> None:
    """Send every mail that is due over one connection; without a mail server all of them wait."""
    if not current_app.config["SMTP_HOST"]:
        return
    _write_down()
    with unit_of_work():
        mailing.doubt_abandoned()
        mailing.give_up_unreachable()
    with closing(Conversation(_server())) as conversation:
        while mails := _due():
            for mail_id, address in mails:
                try:
                    _send(conversation, mail_id, address)
                except Unreachable as problem:
                    with unit_of_work():
                        mailing.put_off_all(str(problem))
                    return


def _due() -> list[tuple[int, str]]:
    mails = mailing.due_mails()
    end_read()
    return mails


def _send(conversation: Conversation, mail_id: int, address: str) -> None:
    by = f"{claimant()}/{secrets.token_hex(4)}"
    try:
        conversation.offer(address)
        with unit_of_work():
            letter = mailing.claim(mail_id, by, address)
        if letter is None:
            conversation.take_back()
            return
        conversation.give(_written(letter, conversation))
    except Refused as refusal:
        reason, is_final = str(refusal), refusal.is_final
        _note(lambda: mailing.note_refusal(mail_id, by, reason, is_final=is_final))
    except Doubtful as doubt:
        reason = str(doubt)
        _note(lambda: mailing.note_doubt(mail_id, by, reason))
        # A server that leaves one mail unanswered may do so with every other one.
        raise Unreachable(f"After another mail: {reason}") from None
    except Exception as error:
        reason = f"The worker met an error: {error}"
        _note(lambda: mailing.note_doubt(mail_id, by, reason))
        raise
    else:
        _note(lambda: mailing.note_sent(mail_id, by))


def _note(write: Callable[[], None]) -> None:
    """Write down what became of a mail; what cannot be written now is kept, for nobody else knows it."""
    _unwritten().append(write)
    _write_down()


def _write_down() -> None:
    """Write down what became of mails of which the database could not be told, as when it was locked for long."""
    for write in tuple(_unwritten()):
        with unit_of_work():
            write()
        # Another thread may have done the same: doing so twice changes nothing.
        with suppress(ValueError):
            _unwritten().remove(write)


def _unwritten() -> list[Callable[[], None]]:
    kept: list[Callable[[], None]] = current_app.extensions.setdefault("unwritten_mails", [])
    return kept


def _written(letter: Letter, conversation: Conversation) -> bytes:
    try:
        return compose(letter)
    except Exception as error:
        # One mail that cannot be written must not keep the others from going.
        current_app.logger.exception("the mail %s could not be written", letter.message_id)
        conversation.take_back()
        raise Refused(f"The mail could not be written: {error}", is_final=True) from None


def _server() -> Server:
    read = current_app.config
    return Server(
        host=read["SMTP_HOST"],
        port=read["SMTP_PORT"],
        security=read["SMTP_SECURITY"],
        user=read["SMTP_USER"],
        password=read["SMTP_PASSWORD"],
        sender=read["MAIL_FROM"],
    )
