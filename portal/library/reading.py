"""Reading and drawing a version, outside any transaction: facts go in, plain results come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from portal.library.documents.extract import Extraction, extract
from portal.library.documents.guard import GuardTripped, run_guarded
from portal.library.documents.kinds import DOWNLOAD_TYPE, FileKind
from portal.library.documents.pages import PageText
from portal.library.documents.preview import find_soffice, render_preview
from portal.library.documents.text import decode
from portal.library.documents.titles import title_from_name
from portal.library.documents.workspace import workspace
from portal.richtext import MAX_CHARACTERS, to_html
from portal.storage import storage

MARKDOWN_NAME = "text.md"


@dataclass(frozen=True)
class Source:
    """What is read: a stored file by its sha256, or the body that was written; and which of both steps are due."""

    version_id: int
    asset_id: int
    sha256: str | None
    filename: str
    body: str | None
    text_is_due: bool
    preview_is_due: bool


@dataclass(frozen=True)
class Drawn:
    """One drawn page, already in the store: its number and the sha256 of its pictures (None: no large one)."""

    number: int
    image_sha256: str | None
    thumbnail_sha256: str
    width: int
    height: int


@dataclass(frozen=True)
class Drawing:
    """How a version can be shown: as pages, html, cards of text or not at all (none), and why nothing better."""

    kind: str
    made_by: str
    pages: tuple[Drawn, ...] = ()
    html: str | None = None
    reason: str = ""


UNDRAWN = Drawing("none", "", reason="It could not be drawn.")


def unread(filename: str) -> Extraction:
    """Return what is kept of a file that could not be read at all."""
    return Extraction(
        "stored_no_text",
        "It could not be read.",
        FileKind.OTHER,
        DOWNLOAD_TYPE,
        title_from_name(filename),
    )


def read_text(source: Source) -> Extraction:
    """Return the text by page and the state that it leads to; no file makes it raise."""
    if source.sha256 is not None:
        return extract(storage().path(source.sha256), source.filename)
    with workspace() as folder:
        path = Path(folder) / MARKDOWN_NAME
        path.write_text(source.body or "", encoding="utf-8", errors="replace")
        return extract(path, MARKDOWN_NAME)


def draw(source: Source, kind: FileKind) -> Drawing:
    """Draw a version's pages into the store, or say what can be shown instead; no file makes it raise."""
    if kind is FileKind.MD:
        return _markdown(source)
    if source.sha256 is None:
        return Drawing("none", "", reason="There is nothing to show.")
    with workspace() as name:
        path = storage().path(source.sha256)
        preview = render_preview(path, source.filename, kind, Path(name) / "out", soffice=soffice_path())
        keep_large = preview.kind == "pages"
        pages = tuple(
            Drawn(
                image.number,
                storage().put_file(image.path).sha256 if keep_large else None,
                storage().put_file(image.thumb_path).sha256,
                image.width,
                image.height,
            )
            for image in preview.images
        )
        return Drawing(preview.kind, preview.made_by, pages, preview.html, preview.reason)


def _markdown(source: Source) -> Drawing:
    body = source.body
    if body is None:
        data = storage().path(source.sha256 or "").read_bytes()[: MAX_CHARACTERS * 4]
        body = decode(data)
    try:
        html = run_guarded(to_html, body)
    except GuardTripped as tripped:
        return Drawing("cards", "text", reason=f"It is shown as plain text: as a page, it {tripped.reason}.")
    return Drawing("html", "markdown", html=html)


def soffice_path() -> str | None:
    """Return LibreOffice's command as configured: found by itself (auto), left out (none), or named."""
    setting = current_app.config["SOFFICE"]
    if setting == "none":
        return None
    return find_soffice() if setting == "auto" else str(setting)


def spread(pages: Sequence[PageText], count: int) -> list[PageText]:
    """Return the same text over `count` pages of equal length, cut between lines.

    Word files rarely say where their pages end; once they are drawn, this puts words near the page that shows them.
    """
    lines = [(line, page.title) for page in pages for line in page.text.split("\n")]
    total = sum(len(line) + 1 for line, _ in lines) or 1
    texts: list[list[str]] = [[] for _ in range(count)]
    titles = [""] * count
    seen, headed = 0, ""
    for line, title in lines:
        place = min(count - 1, seen * count // total)
        texts[place].append(line)
        if title != headed:
            titles[place], headed = titles[place] or title, title
        seen += len(line) + 1
    return [
        PageText(number, titles[number - 1], "\n".join(parts).strip())
        for number, parts in enumerate(texts, 1)
    ]
