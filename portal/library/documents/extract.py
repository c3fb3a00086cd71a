"""Read a file's text by page, under the guard; whatever the file, the answer is a named state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from portal.library.documents.guard import GuardTripped, run_guarded
from portal.library.documents.kinds import FileKind, Identity, identify
from portal.library.documents.pages import PageText, Reading
from portal.library.documents.pdf import read_pdf
from portal.library.documents.problems import Unsafe
from portal.library.documents.sheets import read_workbook
from portal.library.documents.slides import read_slides
from portal.library.documents.text import read_markdown, read_text
from portal.library.documents.titles import title_from_name
from portal.library.documents.word import read_word

State = Literal["indexed", "stored_no_text", "refused"]

NO_TEXT = "No text was found in it."
PICTURE = "It is a picture: there is no text in it to search."

_READERS = {
    FileKind.DOCX: read_word,
    FileKind.PPTX: read_slides,
    FileKind.PDF: read_pdf,
    FileKind.XLSX: read_workbook,
    FileKind.MD: read_markdown,
    FileKind.TXT: read_text,
}
_WALL_SECONDS = 30.0


@dataclass(frozen=True)
class Extraction:
    """What became of a file: its state with the reason (a sentence, "" when there is nothing to say), kind, the media
    type to serve it with, a title to propose, its pages, how many characters they hold, and whether it has macros."""

    state: State
    reason: str
    kind: FileKind
    media_type: str
    title: str
    pages: tuple[PageText, ...] = ()
    characters: int = 0
    macros: bool = False


@dataclass(frozen=True)
class _Refusal:
    """A reader's finding that a file is not to be kept."""

    reason: str


def extract(path: Path, filename: str) -> Extraction:
    """Read the file at `path` that a person calls `filename`, so that it can be found; no file makes it raise."""
    identity = identify(path, filename)
    result = Extraction(
        "stored_no_text",
        identity.reason,
        identity.kind,
        identity.media_type,
        title_from_name(filename),
        macros=identity.macros,
    )
    if identity.refused:
        return replace(result, state="refused")
    if identity.kind is FileKind.IMAGE:
        return replace(result, reason=PICTURE, pages=(PageText(1, "", ""),))
    if identity.reason:
        return result
    return _read(path, identity, result)


def _read(path: Path, identity: Identity, result: Extraction) -> Extraction:
    try:
        reading = run_guarded(read_document, path, identity.kind, wall_seconds=_WALL_SECONDS)
    except GuardTripped as tripped:
        return replace(result, reason=f"It {tripped.reason}.")
    if isinstance(reading, _Refusal):
        return replace(result, state="refused", reason=f"It is not accepted: {reading.reason}.")
    characters = sum(len(page.words) for page in reading.pages)
    return replace(
        result,
        state="indexed" if characters else "stored_no_text",
        reason=reading.left_out if characters else NO_TEXT,
        title=reading.title or result.title,
        pages=reading.pages,
        characters=characters,
    )


def read_document(path: Path, kind: FileKind) -> Reading | _Refusal:
    """Read a file with the reader of its kind; to be called under the guard."""
    try:
        return _READERS[kind](path)
    except Unsafe as problem:
        return _Refusal(str(problem))
