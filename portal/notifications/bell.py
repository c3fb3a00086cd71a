"""What stands under the bell: unread news first, what belongs together in one line, and what was read below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    cast,
    func,
    literal,
    select,
    union_all,
    update,
)

from portal.db import db, now
from portal.notifications.kinds import KINDS
from portal.notifications.models import Notification

# The number beside the bell says "99+" from here on, so that nobody's number takes longer than this.
MOST_COUNTED = 100
OTHER_ICON = "bell"


@dataclass(frozen=True)
class BellLine:
    """One line: what it says, of how many news, and the newest of them, which opening it leads to."""

    id: int
    text: str
    icon: str
    count: int
    is_unread: bool
    at: datetime


def unread_count(user_id: int) -> ScalarSelect[int]:
    """Say in SQL how many lines a person has not read, at most MOST_COUNTED; every page asks this."""
    lines = select(_line_key()).where(_of(user_id), Notification.read_at.is_(None)).distinct()
    return select(func.count()).select_from(lines.limit(MOST_COUNTED).subquery()).scalar_subquery()


def bell_lines(user_id: int) -> Select[tuple[int, int, int]]:
    """Select a person's lines as (newest notification, how many, is unread): unread ones first, then the newest."""
    unread = select(
        func.max(Notification.id).label("newest"), func.count().label("size"), literal(1).label("new")
    )
    unread = unread.where(_of(user_id), Notification.read_at.is_(None)).group_by(_line_key())
    read = select(Notification.id, literal(1), literal(0)).where(
        _of(user_id), Notification.read_at.is_not(None)
    )
    lines = union_all(unread, read).subquery()
    found = select(lines.c.newest, lines.c.size, lines.c.new)
    return found.order_by(lines.c.new.desc(), lines.c.newest.desc())


def shown_lines(rows: Sequence[tuple[int, int, int]]) -> list[BellLine]:
    """Return lines of bell_lines with their words, in the same order."""
    ids = [newest for newest, _, _ in rows]
    news = {row.id: row for row in db.session.scalars(select(Notification).where(Notification.id.in_(ids)))}
    return [_shown(news[newest], size) for newest, size, _ in rows]


def mark_read(user_id: int, line: Notification | None = None) -> None:
    """Mark all of a person's news as read, or one and what stood in one line with it when they saw it."""
    mine = update(Notification).where(_of(user_id), Notification.read_at.is_(None))
    if line is not None:
        same = Notification.id == line.id
        if line.group_key is not None and line.read_at is None:
            # What has come since was not seen.
            same |= (Notification.group_key == line.group_key) & (Notification.id < line.id)
        mine = mine.where(same)
    db.session.execute(mine.values(read_at=now()))


def _of(user_id: int) -> ColumnElement[bool]:
    return Notification.user_id == user_id


def _line_key() -> ColumnElement[str]:
    """Say in SQL what news of one line share; what belongs to nothing is a line of its own."""
    return func.coalesce(Notification.group_key, literal("#") + cast(Notification.id, String))


def _shown(newest: Notification, size: int) -> BellLine:
    joined = size > 1 and newest.group_title
    return BellLine(
        id=newest.id,
        text=f"{size:,} {newest.group_title}" if joined else newest.title,
        icon=KINDS[newest.kind].icon if newest.kind in KINDS else OTHER_ICON,
        count=size,
        is_unread=newest.read_at is None,
        at=newest.created_at,
    )
