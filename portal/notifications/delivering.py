"""Emptying the outbox: each message goes under its recipient's bell, into a mail, both or neither, as they chose.

Every step is one statement for a whole batch, so that an event for thousands is delivered in short transactions.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from email.headerregistry import Address
from email.utils import parseaddr

from flask import current_app
from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    update,
)

from portal.db import db, insert_rows, now
from portal.notifications.kinds import KINDS
from portal.notifications.models import Mail, Notification, NotificationChoice, OutboxMessage
from portal.users.models import User

BATCH = 500
# How long a mail waits for what else may happen to the same person, so that a burst is one mail.
HOLD = timedelta(minutes=1)
# News goes by itself instead of waiting for longer with a mail that was put off.
JOINED_WITHIN = timedelta(minutes=15)
# Nobody can have an address under this name (RFC 2606); the people of the demo do.
NOWHERE = ".example"
UNDER_THE_BELL = ("kind", "title", "address", "group_key", "group_title", "created_at")


def deliver(limit: int = BATCH) -> int:
    """Deliver waiting messages as their recipients chose and mark them delivered; return how many."""
    waiting = select(OutboxMessage.id).where(OutboxMessage.delivered_at.is_(None)).order_by(OutboxMessage.id)
    ids = list(db.session.scalars(waiting.limit(limit)))
    if not ids:
        return 0
    batch = OutboxMessage.delivered_at.is_(None) & OutboxMessage.id.between(ids[0], ids[-1])
    chosen = and_(
        NotificationChoice.user_id == OutboxMessage.recipient_id,
        NotificationChoice.kind == OutboxMessage.kind,
    )
    sends_mail = bool(current_app.config["SMTP_HOST"])
    by_mail = _can_be_mailed() if sends_mail else false()
    # Who wants it by mail alone finds it under the bell where no mail can come.
    mail_alone = (NotificationChoice.mail_time != "never") & ~by_mail
    shown = or_(func.coalesce(NotificationChoice.in_app, true()), mail_alone)
    _put_under_the_bell(_under_the_bell().outerjoin(NotificationChoice, chosen).where(batch, shown))
    done = update(OutboxMessage).where(batch)
    done = done.values(delivered_at=now(), mail_time=_mail_time(chosen, by_mail))
    db.session.execute(done.execution_options(synchronize_session=False))
    if sends_mail:
        _into_mails(OutboxMessage.id.between(ids[0], ids[-1]) & (OutboxMessage.mail_time == "now"))
    return len(ids)


def show_what_mail_could_not(among: ColumnElement[bool] | None = None) -> None:
    """Put what failed and uncertain mails carry, all or some, under the bell of those who wanted it by mail only."""
    missing = _under_the_bell().outerjoin(Notification, Notification.message_id == OutboxMessage.id)
    mails = select(Mail.id).where(Mail.state.in_(("failed", "uncertain")), true() if among is None else among)
    _put_under_the_bell(missing.where(OutboxMessage.mail_id.in_(mails), Notification.id.is_(None)))


def can_have_mail() -> ColumnElement[bool]:
    """Say in SQL whom mail may be sent to: people who can sign in and have an address somewhere."""
    somewhere = ~User.email.endswith(NOWHERE, autoescape=True)
    return and_(User.status == "active", User.email.is_not(None), somewhere)


def mail_domain() -> str:
    """Return the part after the @ of the address that mail comes from."""
    return Address(addr_spec=parseaddr(current_app.config["MAIL_FROM"])[1]).domain


def _under_the_bell() -> Select[tuple[int, int]]:
    copied = [getattr(OutboxMessage, name) for name in UNDER_THE_BELL]
    return select(OutboxMessage.recipient_id, OutboxMessage.id, *copied).order_by(OutboxMessage.id)


def _put_under_the_bell(found: Select[tuple[int, int]]) -> None:
    columns = ["user_id", "message_id", *UNDER_THE_BELL]
    db.session.execute(insert(Notification).from_select(columns, found, include_defaults=False))


def _can_be_mailed() -> ColumnElement[bool]:
    return select(User.id).where(User.id == OutboxMessage.recipient_id, can_have_mail()).exists()


def _mail_time(chosen: ColumnElement[bool], by_mail: ColumnElement[bool]) -> ColumnElement[str | None]:
    """Say in SQL when a message comes by mail; null where it does not."""
    choice = select(NotificationChoice.mail_time).where(chosen).scalar_subquery()
    usual = case(
        {key: kind.mail_time for key, kind in KINDS.items()}, value=OutboxMessage.kind, else_="never"
    )
    return case((by_mail, func.nullif(func.coalesce(choice, usual), literal("never"))), else_=null())


def _into_mails(messages: ColumnElement[bool]) -> None:
    """Let what is mailed at once join the mail that waits for its recipient, or a new one."""
    open_mail = and_(
        Mail.user_id == OutboxMessage.recipient_id,
        Mail.state == "waiting",
        Mail.mail_time == "now",
        Mail.run_after <= now() + JOINED_WITHIN,
    )
    without = select(OutboxMessage.recipient_id).where(messages, ~select(Mail.id).where(open_mail).exists())
    domain, due = mail_domain(), now() + HOLD
    insert_rows(
        Mail,
        [
            {
                "user_id": person,
                "message_id": f"<now.{secrets.token_hex(16)}@{domain}>",
                "mail_time": "now",
                "run_after": due,
            }
            for person in db.session.scalars(without.distinct())
        ],
    )
    joined = select(func.min(Mail.id)).where(open_mail).scalar_subquery()
    carried = update(OutboxMessage).where(messages).values(mail_id=joined, mail_time=None)
    db.session.execute(carried.execution_options(synchronize_session=False))
