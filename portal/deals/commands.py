"""Deals at the command line: imports of deals and of their stage history."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from portal.db import unit_of_work
from portal.deals import services
from portal.deals.import_report import known_lines
from portal.deals.layouts.queries import layout_of
from portal.deals.queries import import_or_404
from portal.deals.services import Kind
from portal.deals.stages.queries import stage_ends
from portal.deals.undo_words import plan_lines
from portal.deals.undoing import undo, undo_plan
from portal.errors import NotFound, PortalError
from portal.jobs import drain
from portal.storage import storage
from portal.tabular.dates import Order
from portal.tabular.report import report_lines

deals = AppGroup("deals", help="Import deals and their stage history from a CRM's files.")
groups = (deals,)

FILE = click.Path(path_type=Path)
source_option = click.option(
    "--source", default="csv", show_default=True, help="Which CRM the ids belong to; a short name."
)
dates_option = click.option(
    "--dates",
    type=click.Choice(services.ORDERS),
    default="ask",
    help="Which comes first where the dates leave it open: the month (mdy), the day (dmy), or a guess (auto). "
    "Without it, such a file is refused.",
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Only say what would change.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@deals.command("import")
@click.argument("file", type=FILE)
@source_option
@click.option("--accounts", type=FILE, help="A file of accounts: adds industry and region.")
@click.option("--users", type=FILE, help="A file of sales people and their teams.")
@click.option("--complete", is_flag=True, help="The file is the whole CRM: deals that it lacks are gone.")
@click.option("--confirm-removals", is_flag=True, help="Mark even more than a fifth of the deals as removed.")
@dates_option
@dry_run_option
@json_option
def import_deals(
    file: Path,
    source: str,
    accounts: Path | None,
    users: Path | None,
    complete: bool,
    confirm_removals: bool,
    dates: Order,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import deals from a CSV file; the same file twice changes nothing."""
    given = {"deals": file, "accounts": accounts, "users": users}
    paths = {part: path for part, path in given.items() if path}
    _run("deals", source, paths, dates, dry_run, as_json, complete, confirm_removals)


@deals.command("import-history")
@click.argument("file", type=FILE)
@source_option
@dates_option
@dry_run_option
@json_option
def import_history(file: Path, source: str, dates: Order, dry_run: bool, as_json: bool) -> None:
    """Import when deals entered their stages (deal_id, stage, entered_at)."""
    _run("history", source, {"history": file}, dates, dry_run, as_json)


@deals.command("undo")
@click.argument("number", type=int)
@click.option("--dry-run", is_flag=True, help="Only say what would be put back.")
def undo_import(number: int, dry_run: bool) -> None:
    """Undo the import of this number: put back what it changed, take away what it made."""
    try:
        with unit_of_work():
            row = import_or_404(number)
            plan = undo_plan(row) if dry_run else undo(row, None)
            click.echo("\n".join(plan_lines(plan)))
    except NotFound as error:
        raise click.ClickException(f"There is no import {number}.") from error
    except PortalError as error:
        raise click.ClickException(error.message) from error
    if not dry_run:
        drain(kinds=("refresh_use",))


def _run(
    kind: Kind,
    source: str,
    paths: dict[str, Path],
    dates: Order,
    dry_run: bool,
    as_json: bool,
    complete: bool = False,
    confirm_removals: bool = False,
) -> None:
    try:
        source = services.checked_source(source)
        layout, ends = layout_of(source, kind), stage_ends(source)
        files = {part: (path, path.name) for part, path in paths.items()}
        if kind == "history":
            readings: Any = services.read_history_file(files["history"], dates, layout, ends)
        else:
            readings = services.read_deal_files(
                files["deals"], files.get("accounts"), files.get("users"), dates, layout, ends
            )
            readings = replace(readings, is_complete=complete)
        comparison = services.compare_readings(readings, source)
        if dry_run:
            names = {part: path.name for part, path in paths.items()}
            report = services.report_of(comparison, names)
        else:
            stored = {part: (storage().put_file(path), path.name) for part, path in paths.items()}
            with unit_of_work():
                row = services.start_import(
                    kind=kind, source=source, files=stored, by=None, dates=dates, is_complete=complete
                )
                row.report = {**(row.report or {}), "removals_confirmed": confirm_removals}
                report = services.apply_import(row, comparison)
    except PortalError as error:
        raise click.ClickException(error.message) from error
    report.pop("preview", None)
    lines = [*report_lines(report, ("accounts", "users"), dry_run=dry_run), *known_lines(report)]
    click.echo(json.dumps(report, ensure_ascii=False) if as_json else "\n".join(lines))
