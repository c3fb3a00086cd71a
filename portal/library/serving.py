"""Answers that carry content: files to keep, pictures, framed pages; the caller has seen to permission."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import zip_longest
from pathlib import PurePath

from flask import Response, make_response, render_template, request, send_file
from markupsafe import Markup, escape

from portal.errors import Forbidden, NotFound
from portal.library.cards import card
from portal.library.documents.kinds import DOWNLOAD_TYPE
from portal.library.models import Asset, Version
from portal.library.page_queries import PICTURE_NAME, ShownPage, preview_html, shown_pages
from portal.library.wording import Run
from portal.storage import storage

# What is served as somebody's file may do nothing, should a browser show it after all.
FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
FRAME_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'self'; "
    "img-src data:; frame-ancestors 'self'; base-uri 'self'; form-action 'none'"
)
# An address that carries the picture's own hash never shows another one; any other is asked about again.
FOR_GOOD = "private, max-age=31536000, immutable"
FOR_AN_HOUR = "private, max-age=3600"


def file_response(asset: Asset, version: Version) -> Response:
    """Answer with a version's file, or its Markdown as one, to be kept and never shown in place."""
    if version.state == "refused":
        raise Forbidden(f"This file was refused and is not handed out. {version.state_reason}")
    if version.source == "markdown":
        content = BytesIO((version.body or "").encode("utf-8", "replace"))
        response = send_file(content, "text/markdown", as_attachment=True, download_name=f"{asset.slug}.md")
    elif version.sha256 is not None:
        response = send_file(
            storage().path(version.sha256),
            version.media_type or DOWNLOAD_TYPE,
            as_attachment=True,
            download_name=version.filename or asset.slug,
            etag=version.sha256,
            max_age=0,
        )
    else:
        raise NotFound("There is no file in this version.")
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response


def hands_over(response: Response) -> bool:
    """Say whether an answer gives somebody a file: all of it, its beginning, or leave to use the copy that is there."""
    if response.status_code == 206:
        return response.content_range.start == 0
    return response.status_code in (200, 304)


def picture_response(sha256: str | None) -> Response:
    """Answer with a picture of a page, to be kept for good when its address names its content."""
    if sha256 is None:
        raise NotFound("There is no picture of this page.")
    response = send_file(storage().path(sha256), "image/webp", etag=sha256, conditional=True)
    is_named = request.args.get("h") == sha256[:PICTURE_NAME]
    response.headers["Cache-Control"] = FOR_GOOD if is_named else FOR_AN_HOUR
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def preview_response(version: Version) -> Response:
    """Answer with the page that a file was turned into, for a frame in which nothing runs."""
    html = preview_html(version.id)
    if version.preview_kind != "html" or not html or version.state == "refused":
        raise NotFound("There is no preview of this version.")
    response = make_response(render_template("library/preview.html", body=Markup(html)))
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["Cache-Control"] = "private, no-cache"
    # By what is shown, which may be made anew of the same file.
    response.add_etag()
    response.make_conditional(request)
    return response


@dataclass(frozen=True)
class ViewerPage:
    """One page as the viewer takes it: a picture, a frame, safe markup, or words; notes are for colleagues only."""

    number: int
    image: str | None = None
    thumb: str | None = None
    text: str = ""
    html: Markup | None = None
    frame: str | None = None
    width: int | None = None
    height: int | None = None
    notes: str = ""
    is_hidden: bool = False


@dataclass(frozen=True)
class Addresses:
    """Where a viewer finds a version's pictures and frame; the library and share links have their own."""

    image: Callable[[int], str]
    thumb: Callable[[int], str]
    frame: str


def viewer_pages(version: Version | None, addresses: Addresses) -> list[ViewerPage]:
    """Return a version's pages for the viewer: pictures, else markup or a frame, else cards of text."""
    if version is None or version.state in ("waiting", "refused") or version.preview_kind == "waiting":
        return []
    if version.preview_kind == "html":
        if version.preview_made_by == "markdown" or version.source == "markdown":
            return [ViewerPage(1, html=Markup(preview_html(version.id) or ""))]
        return [ViewerPage(1, frame=addresses.frame)]
    pages = shown_pages(version.id)
    if not any(page.image or page.text or page.notes for page in pages):
        return []
    return [_drawn(page, addresses) if page.image else _written(page, version) for page in pages]


def _drawn(page: ShownPage, addresses: Addresses) -> ViewerPage:
    image = f"{addresses.image(page.number)}?h={(page.image or '')[:PICTURE_NAME]}"
    thumb = f"{addresses.thumb(page.number)}?h={page.thumbnail[:PICTURE_NAME]}" if page.thumbnail else None
    return ViewerPage(
        page.number,
        image,
        thumb,
        page.text,
        width=page.width,
        height=page.height,
        notes=page.notes,
        is_hidden=page.is_hidden,
    )


def _written(page: ShownPage, version: Version) -> ViewerPage:
    """Return a page that has only words; running text keeps its own lines and spaces."""
    in_parts = page_word(version) != "page"
    html = card(page) if in_parts else None
    return ViewerPage(page.number, text=page.text, html=html, notes=page.notes, is_hidden=page.is_hidden)


def for_audience(pages: Sequence[ViewerPage], *, with_notes: bool = False) -> list[ViewerPage]:
    """Return the pages that an audience is shown: no hidden slides, and notes only for whoever presents."""
    shown = [page for page in pages if not page.is_hidden]
    return shown if with_notes else [replace(page, notes="") for page in shown]


def nearest_page(pages: Sequence[ViewerPage], wanted: int | None) -> int:
    """Return the number of the page that was asked for, or of the nearest there is; the later of two."""
    numbers = [page.number for page in pages]
    return min(numbers, key=lambda number: (abs(number - (wanted or 1)), -number), default=1)


def page_word(version: Version | None) -> str:
    """Say what the parts of a version are called: slide, sheet or page."""
    suffix = PurePath(version.filename or "").suffix.lower() if version else ""
    return {".pptx": "slide", ".xlsx": "sheet"}.get(suffix, "page")


def drawn_with(version: Version | None) -> str:
    """Say which program drew a version, or why it is not shown as it looks, where that is no matter of course."""
    if version is None or version.preview_kind in ("waiting", "none"):
        return ""
    office = {".docx": "Word", ".pptx": "PowerPoint"}.get(PurePath(version.filename or "").suffix.lower())
    if version.preview_kind == "pages":
        return {
            "libreoffice": f"Drawn by LibreOffice: fonts and spacing may differ from {office or 'the original'}.",
            "pdf": "Drawn by PDFium.",
        }.get(version.preview_made_by, "")
    if office and not version.preview_reason:
        return "LibreOffice is not installed here: shown as text."
    if version.preview_kind == "cards" and page_word(version) == "sheet":
        return "Sheets are shown as text."
    return ""


def marked(runs: Sequence[Run]) -> Markup:
    """Return compared words with what was added and removed marked, for the eye and for a screen reader."""
    parts: list[str] = []
    for run, after in zip_longest(runs, runs[1:]):
        words = run.text.rstrip()
        gap = " " if run.kind == "removed" and after and after.kind == "added" else run.text[len(words) :]
        if run.kind == "skipped":
            parts.append(f'<span class="compare-skipped">… {int(run.text):,} words unchanged … </span>')
        elif run.kind == "same":
            parts.append(str(escape(run.text)))
        else:
            tag = "ins" if run.kind == "added" else "del"
            parts.append(
                f'<{tag}><span class="sr-only">{run.kind}: </span>{escape(words)}</{tag}>{escape(gap)}'
            )
    return Markup("".join(parts))
