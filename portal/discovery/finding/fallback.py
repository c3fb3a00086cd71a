"""Finding without an index: slower, without an order by relevance, and by plain words alone."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.db import db
from portal.library.models import Asset, Page
from portal.library.page_queries import all_words
from portal.library.queries import visible_assets, worth_offering
from portal.users.models import User

MOST_WORDS = 8
_SIGNS = '"\u201c\u201d\u201e\u00ab\u00bb'


def by_database(user: User, text: str) -> tuple[int, ...]:
    """Return what has every word in its title, summary or a page, the newest first."""
    found = visible_assets(user).with_only_columns(Asset.id).where(worth_offering(user))
    for word in text.split()[:MOST_WORDS]:
        bare = word.strip(_SIGNS) or word
        page = select(Page.version_id).where(_has(all_words(), bare))
        in_page = Asset.current_version_id.in_(page)
        found = found.where(or_(_has(Asset.title, bare), _has(Asset.summary, bare), in_page))
    return tuple(db.session.scalars(found.order_by(Asset.published_at.desc().nulls_last(), Asset.id.desc())))


def _has(column: ColumnElement[str] | InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    """Say in SQL that a text has a word, in capitals or not: SQLite folds the case of ASCII alone."""
    forms = {word, word.lower(), word.upper(), word.capitalize()} if not word.isascii() else {word}
    return or_(*(column.icontains(form, autoescape=True) for form in sorted(forms)))
