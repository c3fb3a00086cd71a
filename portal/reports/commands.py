"""Reports at the command line."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from portal.impact.forms import LOGGED
from portal.reports.adoption import adoption_table
from portal.reports.coverage import COVERAGE_BY, coverage_table
from portal.reports.exports import FORMATS
from portal.reports.filters import BY, Filters, read_filters
from portal.reports.from_sales import from_sales_table
from portal.reports.queries import teams
from portal.reports.search import search_table
from portal.reports.table import Table
from portal.reports.usage import usage_table

group = AppGroup("reports", help="Write reports to files.")
groups = (group,)


@group.command("export")
@click.argument("report", type=click.Choice(["usage", "adoption", "coverage", "from-sales", "search"]))
@click.option("--format", "file_format", type=click.Choice(list(FORMATS)), required=True, help="The format.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write."
)
@click.option("--from", "first", default="", metavar="DAY", help="The first day, as in 2026-01-31.")
@click.option("--to", "last", default="", metavar="DAY", help="The last day.")
@click.option("--kind", default="", help="Only this kind of content (usage).")
@click.option("--team", default="", help="Only people of this team.")
@click.option(
    "--by",
    type=click.Choice(list(COVERAGE_BY)),
    default="person",
    show_default=True,
    help="Rows (adoption, coverage); months for coverage alone.",
)
@click.option(
    "--without-inferred", is_flag=True, help="Leave out what was inferred from mails, meetings and days."
)
def export(
    report: str,
    file_format: str,
    out: Path,
    first: str,
    last: str,
    kind: str,
    team: str,
    by: str,
    without_inferred: bool,
) -> None:
    """Write a report with all of its content to a file, as an admin sees it."""
    asked = {"from": first, "to": last, "kind": kind, "team": team, "by": by}
    asked |= {"uses": LOGGED if without_inferred else ""}
    filters, errors = read_filters(asked, teams(), COVERAGE_BY if report == "coverage" else BY)
    if errors:
        name, words = next(iter(errors.items()))
        raise click.BadParameter(words, param_hint=f"--{name}")
    table = _table(report, filters)
    try:
        out.write_bytes(FORMATS[file_format].write(table))
    except OSError as error:
        raise click.ClickException(f"{out} could not be written: {error.strerror}.") from error
    rows = len(table.rows)
    click.echo(f"{out}: {table.title}, {rows:,} {'row' if rows == 1 else 'rows'}, {table.period.lower()}")


def _table(report: str, filters: Filters) -> Table:
    if report == "search":
        return search_table(filters)
    if report == "from-sales":
        return from_sales_table(None, filters)
    if report == "coverage":
        return coverage_table(filters)
    return usage_table(None, filters) if report == "usage" else adoption_table(filters)
