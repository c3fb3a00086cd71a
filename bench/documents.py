"""How many words of real Office files and PDFs are found, and how fast they are read and drawn, beside bare libraries.

    PORTAL_SHARED_DATA=... .venv/bin/python -m bench.documents [words] [speed] [previews]

Words recovered: a word is a run of letters and digits (NFKC, lower case; without soft hyphens), or one Chinese or
Japanese character. Of the words that a reference shows, each as often as it shows it, the share that ours holds too:
mean over the files in which the reference shows any; a file that was not read holds none. The reference is
LibreOffice's PDF, or the PDF itself, through pdftotext; it is kept in the folder for temporary files.
A bare library does what a page of code would do with it: no guard, no limits, no pages, no titles.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import unicodedata
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pypdfium2
from lxml import etree
from openpyxl import load_workbook
from PIL import Image

from portal.library.documents.drawing import MAX_HEIGHT, PAGE_WIDTH, THUMB_WIDTH
from portal.library.documents.extract import Extraction, extract, read_document
from portal.library.documents.guard import run_guarded
from portal.library.documents.kinds import FileKind, identify
from portal.library.documents.preview import find_soffice, render_preview
from portal.storage import FolderStorage

GOALS = {"docx": 0.96, "pptx": 0.83, "pdf": 0.92}
GUARD_MS = 20
RATIO = 1.3
TIMES = 3
MOST_PAGES = 20
OFFICE_FILES = 10

_LEFT_OUT = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\ufffe]")
_CHINESE = "\u2e80-\u2fdf\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(f"[{_CHINESE}]|[^\\W{_CHINESE}]+")
_PARTS = {
    "docx": re.compile(r"word/(document|header|footer|footnotes|endnotes)\d*\.xml"),
    "pptx": re.compile(r"ppt/(slides/slide|notesSlides/notesSlide|diagrams/data|charts/chart)\d+\.xml"),
}


def words(text: str) -> Counter[str]:
    """Return how often each word stands in a text."""
    return Counter(_WORD.findall(_LEFT_OUT.sub("", unicodedata.normalize("NFKC", text)).casefold()))


def recovered(shown: Counter[str], found: Counter[str]) -> float:
    """Return the share of the words of the first that the second holds, each as often as it is there."""
    return (shown & found).total() / shown.total()


# The reference


def reference(path: Path, cache: Path) -> str | None:
    """Return the text that a person who prints the file would see, or None when LibreOffice or pdftotext fail on it."""
    kept = cache / f"{hashlib.sha256(path.read_bytes()).hexdigest()}.txt"
    if not kept.exists():
        with tempfile.TemporaryDirectory() as folder:
            pdf = path if path.suffix == ".pdf" else _printed(path, Path(folder))
            text = _run("pdftotext", "-enc", "UTF-8", str(pdf), "-") if pdf and pdf.exists() else b""
            if pdf is None or text is None:
                # It took too long this time, which says nothing about the next.
                return None
            # An empty file says that there is no reference, so that the next run does not try again.
            kept.write_bytes(text)
    return kept.read_text(encoding="utf-8", errors="replace") or None


def _printed(path: Path, folder: Path) -> Path | None:
    """Have LibreOffice write a PDF, or return None when it takes too long; when it fails there is no such file."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    options = ("--headless", "--norestore", "--convert-to", "pdf", "--outdir", str(folder))
    done = _run("soffice", profile, *options, str(path))
    return None if done is None else folder / f"{path.stem}.pdf"


def _run(*command: str) -> bytes | None:
    """Return what a program says, nothing when it fails, None when it takes too long."""
    try:
        return subprocess.run(command, capture_output=True, timeout=120, check=True).stdout
    except subprocess.TimeoutExpired:
        return None
    except subprocess.CalledProcessError:
        return b""


# The bare libraries


def bare_office(path: Path) -> str:
    """Read every text of the parts that hold any, by local name."""
    kind = "docx" if path.parent.name == "docx" else "pptx"
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    found: list[str] = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if _PARTS[kind].fullmatch(name):
                root = etree.fromstring(archive.read(name), parser)
                for element in () if root is None else root.iter(etree.Element):
                    found.append(_bare_text(element.tag.rpartition("}")[2], element.text))
    return "".join(found)


def _bare_text(name: str, text: str | None) -> str:
    if name == "t":
        return text or ""
    return f" {text or ''} " if name == "v" else "\n" if name in ("p", "br", "tab") else ""


def bare_pdf(path: Path) -> str:
    """Read every page's text."""
    document = pypdfium2.PdfDocument(path)
    return "\n".join(page.get_textpage().get_text_range(errors="ignore") for page in document)


def bare_workbook(path: Path) -> str:
    """Read every cell's value."""
    book = load_workbook(path, read_only=True, data_only=True)
    rows = (row for sheet in book.worksheets for row in sheet.iter_rows(values_only=True))
    return "\n".join("\t".join(str(value) for value in row if value is not None) for row in rows)


BARE: dict[str, Callable[[Path], str]] = {
    "docx": bare_office,
    "pptx": bare_office,
    "pdf": bare_pdf,
    "xlsx": bare_workbook,
}


