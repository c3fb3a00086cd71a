"""An Office file as the zip of XML parts that it is, opened and read within bounds."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lxml import etree

from portal.library.documents.problems import DAMAGED, DOCTYPE, LOCKED, Unreadable, Unsafe
from portal.tabular.packed import BROKEN

MEGABYTE = 1 << 20
MAX_MEMBERS = 5_000
MAX_DIRECTORY_BYTES = 2 * MEGABYTE
MAX_TOTAL_BYTES = 500 * MEGABYTE
MAX_PART_BYTES = 64 * MEGABYTE
MAX_RATIO = 200
RATIO_APPLIES_ABOVE = MEGABYTE

LONG_CONTENTS = "its table of contents is larger than any document needs"

_MARKUP = (".xml", ".rels", ".vml")
_CONTENTS = "[content_types].xml"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED_FLAG = 1

_MAIN_PARTS = {
    "wordprocessingml.document": ("docx", "a Word document"),
    "presentationml.presentation": ("pptx", "a PowerPoint presentation"),
    "spreadsheetml.sheet": ("xlsx", "an Excel workbook"),
    "wordprocessingml.template": ("", "a Word template"),
    "presentationml.template": ("", "a PowerPoint template"),
    "presentationml.slideshow": ("", "a PowerPoint show"),
    "spreadsheetml.template": ("", "an Excel template"),
}


class _BoundedFile(io.FileIO):
    """A file that, while `bounded`, gives no more at once than a sane table of contents, which is read in one piece."""

    bounded = True

    def read(self, size: int | None = -1, /) -> Any:
        if not self.bounded or (size is not None and 0 <= size <= MAX_DIRECTORY_BYTES):
            return super().read(size)
        data = super().read(MAX_DIRECTORY_BYTES + 1)
        if len(data) > MAX_DIRECTORY_BYTES:
            raise Unsafe(LONG_CONTENTS)
        return data


@dataclass(frozen=True)
class Relation:
    """A link from one part to another: the last word of its type, the target's full name, whether that is outside."""

    kind: str
    target: str
    external: bool


class Package:
    """An opened Office file; opening it checks what it would unpack to, and every read is bounded."""

    def __init__(self, path: Path) -> None:
        self._file = _BoundedFile(path)
        self._relations: dict[str, dict[str, Relation]] = {}
        try:
            self._zip = zipfile.ZipFile(self._file)
            self._file.bounded = False
            self._members = {
                _plain(member.filename): member for member in self._zip.infolist() if not member.is_dir()
            }
            _check(self._zip.infolist())
            self._types = self.xml(_CONTENTS) if _CONTENTS in self else etree.Element("Types")
            self.main_part = self.related("", "officeDocument")
        except BROKEN as error:
            self._file.close()
            raise Unreadable(DAMAGED) from error
        except Unreadable:
            self._file.close()
            raise

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *details: object) -> None:
        self._file.close()

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._members

    @property
    def names(self) -> list[str]:
        """The names of all parts, as written in the file."""
        return [member.filename for member in self._members.values()]

    @property
    def has_macros(self) -> bool:
        """Whether the file says that it carries macros."""
        types = " ".join(kind.lower() for kind in self._types.xpath("//@ContentType"))
        return "macroenabled" in types or "vbaproject" in types or "vnd.ms-office.vba" in types

    @property
    def holds(self) -> str:
        """The kind of document that the main part is: "docx", "pptx", "xlsx" or ""."""
        return self._described()[0]

    @property
    def looks_like(self) -> str:
        """The kind of document that the main part is, in words."""
        return self._described()[1]

    def read(self, name: str) -> bytes:
        """Return one part's bytes; Unreadable when it is missing or damaged."""
        member = self._members.get(_plain(name))
        if member is None:
            raise Unreadable(f"its part {name} is missing")
        try:
            with self._zip.open(member) as part:
                # Asked for no more than the part says that it holds, the library unpacks no more of one that lies.
                return part.read(member.file_size)
        except BROKEN as error:
            raise Unreadable(DAMAGED) from error

    def xml(self, name: str) -> Any:
        """Return one part as an element tree, parsed without entities or network, and mended if need be."""
        return parse(self.read(name))

    def copy(self, target: Path | io.BytesIO, change: Callable[[str, bytes], bytes]) -> None:
        """Write the package anew, each part through `change(name, bytes)`, for readers that parse by themselves.

        They then see what was checked here, not what another reading of the same zip might find.
        """
        with zipfile.ZipFile(target, "w") as copy:
            for name in self.names:
                data = self.read(name)
                if name.lower().endswith(_MARKUP):
                    refuse_doctype(data)
                # What is small is read again at once; packing it would take longer than reading it.
                packing = zipfile.ZIP_DEFLATED if len(data) > MEGABYTE else zipfile.ZIP_STORED
                copy.writestr(name.lstrip("/\\").replace("\\", "/"), change(name, data), packing, 1)

    def relations(self, part: str) -> dict[str, Relation]:
        """Return what a part ("" for the package) links to, by relation id."""
        if part not in self._relations:
            self._relations[part] = self._read_relations(part)
        return self._relations[part]

    def _read_relations(self, part: str) -> dict[str, Relation]:
        folder, base = posixpath.split(part)
        name = posixpath.join(folder, "_rels", f"{base}.rels")
        if name not in self:
            return {}
        return {
            element.get("Id", ""): Relation(
                element.get("Type", "").rpartition("/")[2],
                _resolve(folder, element.get("Target", "")),
                element.get("TargetMode") == "External",
            )
            for element in self.xml(name).iterfind("{*}Relationship")
        }

    def related(self, part: str, kind: str) -> str:
        """Return the first part of this kind that a part links to and that exists, else ""."""
        links = self.relations(part).values()
        return next((link.target for link in links if link.kind == kind and link.target in self), "")

    def _described(self) -> tuple[str, str]:
        kind = self._content_type(self.main_part) if self.main_part else ""
        for fragment, described in _MAIN_PARTS.items():
            if f"{fragment}.main+xml" in kind:
                return described
        if "mimetype" in self:
            return "", "an OpenDocument file or e-book"
        return "", "a ZIP archive"

    def _content_type(self, part: str) -> str:
        wanted, extension = "/" + _plain(part), part.rpartition(".")[2].lower()
        for element in self._types.iterfind("{*}Override"):
            if element.get("PartName", "").lower() == wanted:
                return element.get("ContentType", "")
        for element in self._types.iterfind("{*}Default"):
            if element.get("Extension", "").lower() == extension:
                return element.get("ContentType", "")
        return ""


