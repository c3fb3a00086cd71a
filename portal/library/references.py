"""Which content an import means by what it wrote: a slug, an external id or a title."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import case, func, select

from portal.db import chunks, db
from portal.library.models import Asset


def asset_by_reference(text: str) -> Asset | None:
    """Return the content that an import means: by slug, else external id, else title, published before others."""
    wanted = text.strip()
    if not wanted:
        return None
    for column, value in ((Asset.slug, wanted.lower()), (Asset.external_id, wanted)):
        asset = db.session.scalar(select(Asset).where(column == value))
        if asset is not None:
            return asset
    # SQLite lowers only plain letters, so the title as written is asked for too.
    titled = select(Asset).where((func.lower(Asset.title) == wanted.lower()) | (Asset.title == wanted))
    return db.session.scalar(titled.order_by((Asset.state == "published").desc(), Asset.id).limit(1))


def assets_by_reference(references: Iterable[str]) -> dict[str, int]:
    """Return what asset_by_reference says of each, for whole files: those that name nothing are left out."""
    wanted = {text: text.strip() for text in references if text.strip()}
    slugs = _first_ids(Asset.slug, {text.lower() for text in wanted.values()})
    externals = _first_ids(Asset.external_id, wanted.values())
    # SQLite lowers only plain letters, so the title as written is asked for too.
    titles = _first_ids(Asset.title, wanted.values())
    lowered = _first_ids(func.lower(Asset.title), {text.lower() for text in wanted.values()})
    found: dict[str, int] = {}
    for text, name in wanted.items():
        titled = [row for row in (titles.get(name), lowered.get(name.lower())) if row]
        best = slugs.get(name.lower()) or externals.get(name) or (min(titled) if titled else None)
        if best:
            found[text] = best[1]
    return found


def _first_ids(column: Any, values: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return by value (0 for published or 1, id) of the content it names, published before others."""
    firsts: dict[str, tuple[int, int]] = {}
    for part in chunks(set(values)):
        rows = select(column, case((Asset.state == "published", 0), else_=1), Asset.id).where(
            column.in_(part)
        )
        for value, place, asset_id in db.session.execute(rows):
            firsts[value] = min(firsts.get(value, (place, asset_id)), (place, asset_id))
    return firsts
