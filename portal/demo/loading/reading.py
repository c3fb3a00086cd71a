"""Reading the demo's files at once, so that search works from the start, and drawing those that are drawn quickly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask
from sqlalchemy import update

from portal.db import db, now
from portal.demo.loading.numbers import Numbers
from portal.jobs import Job
from portal.library import keeping, reading
from portal.library.documents.extract import Extraction
from portal.library.documents.kinds import FileKind, identify
from portal.library.reading import Drawing, Source, soffice_path
from portal.storage import storage

Answer = TypeVar("Answer")
AT_ONCE = 2


def sources(numbers: Numbers) -> list[Source]:
    """Return what there is to read or to draw."""
    found = (keeping.source_of(version_id) for version_id in numbers.versions.values())
    return [source for source in found if source is not None]


def read_texts(
    app: Flask, todo: Sequence[Source], tell: Callable[[], None]
) -> list[tuple[Source, Extraction]]:
    """Read every text, each in a guarded process."""
    return list(_at_once(app, reading.read_text, todo, tell))


def keep_texts(found: Sequence[tuple[Source, Extraction]]) -> None:
    """Store the texts; the newest version of each piece becomes the current one."""
    for source, extraction in found:
        keeping.keep_text(source.version_id, extraction)
    _take_off("read_version", [source for source, _ in found])


def draw_quick_ones(
    app: Flask, todo: Sequence[Source], tell: Callable[[], None]
) -> list[tuple[Source, Drawing]]:
    """Draw what takes well under a second; Word and PowerPoint files wait for the worker when LibreOffice is there."""
    slow = (FileKind.DOCX, FileKind.PPTX) if soffice_path() else ()
    quick = [source for source in todo if _kind(source) not in slow]
    return list(_at_once(app, lambda source: reading.draw(source, _kind(source)), quick, tell))


def keep_drawings(drawn: Sequence[tuple[Source, Drawing]]) -> None:
    """Store the pictures of those that were drawn."""
    for source, drawing in drawn:
        keeping.keep_drawing(source.version_id, drawing)
    _take_off("draw_version", [source for source, _ in drawn])


def _take_off(kind: str, done: Sequence[Source]) -> None:
    """Take work that is done off the list of jobs."""
    ids = [source.version_id for source in done]
    jobs = update(Job).where(Job.kind == kind, Job.subject_id.in_(ids), Job.state == "waiting")
    db.session.execute(jobs.values(state="done", finished_at=now()))


def _kind(source: Source) -> FileKind:
    if source.sha256 is None:
        return FileKind.MD
    return identify(storage().path(source.sha256), source.filename).kind


def _at_once(
    app: Flask, work: Callable[[Source], Answer], todo: Sequence[Source], tell: Callable[[], None]
) -> Iterator[tuple[Source, Answer]]:
    """Yield each source with its answer, in order, while a few of them are worked on at a time."""

    def inside(source: Source) -> Answer:
        with app.app_context():
            return work(source)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for source, answer in zip(todo, pool.map(inside, todo), strict=True):
            tell()
            yield source, answer
