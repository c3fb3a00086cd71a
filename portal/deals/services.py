"""Imports: files are read, compared with what is known, shown, and then written in one transaction."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from flask import current_app

from portal.db import db, now
from portal.deals.applying import write
from portal.deals.comparing import Comparison, Readings, compare, seen_now
from portal.deals.history import HistoryComparison, compare_history, write_history
from portal.deals.import_report import deals_report, history_report, removed_report
from portal.deals.layouts.queries import layout_of, layout_of_part
from portal.deals.layouts.services import remember_layouts
from portal.deals.layouts.surveying import survey
from portal.deals.models import DealImport
from portal.deals.reading import HistoryRow, read_accounts, read_deals, read_history, read_users
from portal.deals.reading.values import Ends
from portal.deals.stages.queries import stage_ends
from portal.errors import Conflict, Invalid
from portal.jobs import enqueue
from portal.storage import Stored, storage
from portal.tabular.dates import Order
from portal.tabular.decoding import TableUnreadable
from portal.tabular.fields import Layout
from portal.tabular.reading import Reading
from portal.tabular.report import stored_report
from portal.tabular.table import Table, read_table, written
from portal.users.models import User
from portal.users.services import audit

Kind = Literal["deals", "history", "usage"]
KINDS: tuple[Kind, ...] = ("deals", "history", "usage")
ORDERS: tuple[Order, ...] = ("ask", "auto", "mdy", "dmy")
LONGEST_SOURCE = 40
File = str | os.PathLike[str]


@dataclass(frozen=True)
class ImportOrder:
    """What one stored import asks for, free of the database: its files by part, and how to read them.

    `layout` is what somebody chose for it, or what is remembered of its source; `chosen` that somebody did.
    """

    id: int
    kind: str
    source: str
    dates: Order
    create: bool
    files: dict[str, tuple[Path, str]]
    layout: Layout | None = None
    chosen: bool = False
    is_complete: bool = False
    ends: Ends = field(default_factory=dict)


def checked_source(source: str) -> str:
    """Return the name of a CRM as it is stored and stands in addresses, or refuse it."""
    source = source.strip().lower()
    if not source or len(source) > LONGEST_SOURCE or not source.replace("-", "").replace("_", "").isalnum():
        raise Invalid(
            f"A source has 1 to {LONGEST_SOURCE} letters, digits, hyphens or underscores, such as csv.",
            field="source",
        )
    return source


def open_table(file: File, filename: str, layout: Layout | None = None) -> Table:
    """Read a file as a table; raise TableUnreadable when it is none, or has no rows."""
    table = read_table(file, filename, sheet=(layout or {}).get("sheet", ""))
    if not table.rows and not table.refusals:
        raise TableUnreadable(f"{table.filename} has a header line but no rows.")
    return table


def with_format(reading: Reading[Any], table: Table) -> Reading[Any]:
    """Return the reading with how the file itself is written beside the formats of its columns."""
    formats = {**reading.formats, **written(table)}
    return replace(reading, formats=formats)


def read_deal_files(
    deals: tuple[File, str],
    accounts: tuple[File, str] | None = None,
    users: tuple[File, str] | None = None,
    dates: Order = "auto",
    layout: Layout | None = None,
    ends: Ends | None = None,
) -> Readings:
    """Read the files of one import, each given as (file, name); raise TableUnreadable for the first unreadable one."""
    of_accounts, of_users = layout_of_part(layout, "accounts"), layout_of_part(layout, "users")
    table = open_table(*deals, layout)
    config = current_app.config
    zone = ZoneInfo(config["ORGANISATION_TIME_ZONE"])
    read = with_format(read_deals(table, dates, config["BASE_CURRENCY"], zone, layout, ends), table)
    # What is read is kept; the table itself, which is larger, is not.
    del table
    read_of_accounts = read_of_users = None
    if accounts:
        table = open_table(*accounts, of_accounts)
        read_of_accounts = with_format(read_accounts(table, of_accounts), table)
    if users:
        table = open_table(*users, of_users)
        read_of_users = with_format(read_users(table, of_users), table)
    return Readings(read, read_of_accounts, read_of_users)


def read_history_file(
    file: tuple[File, str], dates: Order = "auto", layout: Layout | None = None, ends: Ends | None = None
) -> Reading[HistoryRow]:
    """Read a stage history, given as (file, name)."""
    config = current_app.config
    table = open_table(*file, layout)
    zone = ZoneInfo(config["ORGANISATION_TIME_ZONE"])
    return with_format(read_history(table, dates, config["BASE_CURRENCY"], zone, layout, ends), table)


def survey_order(order: ImportOrder) -> list[dict[str, Any]]:
    """Return what the columns of an import's files are taken for, file by file, and what has to be asked of them."""
    surveys = []
    for part, (path, name) in order.files.items():
        layout = order.layout if part == order.kind else layout_of_part(order.layout, part)
        surveys.append(survey(open_table(path, name, layout), part, layout, order.dates))
    return surveys


def start_import(
    *,
    kind: Kind,
    source: str,
    files: dict[str, tuple[Stored, str]],
    by: User | None,
    dates: Order = "auto",
    create: bool = False,
    is_complete: bool = False,
) -> DealImport:
    """Write down that an import was asked for.

    `files` maps deals (or history, usage), accounts and users to files; `create` lets an import of uses add
    people and content that it names. `is_complete` says that the deals are the whole CRM, so that others are gone.
    """
    main, name = files[kind]
    row = DealImport(
        kind=kind,
        source=checked_source(source),
        filename=name[:255],
        sha256=main.sha256,
        is_complete=is_complete and kind == "deals",
        created_by_id=by.id if by else None,
        report={"dates": dates, "create": create},
    )
    if "accounts" in files:
        row.accounts_sha256, row.accounts_filename = files["accounts"][0].sha256, files["accounts"][1][:255]
    if "users" in files:
        row.users_sha256, row.users_filename = files["users"][0].sha256, files["users"][1][:255]
    db.session.add(row)
    db.session.flush()
    return row


