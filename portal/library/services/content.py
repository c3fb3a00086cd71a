"""Content itself: made, and what is said about it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from portal.db import db, now
from portal.errors import Conflict, Invalid
from portal.jobs import enqueue
from portal.library import history
from portal.library.guidance import Guidance
from portal.library.models import Asset, Term
from portal.library.services.checking import MAX_SUMMARY, checked_kind, checked_text, checked_title
from portal.library.slugs import RESERVED, slug_of
from portal.richtext import MAX_SHORT
from portal.users.models import User
from portal.web.formatting import kind_words

NO_GUIDANCE = Guidance()


def create_asset(
    *,
    by: User | None,
    title: str,
    kind: str,
    summary: str = "",
    guidance: Guidance = NO_GUIDANCE,
    term_ids: Iterable[int] = (),
    owner: User | None = None,
    external_id: str | None = None,
    placeholder: bool = False,
    from_sales: bool = False,
) -> Asset:
    """Make a draft, what sales brings, or a published placeholder for what an import only names.

    It is owned by `owner`, or else by who makes it; the slug never changes.
    """
    title, owner = checked_title(title), owner or by
    asset = Asset(
        slug=_free_slug(title),
        title=title,
        kind=checked_kind(kind),
        summary=checked_text(summary, MAX_SUMMARY, "summary"),
        external_id=_free_external_id(external_id),
        owner_id=owner.id if owner else None,
        is_placeholder=placeholder,
        state="from_sales" if from_sales else "draft",
    )
    _set_guidance(asset, guidance)
    # One moment for both, so that a draft which nobody has touched since can be told.
    asset.created_at = asset.updated_at = now()
    if placeholder:
        # What an import only names has been in use already, and figures speak of what is published.
        asset.state, asset.published_at = "published", asset.created_at
    asset.terms = _terms(term_ids)
    db.session.add(asset)
    db.session.flush()
    history.note(asset, by, "contributed" if from_sales else "created")
    enqueue("index_asset", asset.id, once=True)
    return asset


def change_asset(
    asset: Asset,
    *,
    by: User | None,
    title: str,
    kind: str,
    summary: str,
    guidance: Guidance,
    term_ids: Iterable[int],
    owner_id: int | None,
) -> None:
    """Change what is said about content; the address stays."""
    before, owner_before = said_of(asset), asset.owner
    asset.title = checked_title(title)
    asset.kind = checked_kind(kind)
    asset.summary = checked_text(summary, MAX_SUMMARY, "summary")
    _set_guidance(asset, guidance)
    asset.terms = _terms(term_ids)
    asset.owner = db.session.get(User, owner_id) if owner_id is not None else None
    if owner_id is not None and asset.owner is None:
        raise Invalid("That person is not here any more.", field="owner_id")
    changes: dict[str, Any] = {
        key: [before[key], text] for key, text in said_of(asset).items() if text != before[key]
    }
    if changes:
        history.note(asset, by, "edited", **changes)
    if asset.owner is not owner_before:
        names = [owner.name if owner else None for owner in (owner_before, asset.owner)]
        history.note(asset, by, "owner_changed", owner=names)
    touch(asset)


def said_of(asset: Asset) -> dict[str, str]:
    """Return what is said about content, by field and in words, so that a change of it can be told."""
    terms = ", ".join(sorted(term.name for term in asset.terms))
    said = {"title": asset.title, "kind": kind_words(asset.kind), "summary": asset.summary}
    return {**said, **asdict(asset.guidance), "terms": terms}


def said_stamp(asset: Asset) -> str:
    """Return a short mark of what is said about content, and of who looks after it."""
    terms = sorted(term.id for term in asset.terms)
    return hashlib.sha256(repr((said_of(asset), terms, asset.owner_id)).encode()).hexdigest()[:16]


def name_draft(asset: Asset, *, title: str, kind: str, term_ids: Iterable[int]) -> None:
    """Accept or change what was proposed for a draft."""
    asset.title, asset.kind = checked_title(title), checked_kind(kind)
    asset.terms = _terms(term_ids)
    touch(asset)


def touch(asset: Asset) -> None:
    """Note that content has changed, and have it indexed again."""
    asset.updated_at = now()
    db.session.flush()
    enqueue("index_asset", asset.id, once=True)


def _set_guidance(asset: Asset, guidance: Guidance) -> None:
    for key, text in asdict(guidance).items():
        setattr(asset, key, checked_text(text, MAX_SHORT, key))


def _terms(term_ids: Iterable[int]) -> list[Term]:
    wanted = set(term_ids)
    terms = list(db.session.scalars(select(Term).where(Term.id.in_(wanted)))) if wanted else []
    if len(terms) != len(wanted):
        raise Invalid("One of the filters is not in the vocabulary any more.", field="terms")
    return terms


def _free_slug(title: str) -> str:
    base = slug_of(title)
    taken: Sequence[str] = db.session.scalars(
        select(Asset.slug).where((Asset.slug == base) | Asset.slug.startswith(f"{base}-", autoescape=True))
    ).all()
    used = RESERVED.union(taken)
    slug, number = base, 2
    while slug in used:
        slug, number = f"{base}-{number}", number + 1
    return slug


def _free_external_id(external_id: str | None) -> str | None:
    external_id = (external_id or "").strip() or None
    if external_id is None:
        return None
    if len(external_id) > 200:
        raise Invalid("An external id has at most 200 characters.", field="external_id")
    if db.session.scalar(select(Asset.id).where(Asset.external_id == external_id)) is not None:
        raise Conflict(f"There is already content with the external id {external_id}.", field="external_id")
    return external_id
