"""What a file is. Its name, its first bytes and its main part must agree, or it is refused."""

from __future__ import annotations

import mmap
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath

from portal.library.documents.packages import Package
from portal.library.documents.problems import LOCKED, Unreadable, Unsafe

MEGABYTE = 1024 * 1024


class FileKind(StrEnum):
    """The kinds of files that the portal reads, and `other`, which it only keeps."""

    DOCX = "docx"
    PPTX = "pptx"
    PDF = "pdf"
    XLSX = "xlsx"
    MD = "md"
    TXT = "txt"
    IMAGE = "image"
    OTHER = "other"


DOWNLOAD_TYPE = "application/octet-stream"
MEDIA_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pdf": "application/pdf",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}
_KINDS = {
    ".docx": FileKind.DOCX,
    ".pptx": FileKind.PPTX,
    ".xlsx": FileKind.XLSX,
    ".pdf": FileKind.PDF,
    ".md": FileKind.MD,
    ".txt": FileKind.TXT,
    ".png": FileKind.IMAGE,
    ".jpg": FileKind.IMAGE,
    ".jpeg": FileKind.IMAGE,
    ".webp": FileKind.IMAGE,
}
_MACRO_EXTENSIONS = {
    *(".docm", ".dotm", ".pptm", ".potm", ".ppsm", ".ppam", ".sldm"),
    *(".xlsm", ".xltm", ".xlsb", ".xlam"),
}

DOWNLOAD_ONLY = "This kind of file is kept for download only."
MACROS = "It contains macros, so it is kept for download only."

# The folder of a Word or Excel file that holds macros; PowerPoint's note of whether there are any.
_OLD_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_OLD_SLIDE_MACROS = re.compile(rb"\x02\x00\x00\x04\x0c\x00\x00\x00....\x01\x00\x00\x00", re.DOTALL)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
# Readers look for the beginning of a PDF in this many bytes.
_PDF_WITHIN = 1_024
_PRINTED = re.compile(rb"[\t\n\f\r\x20-\x3b\x3d-\x7e]*")
# Formats whose beginning is plain ASCII: PostScript, scripts, RTF, GIF, programs, bitmaps, archives, mail.
_OTHER_STARTS = (b"%!", b"#!", b"{\\", b"GIF8", b"MZ", b"BM", b"PK", b"II", b"MM", b"Rar!", b"RIFF", b"From ")
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (_OLD_OFFICE, "an older Office file (.doc, .ppt or .xls)"),
    (_ZIP, "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"{\\rtf", "a rich text (RTF) file"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
    (b"%!PS", "a PostScript file"),
)
_HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<script", b"<body")
_TEXT_STARTS = (b"{\\rtf", b"MZ", b"%!PS", b"GIF8", b"Rar!")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Identity:
    """What a file is, the media type to serve it with, and, when it is refused or not to be read, why."""

    kind: FileKind
    media_type: str = DOWNLOAD_TYPE
    reason: str = ""
    refused: bool = False
    macros: bool = False


def identify(path: Path, filename: str, *, limit: int | None = None) -> Identity:
    """Say what a file is, so that nothing is read, drawn or served as what it only claims to be.

    A file of more than `limit` bytes is refused.
    It reads little and parses nothing that a file could grow without bounds, so it may run outside the guard.
    """
    size = path.stat().st_size
    if size == 0:
        return _refusal("The file is empty.")
    if limit is not None and size > limit:
        return _refusal(f"The file is larger than {limit // MEGABYTE} MB.")
    extension = PurePath(filename).suffix.lower()
    if extension in _MACRO_EXTENSIONS:
        return Identity(FileKind.OTHER, reason=MACROS, macros=True)
    kind = _KINDS.get(extension)
    if kind is None:
        macros = _has_old_macros(path)
        return Identity(FileKind.OTHER, reason=MACROS if macros else DOWNLOAD_ONLY, macros=macros)
    if kind in (FileKind.DOCX, FileKind.PPTX, FileKind.XLSX):
        return _identify_office(path, extension, kind)
    with path.open("rb") as file:
        head = file.read(4096)
    if kind in (FileKind.MD, FileKind.TXT):
        agrees = _is_text(path, head)
    elif kind is FileKind.PDF:
        agrees = _is_pdf(head)
    else:
        agrees = picture_type(head) == MEDIA_TYPES[extension]
    return Identity(kind, MEDIA_TYPES[extension]) if agrees else _contradiction(extension, looks_like(head))


def picture_type(head: bytes) -> str:
    """Return the media type of a PNG, JPEG or WebP picture by its first 12 bytes, else ""."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return ""


def looks_like(head: bytes) -> str:
    """Name in plain words what a file's first bytes look like."""
    if head[:4] == b"RIFF":
        return "a WebP picture" if head[8:12] == b"WEBP" else "a sound or video file"
    if head[4:8] == b"ftyp":
        return "a video"
    for magic, words in _MAGIC:
        if head.startswith(magic):
            return words
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_HTML_STARTS):
        return "a web page (HTML)"
    if start.startswith((b"<?xml", b"<svg")):
        return "an SVG picture" if b"<svg" in start else "an XML file"
    if b"%pdf-" in start:
        return "a PDF with something else in front of it"
    return "a file of another kind" if b"\x00" in head else "plain text"


