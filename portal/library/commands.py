"""`flask library ...`: content from the command line, for whole folders and for scripts."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from portal.db import unit_of_work
from portal.errors import PortalError
from portal.jobs import do_now, waiting_jobs
from portal.library.importing import telling
from portal.library.importing.facts import Facts, Register
from portal.library.importing.finding import Finding, find_files
from portal.library.importing.running import Wish, add_files, foresee, shown
from portal.library.importing.sidecar import NAME, Sidecar
from portal.library.importing.telling import Counts, CsvReport, Line
from portal.library.models import ASSET_KINDS
from portal.library.reading import soffice_path
from portal.library.services import draw_again
from portal.library.undrawn_queries import shown_as_text, version_by_id
from portal.library.vocabulary import facet_by_key, term_for
from portal.users.queries import user_by_email

group = AppGroup("library", help="Add files to the library.")
groups = (group,)

MISSING = "There is no file at this path."
GO_ON = "What was added stays. Run the same command again to go on."
FILE = click.Path(path_type=Path)
TERM_HELP = "Such as industry=Energy; may be repeated."
SIDECAR_HELP = (
    "A CSV file with path, title, kind, terms, owner and expires of the files. Without it, "
    f"a file named {NAME} in an added folder is used."
)


@group.command("add")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=FILE)
@click.option(
    "--kind", type=click.Choice(ASSET_KINDS), help="The kind; without it, one is proposed from each file."
)
@click.option("--term", "terms", multiple=True, metavar="FACET=VALUE", help=TERM_HELP)
@click.option("--owner", metavar="EMAIL", help="Who looks after the content.")
@click.option("--sidecar", "sidecar_path", type=FILE, metavar="FILE.csv", help=SIDECAR_HELP)
@click.option(
    "--update-facts", is_flag=True, help="Say anew of files that are there already what is said here."
)
@click.option("--publish", is_flag=True, help="Publish what could be added, instead of leaving drafts.")
@click.option("--draw", is_flag=True, help="Draw previews too, instead of leaving that to the worker.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line and file.")
@click.option(
    "--report", "report_path", type=FILE, metavar="FILE.csv", help="Write the report as a CSV file too."
)
def add(
    paths: tuple[Path, ...],
    kind: str | None,
    terms: tuple[str, ...],
    owner: str | None,
    sidecar_path: Path | None,
    report_path: Path | None,
    as_json: bool,
    **wishes: bool,
) -> None:
    """Add files, and all files in folders, each in a transaction of its own.

    A file that is in the library already adds nothing, so a run that was stopped can be started again. Hidden
    files are left out.
    """
    dry = wishes.pop("dry_run")
    try:
        for_all = _facts_for_all(kind or "", terms, owner, dry)
        zone = ZoneInfo(current_app.config["ORGANISATION_TIME_ZONE"])
        finding = find_files(paths, sidecar_path, leave_out=[report_path] if report_path else [], zone=zone)
    except PortalError as error:
        raise click.ClickException(error.message) from error
    with ExitStack() as stack:
        tell = _Telling(len(finding.files) + len(finding.refused), as_json, report_path, stack)
        for source in finding.sidecars:
            tell.beside(*_about(source, finding.not_asked_for(source)))
        for path in finding.left_out:
            tell.beside(f"{shown(path)} is not used and not added: another file was named for what it says.")
        try:
            for line in _lines(finding, for_all, Wish(**wishes), dry):
                tell.line(line)
            tell.end(dry)
        except BrokenPipeError:
            raise
        except Exception as error:
            tell.stopped(error)
            sys.exit(1)
    if tell.counts.wrong:
        sys.exit(1)


@group.command("draw")
def draw() -> None:
    """Draw Word and PowerPoint files that are shown as text, after LibreOffice was installed or failed on them.

    One after the other: each keeps what is shown of it until its turn comes.
    """
    if soffice_path() is None:
        raise click.ClickException("LibreOffice was not found. Install it, or name its command in SOFFICE.")
    with unit_of_work():
        due = shown_as_text()
    left = [told for version_id in due if (told := _drawn_again(version_id))]
    for told in left:
        click.echo(told)
    click.echo(f"{len(due) - len(left):,} of {telling.counted(len(due), 'file')} drawn.", err=True)


def _drawn_again(version_id: int) -> str:
    """Draw one version and return what is to be said if it is still shown as text."""
    with unit_of_work():
        version = version_by_id(version_id)
        if version is None or not version.is_shown_as_text:
            return ""
        draw_again(version)
    do_now("draw_version", version_id)
    with unit_of_work():
        version = version_by_id(version_id)
        if version is None or version.preview_kind == "pages":
            return ""
        why = version.preview_reason or "It waits for the worker."
        return f"{version.asset.title}, version {version.number}: {why}"


def _lines(finding: Finding, for_all: Facts, wish: Wish, dry: bool) -> Iterator[Line]:
    register = Register(dry=dry)

    def facts_of(path: Path) -> Facts:
        row = finding.row_of(path)
        return register.facts_of(row, for_all) if row else for_all

    for path in finding.missing:
        yield Line(shown(path), "missing", None, "refused", MISSING)
    for path, reason in finding.refused:
        yield Line(shown(path), "refused", None, "refused", reason)
    for source in finding.sidecars:
        name = shown(source.source) if len(finding.sidecars) > 1 else source.source.name
        for fault in source.faults:
            reason = f"{name}, line {fault.line}: {fault.reason}"
            yield Line(fault.path, "row refused", None, "refused", reason)
    if dry:
        yield from foresee(finding.files, facts_of)
    else:
        yield from add_files(finding.files, facts_of, wish)


def _about(source: Sidecar, not_asked_for: int) -> list[str]:
    """Say which sidecar is used and how it was read."""
    rows = telling.counted(len(source.rows), "row")
    told = [f"What {shown(source.source)} says of the files is used: {rows}.", *source.notes]
    if not_asked_for:
        told.append(f"{telling.counted(not_asked_for, 'row')} of it are about files that were not asked for.")
    return told


def _facts_for_all(kind: str, terms: Sequence[str], owner: str | None, dry: bool) -> Facts:
    """Return what the options say of every file; the wrong ones are told of before anything is added."""
    pairs = [_pair(text) for text in terms]
    with unit_of_work():
        person = user_by_email(owner) if owner else None
        for key, _ in pairs:
            facet_by_key(key)
        term_ids = [] if dry else [term_for(facet_by_key(key), value).id for key, value in pairs]
        return Facts(kind=kind, term_ids=tuple(term_ids), owner_id=person.id if person else None)


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not value.strip():
        raise click.ClickException(f"--term needs FACET=VALUE, and got “{text}”.")
    return key, value


class _Telling:
    """Says what becomes of each file where it was asked for: lines, a progress bar on a terminal, a CSV file."""

    def __init__(self, files: int, as_json: bool, report_path: Path | None, stack: ExitStack) -> None:
        self.counts = Counts()
        self._as_json = as_json
        self._began = time.monotonic()
        self._report = CsvReport(stack.enter_context(_opened(report_path))) if report_path else None
        self._bar: Any = None
        if sys.stderr.isatty() and files > 1:
            bar: Any = click.progressbar(length=files, label="Adding", file=sys.stderr, show_pos=True)
            self._bar = stack.enter_context(bar)

    def beside(self, *sentences: str) -> None:
        """Say something that is no result, where it does not mix with results."""
        self._clear()
        click.echo(" ".join(sentences), err=True)

    def line(self, line: Line) -> None:
        """Say what became of one file."""
        self.counts.add(line)
        if self._report:
            self._report.write(line)
        if sys.stdout.isatty():
            self._clear()
        click.echo(telling.as_json(line) if self._as_json else telling.as_sentence(line))
        if self._bar and line.outcome not in ("missing", "row refused"):
            self._bar.update(1)
            self._bar.render_progress()

    def _clear(self) -> None:
        if self._bar:
            click.echo("\r\x1b[K", nl=False, err=True)

    def end(self, dry: bool) -> None:
        """Say it all in short."""
        seconds = max(time.monotonic() - self._began, 0.001)
        files = self.counts.files
        told = self.counts.sentences()
        if dry:
            told.append("Nothing was written.")
        elif files > 1:
            told.append(f"{seconds:,.0f} seconds, {files / seconds:,.1f} files a second.")
        with unit_of_work():
            undrawn, uncompared = waiting_jobs("draw_version"), waiting_jobs("compare_version")
        left = [f"{telling.counted(undrawn, 'preview')} to draw"] if undrawn else []
        left += [f"{telling.counted(uncompared, 'file')} to compare with other content"] if uncompared else []
        if left and not dry:
            told.append(f"Left to the worker (flask worker): {', '.join(left)}.")
        click.echo(" ".join(told), err=True)

    def stopped(self, error: Exception) -> None:
        """Say that the run ended early, why, and how to go on."""
        self._clear()
        if isinstance(error, DBAPIError):
            reason = f"the database said “{error.orig}”"
        elif isinstance(error, OSError):
            reason = error.strerror or str(error)
        else:
            current_app.logger.error("adding files stopped", exc_info=error)
            reason = f"{type(error).__name__}, which nobody foresaw"
        told = [*self.counts.sentences(), f"Then the run stopped: {reason}.", GO_ON]
        click.echo(" ".join(told), err=True)


def _opened(path: Path) -> Any:
    try:
        return path.open("w", encoding="utf-8-sig", newline="")
    except OSError as error:
        raise click.ClickException(
            f"The report can't be written to {shown(path)}: {error.strerror}."
        ) from error
