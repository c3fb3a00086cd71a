"""From bytes to text: which encoding a file is in, or in plain words why it is no text."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from portal.errors import Invalid

CHUNK = 1 << 20
SAMPLE = 1 << 16

OLD_OFFICE = b"\xd0\xcf\x11\xe0"
SIGNATURES = (
    (b"PK\x05\x06", "an empty packed file"),
    (OLD_OFFICE, "an old Excel workbook (.xls), or one with a password"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a packed file"),
    (b"SQLite format 3", "a database"),
    (b"{\\rtf", "a rich-text document"),
)
MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<svg")
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\f") + b"\x7f"


class TableUnreadable(Invalid):
    """A file as a whole can't be read as a table; the message says why, and where possible what to do."""


@dataclass(frozen=True)
class Encoding:
    """How a file's bytes become text: the codec, its name for people, and what had to be assumed."""

    codec: str
    words: str
    notes: tuple[str, ...] = ()


def detect_encoding(data: bytes, filename: str) -> Encoding:
    """Return an encoding that is sure to decode `data`; raise TableUnreadable when it is no text."""
    _refuse_known_formats(data, filename)
    for mark, codec, words in MARKS:
        if data.startswith(mark):
            if _first_undecodable(data, codec, filename) is not None:
                raise TableUnreadable(
                    f"{filename} begins like {words} text but is damaged further on. Please export it again."
                )
            return Encoding(codec, words)
    return _unmarked_utf16(data, filename) or _eight_bit(data, filename)


def _refuse_known_formats(data: bytes, filename: str) -> None:
    for signature, words in SIGNATURES:
        if data.startswith(signature):
            raise TableUnreadable(
                f"{filename} is {words}. Please save it as an Excel workbook (.xlsx) or as CSV, without a password."
                if signature == OLD_OFFICE
                else f"{filename} is {words}, not a CSV file. Please export or save it as CSV."
            )
    if data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(MARKUP):
        raise TableUnreadable(f"{filename} is a web page, not a CSV file. Please download the export again.")


def _unmarked_utf16(data: bytes, filename: str) -> Encoding | None:
    """Recognise UTF-16 without a mark by the zero bytes that stand beside every ASCII character."""
    sample = data[: SAMPLE & ~1]
    if len(sample) < 4 or len(data) % 2:
        return None
    pairs = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    for codec, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        likely = zeros > pairs * 0.2 and others * 20 < zeros
        if likely and _first_undecodable(data, codec, filename) is None:
            return Encoding(codec, "UTF-16", ("The file was read as UTF-16.",))
    return None


def _eight_bit(data: bytes, filename: str) -> Encoding:
    sample = data[:SAMPLE]
    strange = len(sample) - len(sample.translate(None, CONTROLS))
    if b"\0" in data or strange * 50 > len(sample):
        raise TableUnreadable(f"{filename} is not text. Please export or save it as CSV.")
    wrong_at = _first_undecodable(data, "utf-8", filename)
    if wrong_at is None:
        return Encoding("utf-8", "UTF-8")
    line = data.count(b"\n", 0, wrong_at) + 1
    for codec, words in (("cp1252", "Windows-1252"), ("latin-1", "Latin-1")):
        if _first_undecodable(data, codec, filename) is None:
            note = (
                f"Line {line} is not valid UTF-8, so the whole file was read as {words} (Western European)."
            )
            return Encoding(codec, words, (note,))
    raise AssertionError("Latin-1 decodes every byte")


def _first_undecodable(data: bytes, codec: str, filename: str) -> int | None:
    """Return where decoding fails (near enough to name the line), or None; decodes in steps to spare memory."""
    decoder = codecs.getincrementaldecoder(codec)()
    view = memoryview(data)
    for start in range(0, len(data), CHUNK):
        last = start + CHUNK >= len(data)
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(bytes(view[start : start + CHUNK]), final=last)
        except UnicodeDecodeError as error:
            return start - pending + error.start
        if "\0" in text:
            raise TableUnreadable(f"{filename} is not text. Please export or save it as CSV.")
    return None
