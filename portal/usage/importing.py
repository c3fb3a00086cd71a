"""Past uses out of a file: which are new, which are known, and which name something that does not exist."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.tabular.cells import shorten
from portal.tabular.reading import Reading
from portal.tabular.report import counted, file_report
from portal.tabular.table import Refusal
from portal.usage.queries import known_source_keys
from portal.usage.reading import UsageRow
from portal.usage.services import NewUse

LONGEST_TITLE = 300
SHOWN = 8


@dataclass(frozen=True)
class Lookup:
    """What the names in a file mean: people by email, content by reference in one case, deals by the CRM's id."""

    people: Mapping[str, int]
    assets: Mapping[str, int]
    deals: Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class UseComparison:
    """What an import of uses would do; the people and content to add are empty unless it may add them."""

    reading: Reading[UsageRow]
    new: list[UsageRow] = field(default_factory=list)
    unchanged: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    people_to_add: list[str] = field(default_factory=list)
    assets_to_add: list[str] = field(default_factory=list)


def asset_key(reference: str) -> str:
    """Return what two ways to write the same reference to content share."""
    return reference.strip().casefold()


def source_key(row: UsageRow) -> str:
    """Return what tells one imported use from all others, so that the same file twice changes nothing."""
    parts = (row.at.isoformat(), row.user_email, asset_key(row.asset), row.kind, row.deal_id or "")
    return "import:" + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def compare_uses(reading: Reading[UsageRow], known: Lookup, *, create: bool) -> UseComparison:
    """Compare the rows with what is known; nothing is written."""
    keys = {row.line: source_key(row) for row in reading.rows}
    seen = known_source_keys(list(keys.values()))
    new: list[UsageRow] = []
    refusals = list(reading.refusals)
    people: dict[str, None] = {}
    assets: dict[str, str] = {}
    unchanged = 0
    for row in reading.rows:
        if keys[row.line] in seen:
            unchanged += 1
            continue
        refusal = _refusal(row, known, create)
        if refusal:
            refusals.append(refusal)
            continue
        new.append(row)
        if row.user_email not in known.people:
            people[row.user_email] = None
        if asset_key(row.asset) not in known.assets:
            assets.setdefault(asset_key(row.asset), row.asset)
    refusals.sort(key=lambda refusal: refusal.line)
    return UseComparison(reading, new, unchanged, refusals, list(people), list(assets.values()))


def _refusal(row: UsageRow, known: Lookup, create: bool) -> Refusal | None:
    if row.deal_id is not None:
        deals = known.deals.get(row.deal_id, ())
        if not deals:
            return _refuse(
                row, "deal_id", row.deal_id, "There is no deal with this id. Import the deals first."
            )
        if len(deals) > 1:
            return _refuse(row, "deal_id", row.deal_id, "Deals of several sources have this id.")
    if row.user_email not in known.people and not create:
        return _refuse(row, "user_email", row.user_email, "There is no person with this email.")
    if asset_key(row.asset) not in known.assets:
        if not create:
            reason = "There is no content with this slug, title or external id."
            return _refuse(row, "asset", row.asset, reason)
        if len(row.asset) > LONGEST_TITLE:
            reason = f"A title has at most {LONGEST_TITLE} characters; this one has {len(row.asset):,}."
            return _refuse(row, "asset", row.asset, reason)
    return None


def _refuse(row: UsageRow, column: str, value: str, reason: str) -> Refusal:
    return Refusal(row.line, column, shorten(value), reason)


def new_uses(comparison: UseComparison, known: Lookup, import_id: int) -> list[NewUse]:
    """Return the new rows as uses to record; with a deal they count as use on it."""
    return [
        NewUse(
            at=row.at,
            asset_id=known.assets[asset_key(row.asset)],
            kind=row.kind,
            user_id=known.people[row.user_email],
            deal_id=known.deals[row.deal_id][0] if row.deal_id else None,
            known_by="imported" if row.deal_id else None,
            source_key=source_key(row),
            import_id=import_id,
        )
        for row in comparison.new
    ]


def usage_report(comparison: UseComparison, filename: str) -> dict[str, Any]:
    """Return the report of an import of uses."""
    outcomes = {"new": len(comparison.new), "unchanged": comparison.unchanged}
    report = file_report(filename, outcomes, comparison.reading, comparison.refusals)
    report["source"] = "usage"
    report["people_added"] = len(comparison.people_to_add)
    report["assets_added"] = len(comparison.assets_to_add)
    if comparison.people_to_add or comparison.assets_to_add:
        people, assets = len(comparison.people_to_add), len(comparison.assets_to_add)
        report["notes"].append(
            f"Added as placeholders: {people} {'person' if people == 1 else 'people'} and "
            f"{counted(assets, 'piece')} of content."
        )
    report["totals"] = {
        "uses": len(comparison.new) + comparison.unchanged,
        "new_on_deals": sum(row.deal_id is not None for row in comparison.new),
    }
    report["preview"] = {
        "new": [
            {
                "line": row.line,
                "at": row.at.isoformat(),
                "person": row.user_email,
                "asset": row.asset,
                "kind": row.kind,
                "deal": row.deal_id,
            }
            for row in comparison.new[:SHOWN]
        ]
    }
    return report
