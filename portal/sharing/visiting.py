"""Counting what buyers do with a link: openings, pieces looked at, files taken, and the address they gave."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select, update

from portal.db import db, now
from portal.library.models import Page
from portal.notifications.clearing import forget_news
from portal.notifications.services import Group, notify
from portal.sharing.models import PageView, ShareItem, ShareLink, Visit
from portal.usage.sums import local_day

_OPENED = "link_opened"


def begin_visit(link_id: int, key: str, email: str = "") -> None:
    """Note that a link was asked for; whether a person looks is not known yet."""
    db.session.add(Visit(link_id=link_id, key=key, email=email))


def see_visit(link_id: int, key: str) -> None:
    """Count a visit: its browser has shown the page, which robots and previewers do not do."""
    mine = update(Visit).where(Visit.link_id == link_id, Visit.key == key, Visit.seen_at.is_(None))
    if db.session.execute(mine.values(seen_at=now())).rowcount:  # type: ignore[attr-defined]
        _tell_sender(link_id, key)


def see_piece(link_id: int, key: str, position: int, page_number: int | None = None) -> None:
    """Note which piece a visit looks at, so that this is known where no time is measured; without a page, its first.

    A page that buyers are not shown was asked for by nobody who looked, so that nothing is noted of it.
    """
    found = select(Visit.id, ShareItem.id, ShareItem.version_id).join(
        ShareItem, ShareItem.link_id == Visit.link_id
    )
    mine = found.where(Visit.link_id == link_id, Visit.key == key, ShareItem.position == position)
    row = db.session.execute(mine).one_or_none()
    if row is None:
        return
    visit_id, item_id, version_id = row
    shown = _pages_of(version_id)
    page_number = shown[0] if page_number is None else page_number
    if page_number not in shown:
        return
    known = select(PageView.id).where(PageView.visit_id == visit_id, PageView.item_id == item_id).limit(1)
    if db.session.scalar(known) is None:
        moment = now()
        db.session.add(
            PageView(
                visit_id=visit_id,
                item_id=item_id,
                version_id=version_id,
                page_number=page_number,
                milliseconds=0,
                first_at=moment,
                last_at=moment,
            )
        )


def _pages_of(version_id: int) -> list[int]:
    """Return the numbers of the pages that buyers see; what has none is looked at as a whole, as its page 1."""
    pages = select(Page.number).where(Page.version_id == version_id, Page.is_hidden.is_(False))
    return list(db.session.scalars(pages.order_by(Page.number))) or [1]


def note_download(link_id: int, key: str, position: int) -> None:
    """Note that the buyer took the file of a piece; that is a visit too, even where pictures are not loaded."""
    visit = db.session.scalar(select(Visit).where(Visit.link_id == link_id, Visit.key == key))
    if visit is None:
        return
    visit.downloaded_at = visit.downloaded_at or now()
    if visit.seen_at is None:
        visit.seen_at = now()
        _tell_sender(link_id, key)
    see_piece(link_id, key, position)


def _tell_sender(link_id: int, key: str) -> None:
    """Tell who sent a link that it was opened, where they asked for that: at most once a day."""
    link = db.session.get_one(ShareLink, link_id)
    if not link.notify_when_opened:
        return
    email = db.session.scalar(select(Visit.email).where(Visit.key == key))
    notify(
        recipient_id=link.created_by_id,
        kind=_OPENED,
        title=f"{email or link.recipient or 'A buyer'} opened “{link.name}”",
        address=f"/links/{link.id}",
        event_key=f"link_opened:{link.id}:{local_day(now())}",
        group=Group(f"link_opened:{link.id}", f"openings of “{link.name}”"),
    )


def forget_unseen_visits(before: datetime) -> None:
    """Delete visits begun before a moment of which no page was ever shown."""
    db.session.execute(delete(Visit).where(Visit.seen_at.is_(None), Visit.at < before))


def forget_old_visits(before: datetime) -> None:
    """Delete visits seen before a moment, with times, emails and news of them; how often links were opened stays."""
    old = (
        select(
            Visit.link_id,
            func.count().label("opens"),
            func.count(Visit.downloaded_at).label("downloads"),
            func.min(Visit.seen_at).label("first"),
            func.max(Visit.seen_at).label("last"),
        )
        .where(Visit.seen_at < before)
        .group_by(Visit.link_id)
    )
    for link_id, opens, downloads, first_at, last_at in db.session.execute(old).all():
        counts = {
            "past_opens": ShareLink.past_opens + opens,
            "past_downloads": ShareLink.past_downloads + downloads,
            "past_first_at": func.coalesce(ShareLink.past_first_at, first_at),
            "past_last_at": last_at,
        }
        db.session.execute(update(ShareLink).where(ShareLink.id == link_id).values(counts))
    db.session.execute(delete(Visit).where(Visit.seen_at < before))
    # They name the email that was given.
    forget_news(_OPENED, before)


def give_email(link_id: int, key: str, email: str) -> None:
    """Keep the email that a visitor gave in the middle of a visit."""
    mine = update(Visit).where(Visit.link_id == link_id, Visit.key == key)
    db.session.execute(mine.values(email=email))
