"""Writing to the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, exists, insert, literal, select, update

from portal.db import chunks, db, now, one_of
from portal.jobs import enqueue
from portal.notifications.models import Notification, OutboxMessage


def notify(
    *, recipient_id: int, kind: str, title: str, address: str, event_key: str, group: Group | None = None
) -> None:
    """Tell one person something, once per event however often this is called."""
    notify_many([recipient_id], kind=kind, title=title, address=address, event_key=event_key, group=group)


def notify_many(
    recipient_ids: Iterable[int],
    *,
    kind: str,
    title: str,
    address: str,
    event_key: str,
    group: Group | None = None,
) -> None:
    """Tell several people the same, in the transaction of the event; a job delivers it."""
    key, words = (group.key, group.title) if group else (None, None)
    tell(
        [
            Line(person, kind, title, address, event_key, group_key=key, group_title=words)
            for person in dict.fromkeys(recipient_ids)
        ]
    )


def notify_selected(
    recipients: Select[tuple[int]],
    *,
    kind: str,
    title: str,
    address: str,
    event_key: str,
    group: Group | None = None,
) -> int:
    """Tell everybody whom a select of person ids gives, in one statement however many they are; return how many.

    Who was told of this event already is left out. It is made for events that concern thousands.
    """
    people = recipients.distinct().subquery()
    person = people.c[0]
    # Looked up person by person: no index leads from an event to all who were told of it.
    told = exists().where(OutboxMessage.recipient_id == person, OutboxMessage.event_key == event_key)
    facts = {
        "event_key": event_key,
        "kind": kind,
        "title": title[:300],
        "address": address,
        "group_key": group.key if group else None,
        "group_title": group.title[:300] if group else None,
        "created_at": now(),
    }
    columns = [getattr(OutboxMessage, name) for name in facts]
    values = [
        literal(value, column.type).label(column.key)
        for column, value in zip(columns, facts.values(), strict=True)
    ]
    rows = select(person.label("recipient_id"), *values).where(~told)
    written = insert(OutboxMessage).from_select(["recipient_id", *facts], rows, include_defaults=False)
    count: int = db.session.execute(written).rowcount  # type: ignore[attr-defined]
    if count:
        enqueue("deliver_notifications", once=True)
    return count


@dataclass(frozen=True)
class Group:
    """What news belongs to, so that several stand in one line while they are unread.

    `title` follows their number: "new ratings of “Heron deck”".
    """

    key: str
    title: str


@dataclass(frozen=True)
class Line:
    """What one person is told of one event; what they were told of in another line is only kept as told."""

    recipient_id: int
    kind: str
    title: str
    address: str
    event_key: str
    is_shown: bool = True
    group_key: str | None = None
    group_title: str | None = None


def tell(lines: Sequence[Line]) -> int:
    """Tell people many things in a few statements, each once per person and event; return how many lines are new."""
    told = told_of({line.event_key for line in lines}, {line.recipient_id for line in lines})
    fresh = [line for line in lines if (line.recipient_id, line.event_key) not in told]
    if fresh:
        db.session.execute(insert(OutboxMessage), [_row(line) for line in fresh])
        enqueue("deliver_notifications", once=True)
    return sum(line.is_shown for line in fresh)


def _row(line: Line) -> dict[str, Any]:
    facts = asdict(line) | {"title": line.title[:300], "delivered_at": None if line.is_shown else now()}
    del facts["is_shown"]
    return facts


def told_of(event_keys: Iterable[str], among: Iterable[int] | None = None) -> set[tuple[int, str]]:
    """Return who was told of which of these events, as (person, event); of some people it is quicker known."""
    told: set[tuple[int, str]] = set()
    found = select(OutboxMessage.recipient_id, OutboxMessage.event_key)
    if among is not None:
        # The index leads from a person to their events, and not from an event to people.
        found = found.where(one_of(OutboxMessage.recipient_id, list(among)))
    for keys in chunks(event_keys):
        told.update(db.session.execute(found.where(OutboxMessage.event_key.in_(keys))).tuples())
    return told


def unsay(event_key: str, title: str) -> None:
    """Replace what people were told of an event, for words that must not be read any more."""
    messages = select(OutboxMessage.id).where(OutboxMessage.event_key == event_key)
    told = update(Notification).where(Notification.message_id.in_(messages))
    db.session.execute(told.values(title=title[:300]))
    waiting = update(OutboxMessage).where(OutboxMessage.event_key == event_key)
    db.session.execute(waiting.values(title=title[:300]))
