"""Questions about notifications."""

from __future__ import annotations

from sqlalchemy import Select, func, select

from portal.db import db
from portal.errors import NotFound
from portal.notifications.models import Notification


def unread_count(user_id: int) -> int:
    """Return how many notifications a person has not read."""
    unread = select(func.count()).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    return db.session.scalar(unread) or 0


def notifications_of(user_id: int) -> Select[tuple[Notification]]:
    """Select a person's notifications, newest first."""
    return select(Notification).where(Notification.user_id == user_id).order_by(Notification.id.desc())


def own_notification(user_id: int, notification_id: int) -> Notification:
    """Return one of a person's own notifications, or raise NotFound."""
    row = db.session.get(Notification, notification_id)
    if row is None or row.user_id != user_id:
        raise NotFound
    return row
