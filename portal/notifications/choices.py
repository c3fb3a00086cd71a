"""How people want each kind of news: under the bell or not, and when by mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from portal.db import db
from portal.errors import Invalid
from portal.notifications.kinds import KINDS, Kind
from portal.notifications.models import MAIL_TIMES, Mail, NotificationChoice, OutboxMessage

MAIL_TIME_WORDS = {"now": "At once", "daily": "Once a day", "weekly": "Once a week", "never": "Never"}


@dataclass(frozen=True)
class Way:
    """How one kind of news reaches a person."""

    in_app: bool
    mail_time: str


@dataclass(frozen=True)
class Choice:
    """One kind of news, and how a person gets it."""

    key: str
    kind: Kind
    way: Way


def choices_of(user_id: int) -> list[Choice]:
    """Return how a person gets each kind of news, chosen or not."""
    rows = db.session.scalars(select(NotificationChoice).where(NotificationChoice.user_id == user_id))
    chosen = {row.kind: Way(row.in_app, row.mail_time) for row in rows}
    return [Choice(key, kind, chosen.get(key, _usual(key))) for key, kind in KINDS.items()]


def choose(user_id: int, ways: Mapping[str, Way]) -> None:
    """Remember how a person wants some kinds of news, for what comes and for what waits to be mailed."""
    if any(kind not in KINDS or way.mail_time not in MAIL_TIMES for kind, way in ways.items()):
        raise Invalid("Please choose one of the times that are offered.")
    present = {choice.key: choice.way for choice in choices_of(user_id)}
    changed = {kind: way for kind, way in ways.items() if way != present[kind]}
    mine = NotificationChoice.user_id == user_id
    db.session.execute(delete(NotificationChoice).where(mine, NotificationChoice.kind.in_(changed)))
    for kind, way in changed.items():
        if way != _usual(kind):
            row = NotificationChoice(user_id=user_id, kind=kind, in_app=way.in_app, mail_time=way.mail_time)
            db.session.add(row)
        if way.mail_time != present[kind].mail_time:
            _change_what_waits(user_id, kind, way.mail_time)
    db.session.flush()


def stop_mail(user_id: int, kinds: Iterable[str]) -> dict[str, str]:
    """Send a person no more mail of some kinds; return when each of them came until now."""
    stopped = {choice.key: choice.way for choice in choices_of(user_id) if choice.key in set(kinds)}
    choose(user_id, {kind: Way(way.in_app, "never") for kind, way in stopped.items()})
    return {kind: way.mail_time for kind, way in stopped.items()}


def bring_mail_back(user_id: int, before: Mapping[str, str]) -> None:
    """Let mail of some kinds come again as it did before."""
    present = {choice.key: choice.way for choice in choices_of(user_id)}
    choose(user_id, {kind: Way(present[kind].in_app, when) for kind, when in before.items()})


def _usual(kind: str) -> Way:
    return Way(True, KINDS[kind].mail_time)


def _change_what_waits(user_id: int, kind: str, mail_time: str) -> None:
    """Let what waits for a digest wait for the other one or none, and take it out of mails that have not gone."""
    told = update(OutboxMessage).where(OutboxMessage.recipient_id == user_id, OutboxMessage.kind == kind)
    if mail_time != "now":
        later = None if mail_time == "never" else mail_time
        db.session.execute(told.where(OutboxMessage.mail_time.is_not(None)).values(mail_time=later))
    if mail_time == "never":
        waiting = select(Mail.id).where(Mail.user_id == user_id, Mail.state == "waiting")
        db.session.execute(told.where(OutboxMessage.mail_id.in_(waiting)).values(mail_id=None))
