"""Changing much content at once: what would change is shown piece by piece first, and done as it was shown."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.errors import Invalid
from portal.library import services as library
from portal.library.life import services
from portal.library.life.dates import after_check, kind_days
from portal.library.life.queries import replacement_of
from portal.library.life.telling import tell_new_owner
from portal.library.models import Asset
from portal.library.services.checking import checked_replacement
from portal.users.models import User
from portal.web.formatting import day

ACTIONS = ("verify", "owner", "expire", "archive")
MOST = 500


@dataclass(frozen=True)
class Task:
    """What is to be done to each piece, with the value that the action takes."""

    action: str
    owner: User | None = None
    expires_on: date | None = None
    replaced_by: Asset | None = None
    never_expires: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether the action has the value without which nothing can be said of it."""
        needed = {"owner": self.owner, "expire": self.expires_on or self.never_expires or None}
        return self.action not in needed or needed[self.action] is not None


@dataclass(frozen=True)
class Planned:
    """What will become of one piece: from what to what, whether sales gets it back, or why it is left alone."""

    asset_id: int
    slug: str
    title: str
    kind: str
    stamp: str
    before: str
    after: str = ""
    left_alone: str = ""
    goes_back: bool = False

    @property
    def token(self) -> str:
        """Which piece it is, and how it was when this was shown."""
        return f"{self.asset_id}-{self.stamp}"


@dataclass(frozen=True)
class Outcome:
    """Which were changed, the titles of those left alone or changed by others meanwhile, and how many are gone."""

    changed: tuple[int, ...]
    left_alone: tuple[str, ...]
    changed_meanwhile: tuple[str, ...]
    gone: int


def check(task: Task) -> None:
    """Refuse a value that no piece of content could take; the field says which."""
    if task.action not in ACTIONS:
        raise Invalid("Please choose what to do.")
    if task.owner is not None and not task.owner.is_active:
        raise Invalid("Please choose somebody who can sign in.", field="owner_id")
    if task.expires_on is not None and task.never_expires:
        raise Invalid("Give a day, or tick that they never expire, not both.", field="expires_on")
    if task.expires_on is not None:
        services.check_expiry(task.expires_on)
    if task.replaced_by is not None:
        checked_replacement(task.replaced_by)


def plan(assets: Iterable[Asset], task: Task) -> list[Planned]:
    """Return what a task will do to each piece, without doing it."""
    of_kinds = kind_days()
    return [_planned(asset, task, of_kinds) for asset in assets]


def _planned(asset: Asset, task: Task, of_kinds: Mapping[str, int]) -> Planned:
    before, after, why = _change(asset, task, of_kinds)
    goes_back = not why and asset.is_expired and (task.action == "verify" or task.never_expires)
    return Planned(
        asset.id, asset.slug, asset.title, asset.kind, stamp_of(asset), before, after, why, goes_back
    )


def stamp_of(asset: Asset) -> str:
    """Return a short mark of everything that these actions change or depend on."""
    facts = (
        *(asset.state, asset.owner_id, asset.review_by, asset.review_days, asset.expires_on),
        *(asset.replaced_by_id, asset.verified_at, asset.updated_at),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]


def _change(asset: Asset, task: Task, of_kinds: Mapping[str, int]) -> tuple[str, str, str]:
    """Return what was, what will be, and why nothing will be, in words."""
    if task.action == "verify":
        return _checking(asset, of_kinds)
    if task.action == "owner":
        return _owning(asset, task.owner)
    if task.action == "expire":
        return _expiring(asset, task)
    return _archiving(asset, task.replaced_by)


def _checking(asset: Asset, of_kinds: Mapping[str, int]) -> tuple[str, str, str]:
    kept = after_check(asset, of_kinds)
    before = f"look by {day(asset.review_by)}" if asset.review_by else "no day to look again"
    after = f"checked today, look by {day(kept.review_by)}"
    if kept.moves_expiry:
        gone = "expired" if asset.is_expired else "expires"
        before, after = f"{gone} {day(asset.expires_on)}", f"{after}, expires {day(kept.expires_on)}"
    why = services.verify_refusal(asset)
    if not why and services.is_checked_today(asset, of_kinds):
        why = "Checked today already."
    return before, after, why


def _owning(asset: Asset, owner: User | None) -> tuple[str, str, str]:
    before = asset.owner.name if asset.owner else "nobody"
    if owner is None:
        return before, "", ""
    return before, owner.name, "It is theirs already." if asset.owner_id == owner.id else ""


def _expiring(asset: Asset, task: Task) -> tuple[str, str, str]:
    before = f"expires {day(asset.expires_on)}" if asset.expires_on else "never expires"
    why = "It is archived. Restore it first." if asset.state == "archived" else ""
    if task.never_expires:
        return before, "never expires", why or ("" if asset.expires_on else "It never expires already.")
    if task.expires_on is not None and asset.expires_on == task.expires_on:
        why = "It expires on this day already."
    return before, f"expires {day(task.expires_on)}" if task.expires_on else "", why


def _archiving(asset: Asset, replaced_by: Asset | None) -> tuple[str, str, str]:
    after = f"archived, replaced by “{replaced_by.title}”" if replaced_by else "archived"
    why = ""
    if asset.state == "archived":
        why = "It is archived already."
    elif asset.state == "from_sales":
        why = "It came from sales: adopt, merge or decline it instead."
    elif replaced_by is not None and replaced_by.id == asset.id:
        why = "It is the replacement."
    return asset.shown_state.replace("_", " "), after, why


def apply(assets: Sequence[Asset], stamps: Mapping[int, str], task: Task, by: User) -> Outcome:
    """Do a task to content that is still as it was shown; what others changed meanwhile is left as they left it."""
    check(task)
    of_kinds = kind_days()
    changed, left, meanwhile = [], [], []
    archived: list[tuple[Asset, Asset | None]] = []
    for asset in assets:
        if stamps[asset.id] != stamp_of(asset):
            meanwhile.append(asset.title)
        elif _planned(asset, task, of_kinds).left_alone:
            left.append(asset.title)
        else:
            if task.action == "archive":
                archived.append((asset, task.replaced_by or replacement_of(asset)))
            else:
                _do(asset, task, by, of_kinds)
            changed.append(asset.id)
    library.archive_all(archived, by)
    if task.action == "owner":
        tell_new_owner([asset for asset in assets if asset.id in set(changed)], task.owner, by)
    return Outcome(tuple(changed), tuple(left), tuple(meanwhile), len(stamps) - len(assets))


def _do(asset: Asset, task: Task, by: User, of_kinds: Mapping[str, int]) -> None:
    if task.action == "verify":
        services.verify(asset, by, of_kinds)
    elif task.action == "owner" and task.owner is not None:
        services.change_owner(asset, by, task.owner)
    elif task.action == "expire" and task.is_whole:
        services.set_dates(
            asset,
            by,
            review_by=asset.review_by,
            review_days=asset.review_days,
            expires_on=task.expires_on,
            replaced_by=asset.replaced_by,
        )