def _refusal(reason: str) -> Identity:
    return Identity(FileKind.OTHER, reason=reason, refused=True)


def _contradiction(extension: str, words: str) -> Identity:
    return _refusal(f"The name ends in {extension}, but the file looks like {words}.")


def _is_pdf(head: bytes) -> bool:
    """Return whether a file is a PDF: from its first byte, or after a few lines that a printing program left there.

    Such lines are plain ASCII without any markup, so that no file is a PDF and something else at once.
    """
    place = head.find(b"%PDF-", 0, _PDF_WITHIN)
    before = head[: max(place, 0)].removeprefix(b"\xef\xbb\xbf")
    return place >= 0 and bool(_PRINTED.fullmatch(before)) and not before.lstrip().startswith(_OTHER_STARTS)


def _is_text(path: Path, head: bytes) -> bool:
    """Return whether a file is text: no NULs outside UTF-16, and not the start of some other format."""
    if head.startswith(_UTF16_MARKS):
        return True
    if picture_type(head) or head.startswith((b"%PDF-", _ZIP, *_TEXT_STARTS)):
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(b"\x00") < 0


def _identify_office(path: Path, extension: str, kind: FileKind) -> Identity:
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(_OLD_OFFICE) and _is_encrypted(path):
        return Identity(kind, MEDIA_TYPES[extension], reason=f"It could not be read: {LOCKED}.")
    if not head.startswith(_ZIP):
        return _contradiction(extension, looks_like(head))
    try:
        with Package(path) as package:
            macros, holds, words = package.has_macros, package.holds, package.looks_like
    except Unsafe as problem:
        return _refusal(f"It is not accepted: {problem}.")
    except Unreadable as problem:
        return Identity(FileKind.OTHER, reason=f"It could not be read: {problem}.")
    if macros:
        return Identity(FileKind.OTHER, reason=MACROS, macros=True)
    if holds != kind:
        return _contradiction(extension, words)
    return Identity(kind, MEDIA_TYPES[extension])


def _has_old_macros(path: Path) -> bool:
    """Return whether a file is an older Office file (.doc, .xls, .ppt), whatever it is called, that holds macros."""
    with path.open("rb") as file:
        if file.read(len(_OLD_OFFICE)) != _OLD_OFFICE:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(_OLD_MACROS) >= 0 or _OLD_SLIDE_MACROS.search(content) is not None


def _is_encrypted(path: Path) -> bool:
    """Return whether an old-style container only wraps a newer document that is locked with a password."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find("EncryptedPackage".encode("utf-16-le")) >= 0
