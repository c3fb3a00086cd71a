"""Making hooks, checking who sends an update, and writing it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import delete, select

from portal.db import db, now
from portal.deals.comparing import Readings, compare, known_deals
from portal.deals.hooks.queries import hook_of_key
from portal.deals.hooks.reading import id_of, read_update, table_of
from portal.deals.models import DealHook, DealImport, HookCall
from portal.deals.reading import read_deals
from portal.deals.services import apply_import, checked_source
from portal.deals.stages.queries import stage_ends
from portal.errors import Conflict, Invalid, PortalError
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
    """What came of an update: new, changed or unchanged, its deal, and its import where something was written."""

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
    config = current_app.config
    known = known_deals(hook.source, [external_id]).get(external_id)
    zone = ZoneInfo(config["ORGANISATION_TIME_ZONE"])
    reading = read_deals(
        table_of(said, known), "auto", config["BASE_CURRENCY"], zone, ends=stage_ends(hook.source)
    )
    for refusal in reading.refusals:
        raise Invalid(refusal.reason, field=refusal.field or None)
    comparison = compare(Readings(reading), hook.source)
    for refusal in comparison.refusals:
        raise Invalid(refusal.reason, field=refusal.field or None)
    outcome, ignored = comparison.deals[0].outcome, reading.columns.ignored
    if outcome == "unchanged" and known is not None:
        return Taken(outcome, known["id"], None, ignored)
    row = DealImport(
        kind="deals",
        source=hook.source,
        origin="hook",
        filename=f"Update of {external_id}"[:255],
        created_by_id=hook.created_by_id,
    )
    db.session.add(row)
    db.session.flush()
    apply_import(row, comparison)
    written = known_deals(hook.source, [external_id])[external_id]
    return Taken(outcome, written["id"], row.id, ignored)


def forget_calls() -> None:
    """Forget updates that are too old to be sent again."""
    db.session.execute(delete(HookCall).where(HookCall.received_at < now() - 12 * WINDOW))
