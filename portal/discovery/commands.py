"""`flask search ...`: search from the command line, and keep the index true."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, astuple
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from portal.db import db, unit_of_work
from portal.discovery.answering import answer
from portal.discovery.finding import Found
from portal.discovery.learning.services import log_search, new_key
from portal.errors import PortalError
from portal.library.indexing import all_documents, engine, reason_to_rebuild, rebuilding
from portal.library.models import Asset
from portal.search.engine import ENGINES, Engine, IndexUnusableError, open_engine
from portal.search.evaluating import (
    MEASURES,
    Collection,
    CollectionUnreadableError,
    Quality,
    each_query,
    evaluate,
    read_collection,
)
from portal.users.models import User
from portal.users.queries import user_by_email

group = AppGroup("search", help="Search as somebody, rebuild the index, or see to it that there is one.")
groups = (group,)


@group.command("query")
@click.argument("text")
@click.option(
    "--as", "email", default=None, help="Search as this person; without it, with a marketer's eyes."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print a list of asset, title, score, page and snippet."
)
def query(text: str, email: str | None, as_json: bool) -> None:
    """Search the library."""
    user, found = _answered(text, email)
    rows = [
        {
            "asset": hit.asset.slug,
            "title": hit.asset.title,
            "score": hit.score,
            "page": hit.page_number,
            "snippet": "".join(part.text for part in hit.fragments),
        }
        for hit in found.hits
    ]
    if email and found.is_ranked and not found.says_nothing:
        _log(user.id, text, found)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        place = f", page {row['page']}" if row["page"] else ""
        click.echo(f"{row['title']}  [{row['asset']}{place}]\n    {row['snippet']}")
    for sentence in _said(found):
        click.echo(sentence)


def _answered(text: str, email: str | None) -> tuple[User, Found]:
    """Search with the eyes of a person; without a database or an index, say how to make it."""
    stranger = User(id=0, name="Command line", role="marketer", status="active")
    try:
        user = user_by_email(email) if email else stranger
        db.session.execute(select(Asset.id).limit(1))  # without a database that comes first
        if problem := engine().check(thorough=False):
            raise click.ClickException(f"{problem} To build it: flask --app portal search rebuild.")
        return user, answer(user, text)
    except PortalError as error:
        raise click.ClickException(error.message) from error
    except OperationalError as error:
        told = f"The database cannot be read ({error.orig}). To make it: flask --app portal db upgrade."
        raise click.ClickException(told) from error


def _said(found: Found) -> Iterator[str]:
    yield from found.not_understood
    if found.says_nothing:
        yield "There is no word to search for in this."
        return
    yield f"{found.total} found{f' for {found.instead}' if found.instead else ''}."
    if found.did_you_mean:
        yield f"Did you mean: {found.did_you_mean}"


def _log(user_id: int, text: str, found: Found) -> None:
    count = 0 if found.instead else found.total
    db.session.rollback()
    with unit_of_work():
        log_search(
            key=new_key(),
            user_id=user_id,
            text=text,
            filters={},
            result_count=count,
            deal_id=None,
            corrected=found.instead,
        )


@group.command("rebuild")
def rebuild() -> None:
    """Build the index anew beside the live one, with the engine that is set, and swap it in."""
    db.session.rollback()  # whoever waits for the lock reads afterwards what was written meanwhile
    with rebuilding():
        total = db.session.scalar(select(func.count()).select_from(Asset)) or 0
        with click.progressbar(length=total, label=f"Indexing with {engine().wanted}") as bar:
            done = 0

            def show(number: int) -> None:
                nonlocal done
                bar.update(number - done)
                done = number

            engine().rebuild(all_documents(), progress=show)
    click.echo(f"{engine().count()} pieces of content can be found.")


@group.command("ensure")
@click.pass_context
def ensure(context: click.Context) -> None:
    """Rebuild the index if it is missing, damaged, or of another version or engine than is set; else do nothing."""
    reason = reason_to_rebuild()
    if reason is None:
        click.echo(f"The search index is whole ({engine().wanted}).")
        return
    click.echo(f"The search index is rebuilt: {reason}")
    context.invoke(rebuild)


@group.command("evaluate")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--engine", "name", type=click.Choice(ENGINES), help="Without it, the one of SEARCH_ENGINE.")
@click.option("--each", is_flag=True, help="Print the measures of each query too, the worst first.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, without a progress bar.")
def evaluate_collection(folder: Path, name: str | None, each: bool, as_json: bool) -> None:
    """Measure how well the portal's settings rank the test collection in FOLDER, laid out as BEIR's are."""
    name = name or current_app.config["SEARCH_ENGINE"]
    try:
        collection = read_collection(folder)
        with tempfile.TemporaryDirectory(prefix="tandem-") as scratch:
            quality = _evaluate(collection, open_engine(Path(scratch), name), quiet=as_json)
    except (CollectionUnreadableError, IndexUnusableError) as error:
        raise click.ClickException(str(error)) from error
    if missing := len(collection.judged.missing):
        click.echo(f"Judged relevant but not in corpus.jsonl, so never found: {missing:,}.", err=True)
    if as_json:
        counts = {"documents": len(collection.documents), "queries": len(quality.each)}
        speed = {"queries_per_second": round(quality.queries_per_second, 1)}
        click.echo(json.dumps({"engine": name, **counts, **asdict(quality.mean), **speed}))
        return
    click.echo(f"{len(collection.documents):,} documents, {len(quality.each):,} judged queries, {name}")
    for measure, value in zip(MEASURES, astuple(quality.mean), strict=True):
        click.echo(f"{measure:<11} {value:.3f}")
    click.echo(f"Queries a second: {quality.queries_per_second:,.0f}")
    for line in each_query(collection.judged, quality) if each else ():
        click.echo(line)


def _evaluate(collection: Collection, engine: Engine, quiet: bool) -> Quality:
    if quiet:
        return evaluate(collection, engine)
    with click.progressbar(length=len(collection.documents), label="Indexing", file=sys.stderr) as bar:
        return evaluate(collection, engine, progress=lambda done: bar.update(done - bar.pos))