def bare_text(path: Path) -> str | None:
    """Return what the bare library finds, or None when it fails."""
    try:
        return BARE[path.parent.name](path)
    except Exception:
        return None


# Words


@dataclass(frozen=True)
class Found:
    """Of one file: how many words the reference shows, and the shares found by us and by the bare library (None: not
    opened)."""

    name: str
    shown: int
    ours: float | None
    bare: float | None


def look_at(path: Path, cache: Path) -> Found | None:
    """Compare what is found in a file with its reference; None when there is none or it shows no words."""
    shown = words(reference(path, cache) or "")
    if not shown:
        return None
    read, bare = extract(path, path.name), bare_text(path)
    ours = recovered(shown, words("\n".join(page.words for page in read.pages))) if _opened(read) else None
    return Found(path.name, shown.total(), ours, None if bare is None else recovered(shown, words(bare)))


def _opened(read: Extraction) -> bool:
    return read.state == "indexed" or read.reason == "No text was found in it."


def print_words(office: Path, cache: Path) -> None:
    """Print the shares by kind of file, and the files in which most is missed."""
    print("Words recovered     files  opened   mean   of those opened  by words   goal")
    for kind, goal in GOALS.items():
        paths = sorted((office / kind).iterdir())
        found = [look for path in paths if (look := look_at(path, cache))]
        ours, bare = [look.ours for look in found], [look.bare for look in found]
        sizes = [look.shown for look in found]
        mean = sum(share or 0 for share in ours) / len(ours)
        print(f"{kind:16}{_shares(ours, sizes)}{goal:7.2f}  {'met' if mean >= goal else 'MISSED'}")
        print(f"{'  bare library':16}{_shares(bare, sizes)}")
        worst = sorted(found, key=lambda look: look.ours or 0)[:5]
        told = (f"{look.name} {'not read' if look.ours is None else f'{look.ours:.2f}'}" for look in worst)
        print("  least in: " + ", ".join(told))
        print(
            f"  left out, because no reference could be made or it shows no words: {len(paths) - len(found)}"
        )


def _shares(shares: Sequence[float | None], sizes: Sequence[int]) -> str:
    opened = [(share, size) for share, size in zip(shares, sizes, strict=True) if share is not None]
    mean = sum(share for share, _ in opened) / len(shares)
    by_words = sum(share * size for share, size in opened) / sum(size for _, size in opened)
    of_opened = statistics.fmean(share for share, _ in opened)
    return f"{len(shares):9}{len(opened):8}{mean:8.3f}{of_opened:15.3f}{by_words:12.3f}"


# Speed


def best_ms(work: Callable[[], object]) -> float:
    """Return the quickest of a few runs, in milliseconds by the clock."""
    return min(_ms(work) for _ in range(TIMES))


def _ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def print_speed(office: Path) -> None:
    """Print how long reading takes, guarded and not, and how long the bare library takes on the same files."""
    run_guarded(abs, 1)
    guard = sorted(best_ms(lambda: run_guarded(abs, 1)) for _ in range(20))
    print(f"Reading, ms by the clock, best of {TIMES}: median / 95th percentile of the files that hold text")
    print(f"The guard alone takes {_at(guard, 0.5):.1f} / {_at(guard, 0.95):.1f} ms.")
    print(
        "         files        guarded          may take         unguarded              bare       guarded : bare"
    )
    for kind in BARE:
        rows = [row for path in sorted((office / kind).iterdir()) if (row := _times(path))]
        columns = [(_at(times, 0.5), _at(times, 0.95)) for times in map(sorted, zip(*rows, strict=True))]
        guarded, unguarded, bare = columns
        may = (RATIO * bare[0] + GUARD_MS, RATIO * bare[1] + GUARD_MS)
        ratio = (guarded[0] / bare[0], guarded[1] / bare[1])
        cells = "".join(f"{pair[0]:10.1f}{pair[1]:8.1f}" for pair in (guarded, may, unguarded, bare, ratio))
        kept = guarded[0] <= may[0] and guarded[1] <= may[1]
        print(f"{kind:6}{len(rows):7}{cells}  {'met' if kept else 'MISSED'}")


def _times(path: Path) -> tuple[float, float, float] | None:
    """Return how long a file takes guarded, unguarded and bare; None when one of them finds nothing."""
    found = extract(path, path.name)
    if found.state != "indexed" or bare_text(path) is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return (
            best_ms(lambda: extract(path, path.name)),
            best_ms(lambda: read_document(path, found.kind)),
            best_ms(lambda: bare_text(path)),
        )


def _at(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]


# Previews


