"""`flask demo ...`: load the made-up company into an empty portal, say who can sign in, clear it all."""

from __future__ import annotations

import json
from dataclasses import asdict, astuple
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast
from zoneinfo import ZoneInfo

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from portal.db import now, unit_of_work
from portal.demo import queries, services
from portal.demo.judging import measure_demo, read_demo_judged
from portal.demo.load import load as load_demo
from portal.demo.loading.people import PASSWORD
from portal.demo.simulation import DEALS, SEED
from portal.errors import PortalError
from portal.search.engine import ENGINES, IndexUnusableError, open_engine
from portal.search.evaluating import MEASURES, CollectionUnreadableError, each_query

group = AppGroup("demo", help="Load a made-up company into an empty portal, or clear it.")
groups = (group,)

OCCUPIED = "There are people in this portal already. The demo is loaded only into an empty one."
WHOLE = "The demo is loaded already. To load it anew: flask demo clear --yes, then flask demo load."
WIDTH = 31


@group.command("load")
@click.option("--if-empty", is_flag=True, help="Do nothing when somebody is in this portal already.")
@click.option("--seed", default=SEED, show_default=True, help="Another number tells another story.")
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Tell the story up to the day before this one (YYYY-MM-DD); without it, today.",
)
@click.option(
    "--deals", type=click.IntRange(1, 10_000), default=DEALS, show_default=True, help="How many deals."
)
def load(if_empty: bool, seed: int, today: datetime | None, deals: int) -> None:
    """Load the demo: people, content, deals and eighteen months of use, all made up."""
    day = _day(today)
    with unit_of_work():
        state = queries.state()
        if state == "half":
            click.echo("An earlier load was stopped in the middle: it is cleared first.")
            services.clear()
    if state in ("whole", "other"):
        if if_empty:
            return
        raise click.ClickException(WHOLE if state == "whole" else OCCUPIED)
    if if_empty and state == "empty" and services.was_cleared():
        return
    services.forget_clearing()
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]
    with click.progressbar(length=100, label="Loading the demo", item_show_func=_padded) as bar:
        story = load_demo(
            app, today=day, seed=seed, deals=deals, tell=lambda done, words: bar.update(done - bar.pos, words)
        )
        bar.update(100 - bar.pos, "done")
    pieces = len(story.planted)
    click.echo(
        f"{pieces} pieces of content, {len(story.deals):,} deals, {len(story.uses):,} uses, all simulated."
    )


def _day(today: datetime | None) -> date:
    present = now().astimezone(ZoneInfo(current_app.config["ORGANISATION_TIME_ZONE"])).date()
    if today is None:
        return present
    if today.date() > present:
        raise click.ClickException("The story cannot be told beyond today.")
    return today.date()


def _padded(words: str | None) -> str:
    # A shorter text leaves the end of a longer one on the line.
    return (words or "").ljust(WIDTH)


@group.command("logins")
def logins() -> None:
    """Print who can sign in to the demo; nothing when this portal shows none."""
    found = queries.logins()
    if found:
        click.echo(f"This is a demo. Sign in with the password {PASSWORD} as")
    for login in found:
        click.echo(f"  {login.role:<10}{login.email}")


@group.command("clear")
@click.option("--yes", is_flag=True, help="Needed, because everything in the portal goes.")
def clear(yes: bool) -> None:
    """Remove everything from a demo portal: rows, files and search index."""
    if not yes:
        raise click.ClickException("This removes everything in this portal. Say so with --yes.")
    try:
        with unit_of_work():
            services.clear()
    except PortalError as error:
        raise click.ClickException(error.message) from error
    click.echo("Cleared. The portal is empty.")


@group.command("search-quality")
@click.option("--engine", "name", type=click.Choice(ENGINES), help="Without it, the one of SEARCH_ENGINE.")
@click.option("--json", "as_json", is_flag=True, help="Print the means, and nDCG@10 of each query, as JSON.")
def search_quality(name: str | None, as_json: bool) -> None:
    """Measure how well search finds the demo's content, by judged queries; prints each of them, the worst first."""
    if queries.note() is None:
        raise click.ClickException("This is no demo. The judged queries are about the content of the demo.")
    try:
        judged = read_demo_judged()
        with TemporaryDirectory(prefix="tandem-") as scratch:
            engine = open_engine(Path(scratch), name or current_app.config["SEARCH_ENGINE"])
            quality = measure_demo(judged, engine)
    except (CollectionUnreadableError, IndexUnusableError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        each = {id: round(one.ndcg_10, 3) for id, one in quality.each.items()}
        click.echo(json.dumps({**asdict(quality.mean), "each": each}, indent=1))
        return
    for line in each_query(judged, quality):
        click.echo(line)
    means = zip(MEASURES, astuple(quality.mean), strict=True)
    click.echo(", ".join(f"{measure} {value:.3f}" for measure, value in means))
