"""The addresses that take updates."""

from __future__ import annotations

from sqlalchemy import select

from portal.db import db
from portal.deals.models import DealHook
from portal.errors import NotFound


def hooks() -> list[DealHook]:
    """Return all hooks: those in use first, the newest before older ones."""
    return list(
        db.session.scalars(select(DealHook).order_by(DealHook.revoked_at.is_not(None), DealHook.id.desc()))
    )


def hook_or_404(hook_id: int) -> DealHook:
    """Return one hook, or raise NotFound."""
    hook = db.session.get(DealHook, hook_id)
    if hook is None:
        raise NotFound
    return hook


def hook_of_key(key: str) -> DealHook | None:
    """Return the hook in use that a key names, if there is one."""
    return db.session.scalar(select(DealHook).where(DealHook.key == key, DealHook.revoked_at.is_(None)))
