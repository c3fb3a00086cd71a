"""What happened to content, written down in the transaction in which it happens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from portal.db import chunks, db, insert_rows
from portal.jobs import enqueue_all
from portal.library.guidance import FIELDS
from portal.library.models import Asset, AssetEvent, HygieneFinding, Version
from portal.users.models import User
from portal.web.formatting import day

# How each action reads after a name: "Ana Ruiz published version 3".
ACTIONS = {
    "created": "added it",
    "edited": "edited what is said about it",
    "version_added": "added version {number}",
    "version_restored": "brought back version {earlier} as version {number}",
    "version_published": "put version {number} in place",
    "version_refused": "refused the file of version {number}",
    "published": "published it",
    "archived": "archived it",
    "restored": "restored it",
    "verified": "checked it: still right",
    "owner_changed": "changed its owner",
    "dates_changed": "changed when it is reviewed or expires",
    "review_asked": "asked for a review of version {number}",
    "review_withdrawn": "took back the review of version {number}",
    "approved": "approved version {number}",
    "sent_back": "asked for changes to version {number}",
    "contributed": "brought it from sales",
    "adopted": "adopted it from sales",
    "merged": "merged it into other content",
    "merged_in": "merged a contribution into it",
    "declined": "declined it",
    "withdrawn": "took it back",
    "offered_again": "offered it again",
}

# What an event may keep as a pair of before and after: its name, and how nothing reads.
CHANGES = {
    "owner": ("owner", "nobody"),
    "review_by": ("look by", "no day"),
    "review_days": ("own interval in days", "none"),
    "expires_on": ("expires", "never"),
    "replaced_by": ("replaced by", "nothing"),
}
# What is said about content, of which an event keeps what stood there before and after.
SAID = {
    "title": "Title",
    "kind": "Kind",
    "summary": "Summary",
    **{key: heading for key, (heading, _) in FIELDS.items()},
    "terms": "Filters",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def note(
    asset: Asset,
    by: User | None,
    action: str,
    *,
    version: Version | None = None,
    why: str = "",
    **detail: Any,
) -> None:
    """Write down what a person (or, without one, the portal) did to an asset, and why."""
    if action not in ACTIONS:
        raise ValueError(f"unknown action {action}")
    db.session.add(
        AssetEvent(
            asset_id=asset.id,
            version_id=version.id if version else None,
            user_id=by.id if by else None,
            action=action,
            note=why,
            detail=detail or None,
        )
    )
    if action != "created":
        _look_over([asset.id])


def note_all(happened: Sequence[tuple[Asset, dict[str, Any]]], by: User | None, action: str) -> None:
    """Write down that the same was done to many assets at once, each with its detail."""
    facts = {"user_id": by.id if by else None, "action": action, "note": ""}
    insert_rows(
        AssetEvent, [{"asset_id": asset.id, "detail": detail or None, **facts} for asset, detail in happened]
    )
    _look_over([asset.id for asset, _ in happened])


def _look_over(asset_ids: Sequence[int]) -> None:
    """Have those looked over again of which something was found wrong: it may be mended by this."""
    with db.session.no_autoflush:
        for part in chunks(asset_ids):
            concerns = or_(HygieneFinding.asset_id.in_(part), HygieneFinding.other_asset_id.in_(part))
            found = db.session.execute(
                select(HygieneFinding.asset_id, HygieneFinding.other_asset_id).where(concerns)
            )
            named = {number for pair in found for number in pair}
            if named:
                enqueue_all("look_over_library", [number for number in part if number in named])


def words_of(event: AssetEvent) -> str:
    """Say what an event was, to stand after the name of who did it."""
    number = event.version.number if event.version else "that is gone"
    known = {"number": number, "earlier": "an earlier one", **(event.detail or {})}
    detail = event.detail or {}
    said = f": {', '.join(SAID[key] for key in SAID if key in detail)}" if event.action == "edited" else ""
    return ACTIONS[event.action].format_map(known) + said.rstrip(": ") + _what_changed(detail)


def said_before(event: AssetEvent) -> tuple[tuple[str, str], ...]:
    """Return what an edit put something else in the place of, as (field, text)."""
    detail = event.detail or {} if event.action == "edited" else {}
    return tuple((SAID[key], detail[key][0]) for key in SAID if key in detail and detail[key][0])


def _what_changed(detail: dict[str, Any]) -> str:
    """Say from what to what the facts changed that an event kept as pairs: " (expires: never, now 3 Mar 2027)"."""
    changes = [
        f"{name}: {_plain(detail[key][0], none)}, now {_plain(detail[key][1], none)}"
        for key, (name, none) in CHANGES.items()
        if isinstance(detail.get(key), list) and len(detail[key]) == 2
    ]
    return f" ({'; '.join(changes)})" if changes else ""


def _plain(value: Any, none: str) -> str:
    if value is None:
        return none
    text = str(value)
    return day(date.fromisoformat(text)) if _DAY.fullmatch(text) else text
