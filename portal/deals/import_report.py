"""What an import says of itself, as one JSON object: for the command, for the preview and for later."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import current_app

from portal.deals.comparing import Comparison
from portal.deals.gone import Gone
from portal.deals.history import HistoryComparison
from portal.deals.planned import Outcome, PlannedDeal, Sums, plain
from portal.tabular.currencies import minor_digits
from portal.tabular.report import counted, file_report

SHOWN = 8
# What follows from other columns, or is a number that nobody reads.
UNSHOWN = frozenset(
    {
        *("account_id", "owner_id", "removed_at", "crm_status"),
        *("base_amount_minor", "size_minor", "size_amount_minor", "size_currency"),
    }
)
OUTCOMES: tuple[Outcome, ...] = ("new", "changed", "unchanged")


def deals_report(
    comparison: Comparison, filename: str, accounts: str = "", users: str = ""
) -> dict[str, Any]:
    """Return the report of an import of deals with the totals of the rows taken."""
    readings = comparison.readings
    new, changed = comparison.of("new"), comparison.of("changed")
    reopened = [deal for deal in changed if deal.is_reopened]
    outcomes = {"new": len(new), "changed": len(changed), "unchanged": comparison.unchanged}
    report = file_report(filename, outcomes, readings.deals, comparison.refusals)
    report["source"] = comparison.source
    report["notes"] += _notes(comparison)
    report["totals"] = _totals(comparison.sums)
    report["reopened"] = len(reopened)
    report["returned"] = sum(deal.is_back for deal in changed)
    report["removed"] = removed_report(comparison.gone) if comparison.gone else None
    report["new_stages"] = comparison.new_stages
    report["accounts_added"] = len(comparison.accounts.added)
    report["people_added"] = len(comparison.people.added)
    if readings.accounts:
        rows = Counter(comparison.account_outcomes)
        report["accounts"] = file_report(accounts, rows, readings.accounts, readings.accounts.refusals)
    if readings.users:
        rows = Counter(comparison.user_outcomes)
        report["users"] = file_report(users, rows, readings.users, readings.users.refusals)
    report["preview"] = {
        outcome: [_shown(deal) for deal in comparison.of(outcome)[:SHOWN]] for outcome in OUTCOMES
    }
    moved = [deal for deal in changed if not deal.is_reopened]
    report["preview"]["changed"] = [_shown(deal) for deal in moved[:SHOWN]]
    report["preview"]["reopened"] = [_shown(deal) for deal in reopened[:SHOWN]]
    return report


def removed_report(gone: Gone) -> dict[str, Any]:
    """Return what is said of the deals that a file of the whole CRM lacks."""
    return {
        "deals": len(gone.ids),
        "known": gone.known,
        "open": gone.open,
        "open_value": _units(gone.open_minor),
        "currency": current_app.config["BASE_CURRENCY"],
        "doubtful": gone.is_doubtful,
        "unsure": gone.is_unsure,
        "by_updates": gone.by_updates,
        "preview": gone.shown,
    }


def known_lines(report: dict[str, Any]) -> list[str]:
    """Return in words, for a command, what became of known deals that were reopened, came back or are missing."""
    removed = report.get("removed")
    parts = [f"reopened {report['reopened']:,}"] if report.get("reopened") else []
    parts += [f"back in the CRM {report['returned']:,}"] if report.get("returned") else []
    if removed and removed["unsure"]:
        parts.append("none removed, for some rows have no id that can be read")
    elif removed:
        worth = f"{removed['open']:,} of them open, worth {removed['open_value']:,} {removed['currency']}"
        parts.append(f"removed {removed['deals']:,} of {removed['known']:,}, {worth}")
        if removed["by_updates"]:
            parts.append(f"{removed['by_updates']:,} of the removed came by single updates, not by a file")
    return [f"Of the deals known: {'; '.join(parts)}"] if parts else []


def _units(minor: int) -> int | float:
    """Return an amount in whole units of the base currency, without decimals where it has none."""
    value = minor / 10 ** minor_digits(current_app.config["BASE_CURRENCY"])
    return int(value) if value.is_integer() else value


def _totals(sums: Sums) -> dict[str, Any]:
    """Return how many deals there are of each status, and what was won in whole units of the base currency."""
    return {
        "deals": sums.statuses.total(),
        **{status: sums.statuses[status] for status in ("open", "won", "lost")},
        "won_value": _units(sums.won_minor),
        "currency": current_app.config["BASE_CURRENCY"],
    }


def _notes(comparison: Comparison) -> list[str]:
    base = current_app.config["BASE_CURRENCY"]
    foreign = comparison.sums.without_rate
    notes = []
    if foreign:
        stay = "stays" if foreign == 1 else "stay"
        notes.append(f"{counted(foreign, 'amount')} not in {base} {stay} out of all sums: no rate is known.")
    unsized = sum(
        deal.values["status"] != "open"
        and bool(deal.values["amount_minor"])
        and not deal.values["size_amount_minor"]
        for deal in comparison.of("new")
    )
    if unsized:
        notes.append(
            f"{counted(unsized, 'closed deal')} came with a final amount, which is not taken for the size before "
            "closing: too few lost deals have one, so it would give the outcome away."
        )
    notes += comparison.accounts.notes()
    notes += [
        f"{person.name} comes with the email {email} now, and keeps the deals. If that is somebody else, say so "
        "under Owners."
        for email, person in sorted(comparison.people.kept.items())[:20]
    ]
    for name, deals in sorted(comparison.people.unclear.items())[:20]:
        notes.append(
            f"Several people are called {name}, so {counted(deals, 'deal')} got no owner: add the owner's email."
        )
    return notes


def _shown(deal: PlannedDeal) -> dict[str, Any]:
    row = deal.row
    # The CRM's own word is shown only where the portal's stays.
    unshown = UNSHOWN | {"crm_stage"} if "stage" in deal.before else UNSHOWN
    after = {name: plain(deal.values.get(name)) for name in deal.before if name not in unshown}
    return {
        "line": row.line,
        "id": row.external_id,
        "name": deal.values["name"],
        "account": row.account,
        "owner": row.owner_name or row.owner_email,
        "stage": deal.values["stage"],
        "amount_minor": deal.values["amount_minor"],
        "currency": deal.values["currency"],
        "closed": plain(row.closed_on or row.expected_close),
        "changes": [[name, deal.before[name], value] for name, value in after.items()],
    }


def history_report(comparison: HistoryComparison, filename: str) -> dict[str, Any]:
    """Return the report of an import of stage history; its rows are entries, so none can have changed."""
    outcomes = Counter({"new": len(comparison.new_rows), "unchanged": comparison.unchanged})
    report = file_report(filename, outcomes, comparison.reading, comparison.refusals)
    report["source"] = comparison.source
    if comparison.sizes:
        report["notes"].append(
            f"The size before closing was learnt for {counted(len(comparison.sizes), 'deal')}."
        )
    report["totals"] = {
        "entries": len(comparison.new_rows) + comparison.unchanged,
        "deals": len({deal_id for deal_id, _, _ in comparison.entries}),
        "sizes": len(comparison.sizes),
    }
    if comparison.replaced:
        entries = "stage entry" if len(comparison.replaced) == 1 else "stage entries"
        report["notes"].append(
            f"{len(comparison.replaced):,} {entries} from the days of earlier imports give way to this history."
        )
    report["preview"] = {
        "new": [
            {"line": row.line, "id": row.deal_id, "stage": row.stage, "closed": plain(row.entered_on)}
            for row in comparison.new_rows[:SHOWN]
        ]
    }
    return report