def parse(data: bytes) -> Any:
    """Return markup as an element tree, mended if need be; Unsafe with a document type, else Unreadable."""
    refuse_doctype(data)
    root = _parsed(data, recover=False)
    if root is None:
        root = _parsed(data, recover=True)
    if root is None:
        raise Unreadable(DAMAGED)
    if root.getroottree().docinfo.doctype:
        raise Unsafe(DOCTYPE)
    return root


def refuse_doctype(data: bytes) -> None:
    """Raise Unsafe when markup declares a document type: Office never does, and entities come with it."""
    # Without its NULs, UTF-16 and UTF-32 look like ASCII here.
    if b"<!DOCTYPE" in (data.replace(b"\x00", b"") if b"\x00" in data[:64] else data):
        raise Unsafe(DOCTYPE)


def _parsed(data: bytes, recover: bool) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None


def _check(members: list[zipfile.ZipInfo]) -> None:
    """Refuse what would unpack to more than any real document does."""
    if len(members) > MAX_MEMBERS:
        raise Unsafe(f"it holds more than {MAX_MEMBERS:,} parts")
    if sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
        raise Unsafe(f"it unpacks to more than {MAX_TOTAL_BYTES // MEGABYTE} MB")
    for member in members:
        if member.flag_bits & _ENCRYPTED_FLAG:
            raise Unreadable(LOCKED)
        if member.compress_type not in _METHODS:
            raise Unreadable("it is packed in a way that Office does not use")
        if member.file_size > MAX_PART_BYTES:
            raise Unsafe(f"a part of it unpacks to more than {MAX_PART_BYTES // MEGABYTE} MB")
        name = _plain(member.filename)
        if name.endswith((_CONTENTS, ".rels")) and member.file_size > MAX_DIRECTORY_BYTES:
            raise Unsafe(LONG_CONTENTS)
        # Drawings of one colour pack better than this in honest files; they are never parsed as markup.
        if (
            name.endswith(_MARKUP)
            and member.file_size > RATIO_APPLIES_ABOVE
            and member.file_size > MAX_RATIO * max(1, member.compress_size)
        ):
            raise Unsafe(f"a part of it unpacks to more than {MAX_RATIO} times its size")


def _plain(name: str) -> str:
    """Return a part's name as it is compared: lower case, forward slashes, no leading slash."""
    return name.replace("\\", "/").lstrip("/").lower()


def _resolve(folder: str, target: str) -> str:
    path = unquote(target).replace("\\", "/")
    return posixpath.normpath(posixpath.join("/", folder, path)).lstrip("/")
