"""Writing to the outbox, delivering from it, and reading what came."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import insert, select, update

from portal.db import db, now
from portal.jobs import enqueue
from portal.notifications.models import Notification, OutboxMessage

BATCH = 500


def notify(*, recipient_id: int, kind: str, title: str, address: str, event_key: str) -> None:
    """Tell one person something, once per event however often this is called."""
    notify_many([recipient_id], kind=kind, title=title, address=address, event_key=event_key)


def notify_many(recipient_ids: Iterable[int], *, kind: str, title: str, address: str, event_key: str) -> None:
    """Tell several people the same, in the transaction of the event; a job delivers it."""
    told = set(
        db.session.scalars(select(OutboxMessage.recipient_id).where(OutboxMessage.event_key == event_key))
    )
    rows = [
        {
            "recipient_id": person,
            "kind": kind,
            "title": title[:300],
            "address": address,
            "event_key": event_key,
        }
        for person in dict.fromkeys(recipient_ids)
        if person not in told
    ]
    if rows:
        db.session.execute(insert(OutboxMessage), rows)
        enqueue("deliver_notifications", once=True)


def deliver(limit: int = BATCH) -> int:
    """Put waiting messages under their recipients' bells and mark them delivered; return how many."""
    waiting = select(OutboxMessage).where(OutboxMessage.delivered_at.is_(None)).order_by(OutboxMessage.id)
    messages = list(db.session.scalars(waiting.limit(limit)))
    if not messages:
        return 0
    db.session.execute(
        insert(Notification),
        [
            {
                "user_id": message.recipient_id,
                "message_id": message.id,
                "kind": message.kind,
                "title": message.title,
                "address": message.address,
                "created_at": message.created_at,
            }
            for message in messages
        ],
    )
    for message in messages:
        message.delivered_at = now()
    return len(messages)


def mark_read(user_id: int, notification_id: int | None = None) -> None:
    """Mark one notification of a person as read, or all of them."""
    mine = update(Notification).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    if notification_id is not None:
        mine = mine.where(Notification.id == notification_id)
    db.session.execute(mine.values(read_at=now()))
