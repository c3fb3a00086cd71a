"""Show a file without opening it: page images where they can be drawn, else HTML, else cards of text."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from portal.library.documents.drawing import PageImage, count_pages, draw_pages, draw_picture, draw_thumbnail
from portal.library.documents.guard import GIGABYTE, GuardTripped, run_guarded
from portal.library.documents.kinds import FileKind, identify
from portal.library.documents.office import convert_to_pdf, find_soffice
from portal.library.documents.word_html import word_html
from portal.library.documents.workspace import workspace

__all__ = ["PageImage", "Preview", "find_soffice", "render_preview"]

MAX_PAGES = 300
_PAGES_AT_ONCE = 20
_DRAWING_SECONDS = 120.0
_OFFICE_WALL_SECONDS = 75.0
_OFFICE_CPU_SECONDS = 60
# LibreOffice maps far more than it uses.
_OFFICE_MEMORY_BYTES = 4 * GIGABYTE

MARKDOWN = "Markdown is shown as a page, not as pictures."
NO_PREVIEW = "There is no preview of this kind of file."


MadeBy = Literal["pdf", "libreoffice", "image", "word_html", "text"]


@dataclass(frozen=True)
class Preview:
    """How a file can be shown: page images, an HTML fragment for a sandboxed frame, text cards (the caller has the
    text), or not at all; what it was made by; and a sentence when something is missing."""

    kind: Literal["pages", "html", "cards", "none"]
    made_by: MadeBy
    images: tuple[PageImage, ...] = ()
    html: str | None = None
    reason: str = ""


def render_preview(
    path: Path, filename: str, kind: FileKind, out_dir: Path, soffice: str | None = None
) -> Preview:
    """Draw the file at `path`, which a person calls `filename`, into `out_dir`; no file makes it raise."""
    identity = identify(path, filename)
    if identity.reason or identity.kind is not kind:
        return Preview("none", "text", reason=identity.reason or NO_PREVIEW)
    out_dir.mkdir(parents=True, exist_ok=True)
    if kind is FileKind.PDF:
        return _pdf_pages(path, out_dir, "pdf")
    if kind is FileKind.IMAGE:
        return _picture(path, out_dir)
    if kind is FileKind.DOCX:
        return _office_pages(path, kind, out_dir, soffice, partial(_word_html, path))
    if kind is FileKind.PPTX:
        return _office_pages(path, kind, out_dir, soffice, partial(_slide_cards, path, out_dir))
    if kind in (FileKind.XLSX, FileKind.TXT):
        return Preview("cards", "text")
    return Preview("none", "text", reason=MARKDOWN)


def _picture(path: Path, out_dir: Path) -> Preview:
    try:
        return Preview("pages", "image", run_guarded(draw_picture, path, out_dir))
    except GuardTripped as tripped:
        return Preview("none", "image", reason=f"It {tripped.reason}.")


def _pdf_pages(path: Path, out_dir: Path, made_by: MadeBy) -> Preview:
    """Draw a PDF some pages at a time, so that the limits of the guard hold for each lot and not for the whole."""
    try:
        count = run_guarded(count_pages, path)
    except GuardTripped as tripped:
        return Preview("none", made_by, reason=f"It {tripped.reason}.")
    last = min(count, MAX_PAGES)
    images: list[PageImage] = []
    reason = f"Only the first {MAX_PAGES} of {count:,} pages are shown." if count > MAX_PAGES else ""
    at_once = _PAGES_AT_ONCE
    deadline = time.monotonic() + _DRAWING_SECONDS
    while len(images) < last:
        if time.monotonic() > deadline:
            reason = f"Only the first {len(images)} of {count:,} pages are shown; the rest took too long."
            break
        first = len(images) + 1
        try:
            images += run_guarded(draw_pages, path, out_dir, first, min(first + at_once - 1, last))
        except GuardTripped as tripped:
            if at_once == 1 or first == last:
                reason = f"Page {first} {tripped.reason}, so the pages from there on are not shown."
                reason = reason if images else f"It {tripped.reason}."
                break
            # One page of these is at fault: show those before it.
            at_once = 1
    return Preview("pages" if images else "none", made_by, tuple(images), reason=reason)


def _office_pages(
    path: Path, kind: FileKind, out_dir: Path, soffice: str | None, otherwise: Callable[[], Preview]
) -> Preview:
    """Draw a Word or PowerPoint file through LibreOffice, or make what can be made without."""
    if soffice is None:
        return otherwise()
    with workspace() as folder:
        try:
            pdf = run_guarded(
                convert_to_pdf,
                *(soffice, path, kind, Path(folder)),
                wall_seconds=_OFFICE_WALL_SECONDS,
                cpu_seconds=_OFFICE_CPU_SECONDS,
                memory_bytes=_OFFICE_MEMORY_BYTES,
            )
            drawn = _pdf_pages(pdf, out_dir, "libreoffice")
        except GuardTripped as tripped:
            drawn = Preview(
                "none", "libreoffice", reason=f"LibreOffice could not draw it: it {tripped.reason}."
            )
    return drawn if drawn.images else replace(otherwise(), reason=drawn.reason)


def _word_html(path: Path) -> Preview:
    try:
        return Preview("html", "word_html", html=run_guarded(word_html, path))
    except GuardTripped as tripped:
        return Preview("cards", "text", reason=f"It {tripped.reason}.")


def _slide_cards(path: Path, out_dir: Path) -> Preview:
    try:
        return Preview("cards", "text", run_guarded(draw_thumbnail, path, out_dir))
    except GuardTripped:
        # The text stands by itself; the picture was an extra.
        return Preview("cards", "text")
