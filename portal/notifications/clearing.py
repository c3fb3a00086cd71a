"""What became of news long ago is cleared, so that the tables do not grow for ever; what still matters stays.

Lines that nobody has read yet, and all that is still to be delivered, mailed or told, are left however old they are.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select

from portal.db import Model, db, one_of
from portal.notifications.models import Mail, Notification, OutboxMessage, WebhookPost

BATCH = 5_000
ENDED = ("sent", "uncertain", "failed")
# These are told when a state is found again, as a day that has passed or a comment that is changed: what is kept of
# them says that it was told already.
KEPT_AS_TOLD = ("life", "mention")
# What others refer to comes after them.
CLEARED: tuple[type[Model], ...] = (Notification, Mail, WebhookPost, OutboxMessage)


def clear_next(table: type[Model], before: datetime, after_id: int) -> int | None:
    """Delete the next rows of a table that ended before a moment, and return the last one's id; None without any.

    It goes on after an id, so that a long list is worked off in short transactions.
    """
    key = table.__table__.c.id
    found = select(key).where(key > after_id, _is_over(table, before)).order_by(key).limit(BATCH)
    ids = list(db.session.scalars(found))
    if not ids:
        return None
    gone = delete(table).where(one_of(key, ids))
    db.session.execute(gone.execution_options(synchronize_session=False))
    return ids[-1]


def forget_news(kind: str, before: datetime) -> None:
    """Delete all that was told of one kind before a moment, read or not: what it names is kept no longer."""
    db.session.execute(
        delete(OutboxMessage).where(OutboxMessage.kind == kind, OutboxMessage.created_at < before)
    )


def _is_over(table: type[Model], before: datetime) -> ColumnElement[bool]:
    if table is Notification:
        return Notification.read_at < before
    if table is Mail:
        return Mail.state.in_(ENDED) & (Mail.created_at < before)
    if table is WebhookPost:
        return WebhookPost.state.in_(ENDED) & (WebhookPost.created_at < before)
    shown = exists().where(Notification.message_id == OutboxMessage.id)
    over = (OutboxMessage.delivered_at < before) & OutboxMessage.kind.not_in(KEPT_AS_TOLD) & ~shown
    return over & OutboxMessage.mail_id.is_(None) & OutboxMessage.mail_time.is_(None)
