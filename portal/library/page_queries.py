"""Questions about the pages of a version that the caller was allowed to see: what a viewer shows of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select

from portal.db import db
from portal.errors import NotFound
from portal.library.models import Page, Version

# What a viewer shows of one page in words; the search index has the whole text.
SHOWN_CHARACTERS = 4_000
MOST_PAGES_SHOWN = 300
# How much of a picture's sha256 names it in an address, so that browsers may keep it for good.
PICTURE_NAME = 16


@dataclass(frozen=True)
class ShownPage:
    """One page as a viewer shows it: its number, words and the speaker's notes (each at most SHOWN_CHARACTERS),
    the sha256 of its pictures, and whether it is a hidden slide."""

    number: int
    title: str
    text: str
    image: str | None
    thumbnail: str | None
    width: int | None
    height: int | None
    notes: str = ""
    is_hidden: bool = False


def all_words() -> ColumnElement[str]:
    """Return the SQL of all that a page says, the speaker's notes after its text: never to be shown to a buyer."""
    said: ColumnElement[str] = case(
        (Page.notes == "", Page.text), (Page.text == "", Page.notes), else_=Page.text + "\n" + Page.notes
    )
    return said


def shown_pages(version_id: int) -> list[ShownPage]:
    """Return the first MOST_PAGES_SHOWN pages of a version, in order."""
    found = select(
        Page.number,
        Page.title,
        func.substr(Page.text, 1, SHOWN_CHARACTERS),
        Page.image_sha256,
        Page.thumbnail_sha256,
        Page.width,
        Page.height,
        func.substr(Page.notes, 1, SHOWN_CHARACTERS),
        Page.is_hidden,
    ).where(Page.version_id == version_id)
    rows = db.session.execute(found.order_by(Page.number).limit(MOST_PAGES_SHOWN))
    return [ShownPage(*row) for row in rows.tuples()]


def page_of(version_id: int, number: int) -> Page:
    """Return one page of a version that the caller was allowed to see, or raise NotFound."""
    found = select(Page).where(Page.version_id == version_id, Page.number == number)
    page = db.session.scalar(found)
    if page is None:
        raise NotFound
    return page


def first_picture(version_id: int) -> str | None:
    """Return the sha256 of the small picture that stands for a version in lists, if it has one."""
    found = select(Page.thumbnail_sha256).where(
        Page.version_id == version_id, Page.thumbnail_sha256.is_not(None)
    )
    return db.session.scalar(found.order_by(Page.is_hidden, Page.number).limit(1))


def with_thumbnails(version_ids: Iterable[int | None]) -> dict[int, str]:
    """Return which of these versions have a small picture that stands for them, and what names it in an address."""
    wanted = {version_id for version_id in version_ids if version_id is not None}
    place = func.row_number().over(partition_by=Page.version_id, order_by=(Page.is_hidden, Page.number))
    pages = select(Page.version_id, Page.thumbnail_sha256, place.label("place")).where(
        Page.version_id.in_(wanted), Page.thumbnail_sha256.is_not(None)
    )
    drawn = pages.subquery()
    firsts = select(drawn.c.version_id, drawn.c.thumbnail_sha256).where(drawn.c.place == 1)
    return {number: name[:PICTURE_NAME] for number, name in db.session.execute(firsts)} if wanted else {}


def preview_html(version_id: int) -> str | None:
    """Return the cleaned page that a file was turned into, if it was."""
    return db.session.scalar(select(Version.preview_html).where(Version.id == version_id))


@dataclass(frozen=True)
class Private:
    """What a file holds that the pages for buyers leave out: how many pages have notes, and how many are hidden."""

    notes: int
    hidden: int


def private_parts(version_ids: Sequence[int]) -> Private:
    """Return what of some versions, summed, only their files would show to a buyer."""
    counted = select(func.count(case((Page.notes != "", 1))), func.count(case((Page.is_hidden, 1))))
    return Private(*db.session.execute(counted.where(Page.version_id.in_(version_ids))).one())
