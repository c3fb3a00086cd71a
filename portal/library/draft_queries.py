"""Questions about drafts under review: what is in use already that they are like, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, or_, select

from portal.db import chunks, db
from portal.library.models import Asset
from portal.library.queries import live, visible_assets
from portal.users.models import User


def in_use_by_title(titles: Iterable[str]) -> dict[str, Asset]:
    """Return content in use that has one of these titles already, by the title in small letters."""
    found: dict[str, Asset] = {}
    for part in chunks(dict.fromkeys(titles)):
        # SQLite lowers only plain letters, so the titles as written are asked for too.
        named = or_(Asset.title.in_(part), func.lower(Asset.title).in_([title.lower() for title in part]))
        for asset in db.session.scalars(select(Asset).where(live(), named).order_by(Asset.id.desc())):
            found[asset.title.lower()] = asset
    return found


def published_named(user: User, slugs: Sequence[str]) -> list[Asset]:
    """Return those of the named pieces of content that are published, in the order named."""
    if not slugs:
        return []
    found = visible_assets(user).where(Asset.state == "published", Asset.slug.in_(slugs))
    place = {slug: index for index, slug in enumerate(slugs)}
    return sorted(db.session.scalars(found), key=lambda asset: place[asset.slug])
