"""Text of a PDF by page."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2

from portal.library.documents.pages import PageCollector, Reading
from portal.library.documents.problems import DAMAGED, LOCKED, Unreadable
from portal.library.documents.titles import sensible_title

# A word divided at the end of a line, as the library marks it.
_DIVIDED = re.compile("[\ufffe\x02](\r?\n)?")


def open_pdf(path: Path) -> pypdfium2.PdfDocument:
    """Open a PDF; Unreadable when it is locked or damaged."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(LOCKED if "password" in str(error).lower() else DAMAGED) from error
    if len(document) == 0:
        raise Unreadable("it has no pages")
    return document


def read_pdf(path: Path) -> Reading:
    """Return a PDF's text, page by page."""
    document = open_pdf(path)
    collector = PageCollector()
    complete = True
    for index in range(len(document)):
        complete = collector.add("", _page_text(document, index)) or index + 1 == len(document)
        if not complete:
            break
    title = document.get_metadata_value("Title")
    return collector.reading(sensible_title(title), complete)


def _page_text(document: pypdfium2.PdfDocument, index: int) -> str:
    """Return one page's text; empty, so that the count stays right, when the page is damaged."""
    try:
        page = document[index]
        text_page = page.get_textpage()
        text: str = text_page.get_text_range(errors="ignore")
        text_page.close()
        page.close()
    except pypdfium2.PdfiumError:
        return ""
    return _DIVIDED.sub("", text)