def order_of(row: DealImport) -> ImportOrder:
    """Return what an import asks for, so that its files can be read outside of any transaction."""
    given = {
        row.kind: (row.sha256, row.filename),
        "accounts": (row.accounts_sha256, row.accounts_filename),
        "users": (row.users_sha256, row.users_filename),
    }
    files = {part: (storage().path(sha), name or "") for part, (sha, name) in given.items() if sha}
    options = row.report or {}
    dates = options.get("dates", "auto")
    create = bool(options.get("create"))
    return ImportOrder(
        row.id,
        row.kind,
        row.source,
        dates if dates in ORDERS else "auto",
        create,
        files,
        layout_of(row.source, row.kind) if row.layout is None else row.layout,
        bool(options.get("columns_chosen")),
        row.is_complete,
        stage_ends(row.source),
    )


def read_order(order: ImportOrder) -> Readings | Reading[HistoryRow]:
    """Read the files of an order of deals or history."""
    if order.kind == "history":
        return read_history_file(order.files["history"], order.dates, order.layout, order.ends)
    files = order.files
    accounts, users = files.get("accounts"), files.get("users")
    readings = read_deal_files(files["deals"], accounts, users, order.dates, order.layout, order.ends)
    return replace(readings, is_complete=order.is_complete)


def compare_readings(readings: Readings | Reading[HistoryRow], source: str) -> Comparison | HistoryComparison:
    """Compare what was read with what is known; nothing is written."""
    if isinstance(readings, Readings):
        return compare(readings, source)
    return compare_history(readings, source)


def report_of(comparison: Comparison | HistoryComparison, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the report of a comparison; `names` says what the file of each part is called."""
    if isinstance(comparison, HistoryComparison):
        return history_report(comparison, names["history"])
    return deals_report(comparison, names["deals"], names.get("accounts", ""), names.get("users", ""))


def _names(row: DealImport) -> dict[str, str]:
    return {
        row.kind: row.filename,
        "accounts": row.accounts_filename or "",
        "users": row.users_filename or "",
    }


def plan_import(row: DealImport, comparison: Comparison | HistoryComparison) -> dict[str, Any]:
    """Keep what an import would change, for its preview, and return the report."""
    return keep_plan(row, report_of(comparison, _names(row)))


def keep_plan(row: DealImport, report: dict[str, Any]) -> dict[str, Any]:
    """Keep a report for the preview; the import waits for somebody to say yes."""
    if row.state == "waiting":
        row.report = {**(row.report or {}), **stored_report(report)}
        row.state = "planned"
    return report


def refuse_import(row: DealImport, reason: str) -> None:
    """Note that the files of an import can't be read, and why."""
    row.state = "unreadable"
    row.report = {**(row.report or {}), "error": reason}


def confirm_import(row: DealImport, *, removals: bool = False) -> None:
    """Let a planned import be applied; a job does it.

    `removals` says yes to marking many deals as removed, which nobody does by accident.
    """
    if row.state not in ("planned", "applying", "applied"):
        raise Conflict("This import cannot be applied as it is.")
    if row.state != "planned":
        return
    report = row.report or {}
    if (report.get("removed") or {}).get("doubtful") and not removals:
        raise Invalid(_too_many(report["removed"]), field="removals")
    row.report = {**report, "removals_confirmed": removals}
    row.state = "applying"


def _too_many(removed: Mapping[str, Any]) -> str:
    return (
        f"The file lacks {removed['deals']:,} of the {removed['known']:,} deals known of this source. "
        "Please confirm that they are gone from the CRM."
    )


def apply_import(row: DealImport, comparison: Comparison | HistoryComparison) -> dict[str, Any]:
    """Write what a comparison found and return the report; an import that was applied already is left as it is."""
    if row.state == "applied":
        return row.report or {}
    if isinstance(comparison, HistoryComparison):
        # Entries are compared again where they are written: another import may have come between.
        comparison = compare_history(comparison.reading, comparison.source)
        write_history(comparison, row.id)
    else:
        if comparison.seen != seen_now():
            comparison = compare(comparison.readings, comparison.source)
        if (
            comparison.gone
            and comparison.gone.is_doubtful
            and not (row.report or {}).get("removals_confirmed")
        ):
            raise Conflict(_too_many(removed_report(comparison.gone)))
        write(comparison, row.id)
    return finish_import(row, report_of(comparison, _names(row)))


def finish_import(row: DealImport, report: dict[str, Any]) -> dict[str, Any]:
    """Note that an import was applied, and have worked out what follows: figures, the worth of requests, wins."""
    # From here on everything that an import does is kept, so that it can be undone.
    row.report = {**(row.report or {}), **stored_report(report), "keeps_all": True}
    row.state, row.applied_at = "applied", now()
    remember_layouts(row, report)
    counts = {name: report[name] for name in ("new", "changed", "unchanged", "refused")}
    audit(row.created_by, f"imported {row.kind}", row.filename, counts)
    for kind in ("score_requests", "compute_impact"):
        enqueue(kind, once=True)
    if row.kind == "deals":
        enqueue("tell_of_wins", row.id)
    return report
