"""Questions about notifications."""

from __future__ import annotations

from portal.db import db
from portal.errors import NotFound
from portal.notifications.models import Notification


def own_notification(user_id: int, notification_id: int) -> Notification:
    """Return one of a person's own notifications, or raise NotFound."""
    row = db.session.get(Notification, notification_id)
    if row is None or row.user_id != user_id:
        raise NotFound
    return row
