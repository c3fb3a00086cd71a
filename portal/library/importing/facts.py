"""What a sidecar's row says, as rows of the database: the person, the filters, the days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from portal.db import unit_of_work
from portal.errors import PortalError
from portal.library import history
from portal.library.importing.sidecar import SidecarRow
from portal.library.models import Asset
from portal.library.services import change_asset, touch
from portal.library.vocabulary import facet_by_key, find_term, term_for
from portal.users.queries import user_by_email


@dataclass(frozen=True)
class Facts:
    """What is said of a file: "", None or no terms where nothing is said; faults are what could not be taken.

    `own` is whether a row speaks of this very file.
    """

    title: str = ""
    kind: str = ""
    term_ids: tuple[int, ...] = ()
    owner_id: int | None = None
    expires: date | None = None
    faults: tuple[str, ...] = ()
    own: bool = False


class Register:
    """Finds people and terms by name, each once in a run; `dry` leaves the vocabulary as it is."""

    def __init__(self, *, dry: bool = False) -> None:
        self._dry = dry
        self._people: dict[str, int | str] = {}
        self._terms: dict[tuple[str, str], int | str] = {}

    def facts_of(self, row: SidecarRow, otherwise: Facts) -> Facts:
        """Return what a row says; where it is silent, what the command said of all files."""
        faults = list(row.faults)
        owner_id = self._owner(row.owner, faults) if row.owner else None
        term_ids = dict.fromkeys(otherwise.term_ids)
        term_ids |= dict.fromkeys(self._term_ids(row.terms, faults))
        return replace(
            otherwise,
            title=row.title,
            kind=row.kind or otherwise.kind,
            term_ids=tuple(term_ids),
            owner_id=owner_id or otherwise.owner_id,
            expires=row.expires,
            faults=tuple(f"Line {row.line}: {fault}" for fault in faults),
            own=True,
        )

    def _owner(self, email: str, faults: list[str]) -> int | None:
        key = email.casefold()
        if key not in self._people:
            with unit_of_work():
                self._people[key] = _person(email)
        return _number(self._people[key], faults)

    def _term_ids(self, pairs: Iterable[tuple[str, str]], faults: list[str]) -> list[int]:
        found = []
        for facet, value in pairs:
            key = (facet.casefold(), value.casefold())
            if key not in self._terms:
                # A transaction of its own: a file that is refused must not take back what later ones carry.
                with unit_of_work():
                    self._terms[key] = self._term(facet, value)
            number = _number(self._terms[key], faults)
            found += [number] if number else []
        return found

    def _term(self, key: str, value: str) -> int | str:
        try:
            facet = facet_by_key(key)
            if not self._dry:
                return term_for(facet, value).id
            term = find_term(facet, value)
            return term.id if term else 0
        except PortalError as error:
            return error.message


def _person(email: str) -> int | str:
    try:
        person = user_by_email(email)
    except PortalError as error:
        return error.message
    return person.id if person.is_active else f"{person.name} can't sign in, and so can't own content."


def _number(found: int | str, faults: list[str]) -> int | None:
    if isinstance(found, int):
        return found or None
    faults.append(found)
    return None


def apply_to_known(asset: Asset, facts: Facts) -> bool:
    """Change what is said of content that was there already, as far as the row says it; return whether it did."""
    term_ids = {term.id for term in asset.terms}
    changed = (
        (facts.title or asset.title) != asset.title
        or (facts.kind or asset.kind) != asset.kind
        or (facts.owner_id or asset.owner_id) != asset.owner_id
        or not term_ids.issuperset(facts.term_ids)
    )
    if changed:
        change_asset(
            asset,
            by=None,
            title=facts.title or asset.title,
            kind=facts.kind or asset.kind,
            summary=asset.summary,
            guidance=asset.guidance,
            term_ids=term_ids.union(facts.term_ids),
            owner_id=facts.owner_id or asset.owner_id,
        )
    if facts.expires is None or facts.expires == asset.expires_on:
        return changed
    before = asset.expires_on.isoformat() if asset.expires_on else None
    asset.expires_on = facts.expires
    history.note(asset, None, "dates_changed", expires_on=[before, facts.expires.isoformat()])
    touch(asset)
    return True
