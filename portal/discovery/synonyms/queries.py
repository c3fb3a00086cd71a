"""Questions about words that mean the same."""

from __future__ import annotations

from sqlalchemy import select

from portal.db import db
from portal.discovery.models import SynonymGroup
from portal.search.query import Synonyms


def synonyms() -> Synonyms:
    """Return all groups of words and phrases that mean the same, for reading a query with."""
    groups = db.session.scalars(select(SynonymGroup.phrases).order_by(SynonymGroup.id))
    return tuple(tuple(phrases) for phrases in groups)
