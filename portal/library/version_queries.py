"""Questions about versions: what happened to them, and their pages as far as two of them are compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.library.comparing import ComparedPage
from portal.library.history import said_before, words_of
from portal.library.models import Asset, AssetEvent, Page, Version
from portal.library.page_queries import MOST_PAGES_SHOWN, all_words
from portal.library.queries import shown_versions
from portal.library.reviewing.queries import comments_on
from portal.users.models import User

# What two versions are compared by at most, each: pages as far as a viewer shows them, and characters.
MOST_CHARACTERS = 1_000_000
# The events that are answers to a review.
_ANSWERED = {"approved": "approve", "sent_back": "changes"}


@dataclass(frozen=True)
class Happening:
    """One line of a history: who (None: the portal itself) did what, when and why; words follow the name.

    `before` is what stood there before an edit, as (field, text).
    """

    action: str
    who: str | None
    words: str
    why: str
    at: datetime
    before: tuple[tuple[str, str], ...] = ()


def history_of(user: User, asset: Asset, *, limit: int) -> list[Happening]:
    """Return what happened to content, newest first, but for versions that the person may not see.

    What was said about it before is for marketing alone.
    """
    shown = shown_versions(user, asset).with_only_columns(Version.id)
    told = AssetEvent.version_id.is_(None) | AssetEvent.version_id.in_(shown)
    found = (
        select(AssetEvent)
        .options(joinedload(AssetEvent.user), joinedload(AssetEvent.version))
        .where(AssetEvent.asset_id == asset.id, told)
        .order_by(AssetEvent.at.desc(), AssetEvent.id.desc())
        .limit(limit)
    )
    events = db.session.scalars(found).all()
    said = comments_on(asset, user) if any(event.action in _ANSWERED for event in events) else {}
    return [
        Happening(
            event.action,
            event.user.name if event.user else None,
            words_of(event),
            event.note or said.get(_answer_of(event), ""),
            event.at,
            said_before(event) if user.is_marketing else (),
        )
        for event in events
    ]


def _answer_of(event: AssetEvent) -> tuple[int | None, int | None, str | None]:
    """Return whose answer to which review an event is about, and what it was."""
    return (event.detail or {}).get("review_id"), event.user_id, _ANSWERED.get(event.action)


def pages_to_compare(version_id: int) -> tuple[list[ComparedPage], bool]:
    """Return a version's pages with their whole text, and whether something had to be left out."""
    length = func.sum(func.length(Page.text) + func.length(Page.notes)).over(order_by=Page.number)
    lengths = select(Page.number, length.label("so_far")).where(Page.version_id == version_id).subquery()
    found = (
        select(Page.number, Page.title, func.substr(all_words(), 1, MOST_CHARACTERS), Page.image_sha256)
        .join(lengths, lengths.c.number == Page.number)
        .where(
            Page.version_id == version_id,
            Page.number <= MOST_PAGES_SHOWN,
            or_(lengths.c.so_far <= MOST_CHARACTERS, Page.number == 1),
        )
        .order_by(Page.number)
    )
    pages = [ComparedPage(*row) for row in db.session.execute(found).tuples()]
    whole = db.session.scalar(select(func.count()).where(Page.version_id == version_id))
    cut = len(pages) != whole or any(len(page.text) >= MOST_CHARACTERS for page in pages)
    return pages, cut
