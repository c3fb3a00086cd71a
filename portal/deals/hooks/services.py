"""Making hooks, checking who sends an update, and writing it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import delete, select

from portal.db import db, now
from portal.deals.comparing import Readings, compare, known_deals
from portal.deals.gone import only
from portal.deals.hooks.queries import hook_of_key
from portal.deals.hooks.reading import (
    id_of,
    is_removal,
    read_update,
    says_removal,
    table_of,
    with_closing_day,
)
from portal.deals.models import DealHook, DealImport, HookCall
from portal.deals.reading import DealRow, read_deals
from portal.deals.services import apply_import, checked_source
from portal.deals.stages.queries import stage_ends
from portal.errors import Conflict, Invalid, PortalError
from portal.tabular.reading import Reading
from portal.tabular.table import Refusal, Table
from portal.usage.sums import local_day
from portal.users.models import User
from portal.users.services import audit

# A signed update is taken this long before and after the moment that it names, and once.
WINDOW = timedelta(minutes=5)
LONGEST_NAME = 120


class NotSigned(PortalError):
    """The signature is wrong, or nobody's; which of the two is never said."""

    status = 401
    title = "Not signed"


@dataclass(frozen=True)
class Taken:
    """What came of an update: new, changed, unchanged or removed, its deal, and the import that wrote it."""

    outcome: str
    deal_id: int | None
    import_id: int | None
    ignored: tuple[str, ...]


def create_hook(*, name: str, source: str, by: User) -> DealHook:
    """Make an address for the updates of one source."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(f"A name has 1 to {LONGEST_NAME} characters.", field="name")
    key, salt = secrets.token_hex(8), secrets.token_urlsafe(32)
    hook = DealHook(key=key, source=checked_source(source), name=name, salt=salt, created_by_id=by.id)
    db.session.add(hook)
    db.session.flush()
    audit(by, "made a deal hook", name, {"source": hook.source})
    return hook


def revoke_hook(hook: DealHook, by: User) -> None:
    """Take no more updates from a hook."""
    if hook.revoked_at is None:
        hook.revoked_at = now()
        audit(by, "closed a deal hook", hook.name)


def secret_of(hook: DealHook) -> str:
    """Return the secret that updates are signed with; without the portal's own key nobody can make it."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"deal hook:{hook.salt}".encode(), hashlib.sha256).hexdigest()


def signature_of(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of an update: HMAC-SHA256 over its timestamp, a point and its body."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def take_update(*, key: str, timestamp: str, signature: str, body: bytes) -> Taken:
    """Write one signed update, once."""
    hook = _checked(key, timestamp, signature, body)
    call = HookCall(hook_id=hook.id, signature=signature_of(secret_of(hook), timestamp, body))
    if db.session.scalar(
        select(HookCall.id).where(HookCall.hook_id == hook.id, HookCall.signature == call.signature)
    ):
        raise Conflict("This very update was taken already.")
    db.session.add(call)
    hook.last_used_at = now()
    taken = _written(hook, read_update(body))
    call.import_id = taken.import_id
    db.session.flush()
    return taken


def _checked(key: str, timestamp: str, signature: str, body: bytes) -> DealHook:
    """Return the hook whose owner signed this just now, or raise NotSigned."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        raise NotSigned("The timestamp has to be the seconds since 1970.")
    if abs(now().timestamp() - int(timestamp)) > WINDOW.total_seconds():
        raise NotSigned("The timestamp is more than five minutes off.")
    hook = hook_of_key(key)
    # Computed for an unknown key too, which so takes as long.
    expected = signature_of(secret_of(hook) if hook else "", timestamp, body)
    given = signature.removeprefix("sha256=").encode("utf-8", "replace")
    if not hmac.compare_digest(expected.encode(), given) or hook is None:
        raise NotSigned("The key or the signature is wrong.")
    return hook


def _written(hook: DealHook, said: dict[str, str]) -> Taken:
    external_id = id_of(said)
    known = known_deals(hook.source, [external_id]).get(external_id)
    if is_removal(said):
        return _removed(hook, external_id, known)
    reading = _read(hook, said, known)
    for refusal in reading.refusals:
        raise Invalid(_reason(refusal), field=refusal.field or None)
    comparison = compare(Readings(reading), hook.source)
    for refusal in comparison.refusals:
        raise Invalid(refusal.reason, field=refusal.field or None)
    outcome, ignored = (
        comparison.deals[0].outcome,
        tuple(name for name in reading.columns.ignored if not says_removal(name)),
    )
    if outcome == "unchanged" and known is not None:
        return Taken(outcome, known["id"], None, ignored)
    row = _import(hook, f"Update of {external_id}")
    apply_import(row, comparison)
    written = known_deals(hook.source, [external_id])[external_id]
    return Taken(outcome, written["id"], row.id, ignored)


def _read(hook: DealHook, said: dict[str, str], known: Mapping[str, Any] | None) -> Reading[DealRow]:
    zone, ends = ZoneInfo(current_app.config["ORGANISATION_TIME_ZONE"]), stage_ends(hook.source)
    currency = current_app.config["BASE_CURRENCY"]
    reading = read_deals(table_of(said, known), "auto", currency, zone, ends=ends)
    if known is None or not any(_lacks_day(refusal) for refusal in reading.refusals):
        return reading
    # A deal that was open ends as this is sent; one that had ended keeps its day.
    day = known["closed_on"] or local_day(now())
    return read_deals(table_of(with_closing_day(said, day), known), "auto", currency, zone, ends=ends)


def _lacks_day(refusal: Refusal) -> bool:
    return refusal.field == "closed" and not refusal.value


def _reason(refusal: Refusal) -> str:
    if _lacks_day(refusal):
        return "The deal is new and closed: send its closing date as “close date”, such as 2026-12-31."
    return refusal.reason


def _removed(hook: DealHook, external_id: str, known: Mapping[str, Any] | None) -> Taken:
    """Mark a deal as gone from its CRM, as an import of the whole CRM without it would."""
    if not external_id:
        raise Invalid("The update has no id: it says which deal is meant.", field="id")
    if known is None:
        raise Invalid(f"No deal of {hook.source} has this id, so none can be removed.", field="id")
    if known["removed_at"] is not None:
        return Taken("unchanged", known["id"], None, ())
    nothing = read_deals(Table("The update", ("id", "stage"), (), (), "UTF-8", ",", ()))
    row = _import(hook, f"Removal of {external_id}")
    # Who signs it says so of this very deal; nobody has to be asked whether that are too many.
    row.report = {"removals_confirmed": True}
    comparison = compare(Readings(nothing), hook.source)
    apply_import(row, replace(comparison, gone=only(known)))
    return Taken("removed", known["id"], row.id, ())


def _import(hook: DealHook, name: str) -> DealImport:
    row = DealImport(
        kind="deals",
        source=hook.source,
        origin="hook",
        filename=name[:255],
        created_by_id=hook.created_by_id,
    )
    db.session.add(row)
    db.session.flush()
    return row


def forget_calls() -> None:
    """Forget updates that are too old to be sent again."""
    db.session.execute(delete(HookCall).where(HookCall.received_at < now() - 12 * WINDOW))
