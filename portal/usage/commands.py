"""Uses at the command line: importing what was used before the portal was there."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from portal.db import unit_of_work
from portal.deals.layouts.queries import layout_of
from portal.deals.services import ORDERS, start_import
from portal.errors import PortalError
from portal.jobs import drain
from portal.storage import storage
from portal.tabular.dates import Order
from portal.tabular.report import report_lines
from portal.usage import tasks
from portal.usage.importing import usage_report

usage = AppGroup("usage", help="Import past uses of content.")
groups = (usage,)


@usage.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--create", is_flag=True, help="Add people and content that are missing as named placeholders.")
@click.option(
    "--dates",
    type=click.Choice(ORDERS),
    default="ask",
    help="Which comes first where the dates leave it open: the month (mdy), the day (dmy), or a guess (auto). "
    "Without it, such a file is refused.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_uses(file: Path, create: bool, dates: Order, dry_run: bool, as_json: bool) -> None:
    """Import uses from a CSV file (at, user_email, asset, kind, deal_id); the same file twice changes nothing."""
    try:
        uses = tasks.read((file, file.name), dates, layout_of("csv", "usage"))
        comparison, known = tasks.compare(uses, create=create)
        if dry_run:
            report = usage_report(comparison, file.name)
        else:
            stored = {"usage": (storage().put_file(file), file.name)}
            with unit_of_work():
                row = start_import(
                    kind="usage", source="csv", files=stored, by=None, dates=dates, create=create
                )
                report = tasks.apply(row, comparison, known)
            drain(kinds=("refresh_use",))
    except PortalError as error:
        raise click.ClickException(error.message) from error
    report.pop("preview", None)
    lines = report_lines(report, dry_run=dry_run)
    click.echo(json.dumps(report, ensure_ascii=False) if as_json else "\n".join(lines))
