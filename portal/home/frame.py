"""What the frame around every page shows: the deal at hand, unread notifications, and whether this is a demo."""

from __future__ import annotations

from typing import Any

from flask import Flask, g
from flask_login import current_user
from sqlalchemy import exists, literal, select

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
        user = current_user._get_current_object() if current_user.is_authenticated else None
        # One statement for both, since every page asks.
        unread = unread_count(user.id) if user else literal(0)
        is_demo, number = db.session.execute(select(exists().where(DemoNote.id == 1), unread)).one()
        deal = working_deal(user, g.user_session) if user else None
        g.frame = {"demo": is_demo, "working_deal": deal, "unread_count": number}
    return g.frame