def bare_drawing(path: Path, folder: Path) -> int:
    """Draw every page of a PDF as its picture and thumbnail, and return how many there were."""
    document = pypdfium2.PdfDocument(path)
    if document.get_formtype() not in (
        pypdfium2.raw.FORMTYPE_XFA_FULL,
        pypdfium2.raw.FORMTYPE_XFA_FOREGROUND,
    ):
        document.init_forms()
    for number, page in enumerate(document):
        width, height = page.get_size()
        picture = page.render(scale=min(PAGE_WIDTH / width, MAX_HEIGHT / height)).to_pil().convert("RGB")
        picture.save(folder / f"{number}.webp", "WEBP", quality=80, method=3)
        small = picture.resize(
            (THUMB_WIDTH, max(1, picture.height * THUMB_WIDTH // picture.width)), Image.Resampling.BICUBIC
        )
        small.save(folder / f"{number}-small.webp", "WEBP", quality=80, method=3)
    return len(document)


@dataclass
class Drawn:
    """Pages drawn and the milliseconds that it took."""

    pages: int = 0
    took: float = 0.0

    def add(self, other: Drawn) -> None:
        """Add another's pages and time."""
        self.pages += other.pages
        self.took += other.took

    def told(self, name: str) -> str:
        """Say how many pages there were in a second."""
        return f"{name} {self.pages / self.took * 1000:.1f} ({self.pages} pages)"


def _drawn(work: Callable[[], int], times: int) -> Drawn:
    """Do it so many times, and return the pages that were drawn each time, and the quickest time."""
    pages: list[int] = []
    took = [_ms(lambda: pages.append(work())) for _ in range(times)]
    return Drawn(min(pages), min(took))


def print_previews(office: Path) -> None:
    """Print how many pages are drawn and stored in a second, guard and all, and how many by the bare libraries."""
    print(f"Pages previewed a second, {PAGE_WIDTH} px and {THUMB_WIDTH} px WebP, by what was drawn")
    pdfs = [
        path
        for path in sorted((office / "pdf").iterdir())
        if path.read_bytes()[:5] == b"%PDF-" and _page_count(path) in range(1, MOST_PAGES + 1)
    ]
    _print_drawing(FileKind.PDF, pdfs, bare_drawing, TIMES, None)
    soffice = find_soffice()
    if soffice is None:
        print("  docx and pptx NOT MEASURED: soffice not installed.")
        return
    for kind in (FileKind.DOCX, FileKind.PPTX):
        paths = [path for path in sorted((office / kind).iterdir()) if identify(path, path.name).kind is kind]
        _print_drawing(kind, paths[:OFFICE_FILES], bare_office_drawing, 1, soffice)


def bare_office_drawing(path: Path, folder: Path) -> int:
    """Convert an Office file with LibreOffice alone, draw its pages, and return how many there were."""
    pdf = _printed(path, folder)
    return bare_drawing(pdf, folder) if pdf and pdf.exists() else 0


def _print_drawing(
    kind: FileKind, paths: list[Path], bare: Callable[[Path, Path], int], times: int, soffice: str | None
) -> None:
    ours, theirs, stored, both = Drawn(), Drawn(), Drawn(), 0
    for path in paths:
        with tempfile.TemporaryDirectory() as name:
            out = Path(name) / "out"
            draw = partial(render_preview, path, path.name, kind, out, soffice)
            mine = _drawn(lambda draw=draw: len(draw().images), times)
            bares = _drawn(partial(bare, path, Path(name)), times)
            if not mine.pages or not bares.pages:
                continue
            both += 1
            ours.add(mine)
            theirs.add(bares)
            stored.add(_drawn(partial(_stored, out, Path(name) / "store"), 1))
    if not both:
        print(f"  {kind}: NOT MEASURED, none of {len(paths)} files was drawn by both.")
        return
    share = ours.pages / ours.took / (theirs.pages / theirs.took)
    print(f"  {kind}, {both} of {len(paths)} files that both draw: ", end="")
    print(f"{ours.told('ours')}, {theirs.told('bare')}, ratio {share:.2f}; {stored.told('then stored')}")


def _stored(drawn: Path, place: Path) -> int:
    """Store the pictures of some pages, two for each, and return how many pages they are."""
    pictures, store = list(drawn.iterdir()), FolderStorage(place)
    for picture in pictures:
        store.put_file(picture)
    return len(pictures) // 2


def _page_count(path: Path) -> int:
    try:
        return len(pypdfium2.PdfDocument(path))
    except pypdfium2.PdfiumError:
        return 0


def main() -> None:
    """Print the tables that are asked for, or all."""
    wanted: Any = sys.argv[1:] or ["words", "speed", "previews"]
    office = Path(os.environ.get("PORTAL_SHARED_DATA") or "/nowhere") / "office"
    if not office.is_dir():
        sys.exit("NOT MEASURED: PORTAL_SHARED_DATA names no folder with office/ in it.")
    if "words" in wanted:
        missing = [name for name in ("soffice", "pdftotext") if not shutil.which(name)]
        if missing:
            print(f"WORDS RECOVERED NOT MEASURED: {' and '.join(missing)} not installed.")
        else:
            cache = Path(tempfile.gettempdir()) / "tandem-bench-references"
            cache.mkdir(exist_ok=True)
            print_words(office, cache)
    if "speed" in wanted:
        print_speed(office)
    if "previews" in wanted:
        print_previews(office)


if __name__ == "__main__":
    main()
