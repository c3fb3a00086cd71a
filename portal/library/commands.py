"""`flask library ...`: content from the command line, for whole folders and for scripts."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from flask.cli import AppGroup

from portal.db import db, unit_of_work
from portal.errors import PortalError
from portal.jobs import drain, pending
from portal.library import queries, services, vocabulary
from portal.library.adding import receive_file, take_file
from portal.library.models import ASSET_KINDS
from portal.users.models import User
from portal.users.queries import user_by_email

group = AppGroup("library", help="Add files to the library.")
groups = (group,)

# How long to wait for a worker that has taken a file out of our hands.
PATIENCE_SECONDS = 120
MISSING = "There is no file at this path."


@dataclass(frozen=True)
class Line:
    """What became of one file; `asset` is its slug, or None when there is no content of it."""

    path: str
    asset: str | None
    state: str
    reason: str
    pages: int = 0
    characters: int = 0


@group.command("add")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--kind", type=click.Choice(ASSET_KINDS), help="The kind; without it, one is proposed from each file."
)
@click.option(
    "--term",
    "terms",
    multiple=True,
    metavar="FACET=VALUE",
    help="Such as industry=Energy; may be repeated.",
)
@click.option("--publish", is_flag=True, help="Publish what could be added, instead of leaving drafts.")
@click.option("--owner", metavar="EMAIL", help="Who looks after the content.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line and file.")
def add(
    paths: tuple[str, ...],
    kind: str | None,
    terms: tuple[str, ...],
    publish: bool,
    owner: str | None,
    as_json: bool,
) -> None:
    """Add files, and all files in folders, each in a transaction of its own.

    A file that is in the library already adds nothing. Hidden files are left out.
    """
    try:
        with unit_of_work():
            term_ids = [_term_id(text) for text in terms]
            person_id = user_by_email(owner).id if owner else None
    except PortalError as error:
        raise click.ClickException(error.message) from error
    files = [file for path in paths for file in _files_at(Path(path))]
    missing = 0
    with _progress(files, as_json) as shown:
        for path in shown:
            if not path.is_file():
                missing += 1
                line = Line(str(path), None, "refused", MISSING)
                click.echo(f"{path}: {MISSING}", err=True)
            else:
                line = _add(path, kind or "", term_ids, person_id, publish)
            click.echo(json.dumps(asdict(line), ensure_ascii=False) if as_json else _words(line))
    drain(kinds=("index_asset",))
    if missing:
        sys.exit(1)


def _term_id(text: str) -> int:
    key, sign, value = text.partition("=")
    if not sign or not value.strip():
        raise click.ClickException(f"--term needs FACET=VALUE, and got “{text}”.")
    return vocabulary.term_for(vocabulary.facet_by_key(key), value).id


def _files_at(path: Path) -> Iterator[Path]:
    """Yield a file, or the files of a folder and its folders by name; a path to nothing is kept, to be told of."""
    if not path.is_dir():
        yield path
        return
    for found in sorted(path.rglob("*")):
        inner = found.relative_to(path).parts
        if found.is_file() and not any(part.startswith((".", "~$")) for part in inner):
            yield found


def _progress(files: list[Path], as_json: bool) -> AbstractContextManager[Iterator[Path]]:
    """Count the files on the terminal, where the lines themselves do not show how far it is."""
    if not as_json or not sys.stderr.isatty():
        return nullcontext(iter(files))
    return click.progressbar(files, label="Adding", file=sys.stderr, show_pos=True)


def _add(path: Path, kind: str, term_ids: list[int], owner_id: int | None, publish: bool) -> Line:
    shown = str(path).encode("utf-8", "replace").decode()
    try:
        with path.open("rb") as stream:
            received = receive_file(stream, path.name)
    except OSError as error:
        return Line(shown, None, "refused", f"It could not be opened: {error.strerror}.")
    with unit_of_work():
        owner = db.session.get(User, owner_id) if owner_id else None
        taken = take_file(received, by=None, owner=owner, kind=kind, term_ids=term_ids)
        if taken.asset is None:
            return Line(shown, None, "refused", taken.reason)
        asset_id, version_id = taken.asset.id, taken.asset.current_version_id
    _read_now(version_id)
    with unit_of_work():
        asset = queries.asset_or_404(asset_id)
        version = asset.current_version
        if version is None:
            return Line(shown, asset.slug, "refused", "It has been removed meanwhile.")
        # A known draft is published too, so that a run which was stopped can be repeated.
        if publish and asset.state != "archived" and version.state != "refused":
            services.publish(asset, None)
        reason = taken.reason or version.state_reason
        return Line(shown, asset.slug, version.state, reason, version.page_count, version.character_count)


def _read_now(version_id: int | None) -> None:
    """Read a version here and now, or wait while a worker does."""
    drain(kinds=("read_version", "draw_version"))
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        with unit_of_work():
            busy = pending("read_version", version_id)
        if not busy:
            return
        time.sleep(0.2)


def _words(line: Line) -> str:
    state = {"indexed": "searchable", "stored_no_text": "stored, no text"}.get(line.state, line.state)
    pages = f"{line.pages:,} {'page' if line.pages == 1 else 'pages'}"
    counts = f" ({pages}, {line.characters:,} characters)" if line.characters else ""
    place = f" -> /library/{line.asset}" if line.asset else ""
    return f"{line.path}{place}: {state}{counts}{'. ' + line.reason if line.reason else ''}"
