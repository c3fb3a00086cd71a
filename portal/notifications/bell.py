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
    """One line: what it says, of how many news, when the latest was, and the newest, which opening it leads to."""

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


def bell_lines(user_id: int) -> Select[tuple[int, int, datetime]]:
    """Select a person's lines as (newest notification, how many, latest moment): unread ones first, then the latest.

    What a mail could not carry comes under the bell late, so that the order of coming is not that of the moments.
    """
    new, read = Notification.read_at.is_(None), Notification.read_at.is_not(None)
    latest = func.max(Notification.created_at).label("latest")
    unread = select(func.max(Notification.id).label("newest"), func.count().label("size"), latest)
    unread = unread.add_columns(literal(1).label("new")).where(_of(user_id), new).group_by(_line_key())
    single = select(Notification.id, literal(1), Notification.created_at, literal(0))
    lines = union_all(unread, single.where(_of(user_id), read)).subquery()
    found = select(lines.c.newest, lines.c.size, lines.c.latest)
    return found.order_by(lines.c.new.desc(), lines.c.latest.desc(), lines.c.newest.desc())


def shown_lines(rows: Sequence[tuple[int, int, datetime]]) -> list[BellLine]:
    """Return lines of bell_lines with their words, in the same order."""
    ids = [newest for newest, _, _ in rows]
    news = {row.id: row for row in db.session.scalars(select(Notification).where(Notification.id.in_(ids)))}
    return [_shown(news[newest], size, latest) for newest, size, latest in rows]


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


def _shown(newest: Notification, size: int, latest: datetime) -> BellLine:
    joined = size > 1 and newest.group_title
    return BellLine(
        id=newest.id,
        text=f"{size:,} {newest.group_title}" if joined else newest.title,
        icon=KINDS[newest.kind].icon if newest.kind in KINDS else OTHER_ICON,
        count=size,
        is_unread=newest.read_at is None,
        at=latest,
    )
