"""What a rep wants to be told of, and what they were told."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from portal.db import db
from portal.demo.company import EMAIL_DOMAIN
from portal.demo.loading.numbers import Numbers
from portal.discovery.models import SavedSearch
from portal.discovery.saved.fitting import fitting
from portal.discovery.saved.services import ask_about, learn
from portal.discovery.saved.telling import ask_about_written, keep_and_tell
from portal.library.models import Asset
from portal.users.models import User

_OWNER = f"marisol.tamm@{EMAIL_DOMAIN}"
# Name, words, filters, and for how many days it has been there.
_SEARCHES: tuple[tuple[str, str, dict[str, list[str]], int], ...] = (
    ("One-sheeters", "", {"kind": ["one_sheeter"]}, 40),
    ("Product tours", "product tour", {}, 40),
    ("Stories about spare parts", "spare parts", {"kind": ["case_study"]}, 25),
)


def add_saved_searches(numbers: Numbers, moment: datetime) -> None:
    """Add them as they were saved then, and tell their owner of what has gone live since; the index must be there."""
    owner = db.session.get_one(User, numbers.people[_OWNER])
    for name, text, filters, days in _SEARCHES:
        then = moment - timedelta(days=days)
        search = SavedSearch(
            user_id=owner.id, name=name, text=text, filters=filters, created_at=then, seen_at=then
        )
        db.session.add(search)
        db.session.flush()
        found = fitting(owner, text, filters)
        if found is not None:
            learn(search, found, moment)
    asset_ids = db.session.scalars(select(Asset.id)).all()
    ask_about(asset_ids)
    keep_and_tell(ask_about_written(len(asset_ids), moment))
