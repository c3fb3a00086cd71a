"""What the frame around every page shows: the deal at hand, unread notifications, and whether this is a demo."""

from __future__ import annotations

from typing import Any

from flask import Flask, g
from flask_login import current_user

from portal.db import db
from portal.deals.queries import working_deal
from portal.demo.models import DemoNote
from portal.notifications.bell import unread_count


def init_app(app: Flask) -> None:
    """Give every template what its frame needs."""
    app.context_processor(frame)


def frame() -> dict[str, Any]:
    """Return what the frame shows, read once a request however many templates ask."""
    if "frame" not in g:
        g.frame = {"demo": db.session.get(DemoNote, 1) is not None, "working_deal": None, "unread_count": 0}
        if current_user.is_authenticated:
            user = current_user._get_current_object()
            g.frame["working_deal"] = working_deal(user, g.user_session)
            g.frame["unread_count"] = unread_count(user.id)
    return g.frame
