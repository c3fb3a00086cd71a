"""The list of figures as a file, at the command line: what the page shows at the address of the same choice."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from portal.errors import PortalError
from portal.impact.exploring.asking import must_ask
from portal.impact.exploring.filters import LOGGED
from portal.impact.exploring.listing import DEFAULT_SORT
from portal.reports.exports import FORMATS
from portal.reports.impact_table import impact_table
from portal.users.queries import teams


@click.command("export")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="A .csv, .xlsx or .docx file.",
)
@click.option("--snapshot", type=click.IntRange(1), help="The snapshot's number; the latest if not given.")
@click.option(
    "--from", "begin", default="", metavar="DAY", help="Deals closed from this day on, as in 2026-01-31."
)
@click.option("--to", "end", default="", metavar="DAY", help="Deals closed up to this day.")
@click.option("--segment", default="", help="Only deals of this segment.")
@click.option("--region", default="", help="Only deals of this region.")
@click.option("--industry", default="", help="Only deals of this industry.")
@click.option("--product", default="", help="Only deals of this product.")
@click.option("--team", default="", help="Only deals of this team, by its name or number.")
@click.option("--kind", default="", help="Only content of this kind, such as case_study.")
@click.option("--verdict", default="", help="Only content with this verdict, such as won_more.")
@click.option(
    "--sort", default=DEFAULT_SORT, show_default=True, help="The order, falling with a - before it."
)
@click.option(
    "--without-inferred", is_flag=True, help="Leave out what was inferred from mails, meetings and days."
)
@with_appcontext
def export(out: Path, snapshot: int | None, without_inferred: bool, **asked: str) -> None:
    """Write the figures of a choice of deals, with all of their content, to a file."""
    ending = out.suffix.removeprefix(".").lower()
    if ending not in FORMATS:
        raise click.BadParameter(f"A file ends in .{', .'.join(FORMATS)}.", param_hint="--out")
    named = next((str(team.id) for team in teams() if team.name == asked["team"]), asked["team"])
    arguments = (
        asked
        | {"team": named}
        | {"snapshot": str(snapshot or ""), "uses": LOGGED if without_inferred else ""}
    )
    try:
        table = impact_table(None, must_ask(None, arguments))
        out.write_bytes(FORMATS[ending].write(table))
    except PortalError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{out} could not be written: {error.strerror}.") from error
    click.echo(f"{out}: {table.title}, {len(table.rows):,} {'row' if len(table.rows) == 1 else 'rows'}")
