"""Digests: what waits for a daily or weekly mail becomes one at seven in the morning of the person's own clock."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import ColumnElement, String, cast, func, literal, select, update

from portal.db import db, insert_rows, one_of
from portal.notifications.delivering import can_have_mail, mail_domain
from portal.notifications.models import Mail, Notification, OutboxMessage
from portal.users.models import User

DIGESTS = ("daily", "weekly")
HOUR = time(7)
MONDAY = 0
# Who moves to another time zone may pass seven again soon, and gets no second one within so long.
APART = {"daily": timedelta(hours=12), "weekly": timedelta(days=3.5)}


def due_digests(moment: datetime) -> list[tuple[str, str]]:
    """Return of which digests something waits whose time has come, as (daily or weekly, time zone)."""
    found = select(OutboxMessage.mail_time, _zone(), func.min(OutboxMessage.created_at))
    found = found.join(User, User.id == OutboxMessage.recipient_id)
    found = found.where(OutboxMessage.mail_time.in_(DIGESTS)).group_by(OutboxMessage.mail_time, _zone())
    return [
        (mail_time, zone)
        for mail_time, zone, oldest in db.session.execute(found).tuples()
        if mail_time and oldest < _due_at(_day(mail_time, zone, moment), zone)
    ]


def make_digests(mail_time: str, zone: str, moment: datetime) -> int:
    """Make the mails of one digest for everybody in a time zone and return how many.

    There is one per person and local day: when it was due is part of the mail's Message-ID, which is unique.
    """
    due = _due_at(_day(mail_time, zone, moment), zone)
    here = select(User.id).where(_zone() == zone)
    waiting = (OutboxMessage.mail_time == mail_time) & (OutboxMessage.created_at < due)
    waiting &= OutboxMessage.recipient_id.in_(here)
    _leave_out_what_needs_no_mail(waiting)
    people = sorted(db.session.scalars(select(OutboxMessage.recipient_id).where(waiting).distinct()))
    before, after = f"{_opening(mail_time, due)}.", f".{_portal()}@{mail_domain()}>"
    lately = Mail.message_id.between(_opening(mail_time, due - APART[mail_time]), f"<{mail_time}.~")
    had = set(db.session.scalars(select(Mail.user_id).where(lately, one_of(Mail.user_id, people))))
    fresh = [person for person in people if person not in had]
    facts = {"mail_time": mail_time, "run_after": moment}
    insert_rows(
        Mail, [facts | {"user_id": person, "message_id": f"{before}{person}{after}"} for person in fresh]
    )
    own = literal(before) + cast(OutboxMessage.recipient_id, String) + literal(after)
    mail = select(Mail.id).where(Mail.message_id == own).scalar_subquery()
    carried = update(OutboxMessage).where(waiting, one_of(OutboxMessage.recipient_id, fresh))
    carried = carried.values(mail_id=mail, mail_time=None)
    db.session.execute(carried.execution_options(synchronize_session=False))
    return len(fresh)


def _leave_out_what_needs_no_mail(waiting: ColumnElement[bool]) -> None:
    """Let what was read under the bell wait for no mail any more, nor what waits for people who can have none."""
    read = select(Notification.message_id).where(Notification.read_at.is_not(None))
    read = read.where(Notification.message_id == OutboxMessage.id)
    reachable = select(User.id).where(can_have_mail())
    done = update(OutboxMessage).where(waiting, read.exists() | OutboxMessage.recipient_id.not_in(reachable))
    db.session.execute(done.values(mail_time=None).execution_options(synchronize_session=False))


def _zone() -> ColumnElement[str]:
    return func.coalesce(User.time_zone, current_app.config["ORGANISATION_TIME_ZONE"])


def _day(mail_time: str, zone: str, moment: datetime) -> date:
    """Return the local day of the last digest that is due: today, or this week's Monday, once it is seven there."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    if mail_time == "weekly":
        day -= timedelta(days=(day.weekday() - MONDAY) % 7)
    if moment < _due_at(day, zone):
        day -= timedelta(days=7 if mail_time == "weekly" else 1)
    return day


def _due_at(day: date, zone: str) -> datetime:
    return datetime.combine(day, HOUR, ZoneInfo(zone)).astimezone(UTC)


def _opening(mail_time: str, due: datetime) -> str:
    """Return how the Message-IDs of a digest begin; in the order of text they are in that of time."""
    return f"<{mail_time}.{due:%Y-%m-%dT%H%M}"


def _portal() -> str:
    """Return what tells the mails of this portal from those of another one with the same sender."""
    return hashlib.sha256(f"mail {current_app.config['SECRET_KEY']}".encode()).hexdigest()[:12]
