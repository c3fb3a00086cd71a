"""How fast a folder of real files moves in, and how much memory that takes, by the command that people use.

    .venv/bin/python -m bench.importing [--files 2000] [--draw]

The files (Word, PowerPoint, PDF, Markdown) are written first, all of them different, with a sidecar that names a
title, a kind, terms, an owner and an expiry for each. Goals: under 400 MB at the peak, and flat: the last quarter
of the files takes no more than a tenth more than the second. Memory is what the command and every process below it
hold, a page that several share counted once (PSS), looked at ten times a second; of the command alone it is the
system's own high-water mark (VmHWM), set back at each quarter. The baseline hashes the same files and copies them
into another folder.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from docx import Document
from pptx import Presentation
from reportlab.pdfgen.canvas import Canvas

from bench.library import Writer
from portal.storage import FolderStorage

ROOT = Path(__file__).resolve().parent.parent
GOAL_MB = 400
GOAL_GROWTH = 1.1
INDUSTRIES = ("Energy", "Healthcare", "Retail", "Logistics")
KINDS = ("deck", "case study", "one-sheeter", "white paper")


def word(path: Path, words: Writer) -> None:
    """Write a Word file of six paragraphs and a table."""
    document = Document()
    document.add_heading(words.text(5))
    for _ in range(6):
        document.add_paragraph(words.text(80))
    table = document.add_table(3, 3)
    for row in table.rows:
        for cell in row.cells:
            cell.text = words.text(2)
    document.save(str(path))


def slides(path: Path, words: Writer) -> None:
    """Write a presentation of five slides."""
    show = Presentation()
    for _ in range(5):
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = words.text(5), words.text(40)
    show.save(str(path))


def pdf(path: Path, words: Writer) -> None:
    """Write a PDF of four pages."""
    canvas = Canvas(str(path))
    for _ in range(4):
        for line in range(12):
            canvas.drawString(60, 760 - 20 * line, words.text(10))
        canvas.showPage()
    canvas.save()


def markdown(path: Path, words: Writer) -> None:
    """Write a Markdown text."""
    path.write_text(f"# {words.text(5)}\n\n{words.text(400)}\n")


WRITERS: tuple[tuple[str, Callable[[Path, Writer], None]], ...] = (
    ("docx", word),
    ("pptx", slides),
    ("pdf", pdf),
    ("docx", word),
    ("md", markdown),
)


def build(folder: Path, count: int) -> list[Path]:
    """Write the files and their sidecar; return the files."""
    words, paths = Writer(5), []
    for number in range(count):
        ending, write = WRITERS[number % len(WRITERS)]
        path = folder / f"part {number // 200:02}" / f"piece {number:05}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, words)
        paths.append(path)
    with (folder / "tandem.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "title", "kind", "terms", "owner", "expires"])
        for number, path in enumerate(paths):
            terms = f"industry={INDUSTRIES[number % 4]}; stage=Discovery"
            day = f"{1 + number % 28:02}.{1 + number % 12:02}.2030"
            name = str(path.relative_to(folder))
            rows.writerow([name, f"Piece {number}", KINDS[number % 4], terms, "owner@example.com", day])
    return paths


def baseline(paths: list[Path], target: Path) -> float:
    """Hash and copy the files as any program would; return the seconds that took."""
    target.mkdir()
    start = time.perf_counter()
    for path in paths:
        with path.open("rb") as file:
            name = hashlib.file_digest(file, "sha256").hexdigest()
        shutil.copyfile(path, target / name)
        with (target / name).open("rb") as copied:
            os.fsync(copied.fileno())
    return time.perf_counter() - start


def stored(paths: list[Path], target: Path) -> float:
    """Put the files into a store as the portal does, names written through to the disk; return the seconds."""
    store, start = FolderStorage(target), time.perf_counter()
    for path in paths:
        store.put_file(path)
    return time.perf_counter() - start


def together(pid: int) -> int:
    """Return the bytes that a process and everything below it hold together."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(said_of(member, "smaps_rollup", "Pss") for member in family)


def said_of(pid: int, where: str, what: str) -> int:
    """Return the bytes that the system tells of one process, or 0 once it has ended."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/{where}").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(f"{what}:")).split()[1]) * 1024
    return 0


def set_back(pid: int) -> None:
    """Let the high-water mark of a process begin anew."""
    with suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def run(folder: Path, environment: dict[str, str], count: int, *options: str) -> None:
    """Import the folder, and print its speed and its memory at each quarter."""
    command = [sys.executable, "-m", "flask", "--app", "portal", "library", "add", "--json", "--publish"]
    start = time.perf_counter()
    process = subprocess.Popen(
        [*command, *options, str(folder)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    done, quarters, mark, peak = 0, [], 0, 0

    def count_lines() -> None:
        nonlocal done
        for line in process.stdout or ():
            done += '"row refused"' not in line

    reader = threading.Thread(target=count_lines)
    reader.start()
    while process.poll() is None:
        peak = max(peak, together(process.pid))
        mark = said_of(process.pid, "status", "VmHWM") or mark
        if done * 4 >= count * (len(quarters) + 1) and done < count:
            quarters.append((done, mark, peak))
            set_back(process.pid)
            peak = 0
        time.sleep(0.1)
    reader.join()
    seconds = time.perf_counter() - start
    quarters.append((done, mark, peak))
    print(
        f"imported: {done:,} files in {seconds:.1f} s, {done / seconds:.1f} files/s, exit {process.returncode}"
    )
    told(quarters)


def told(quarters: list[tuple[int, int, int]]) -> None:
    """Print the files, the command's bytes and all bytes at the peak of each quarter, and whether the goals are met."""
    print("   files   command MB   with its processes MB (peak since the line above)")
    for files, alone, family in quarters:
        print(f"{files:8,}{alone / 1e6:12.0f}{family / 1e6:12.0f}")
    peak = max(family for _, _, family in quarters) / 1e6
    print(f"peak {peak:.0f} MB, goal {GOAL_MB} MB: {'met' if peak < GOAL_MB else 'MISSED'}")
    if len(quarters) < 4:
        print("too short a run to say whether it is flat")
        return
    growth = quarters[-1][2] / quarters[1][2]
    verdict = "met" if growth <= GOAL_GROWTH else "MISSED"
    print(f"last quarter to second: {growth:.2f}, goal {GOAL_GROWTH}: {verdict}")


def main() -> None:
    """Build, take the baseline, import, and import the same again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--draw", action="store_true", help="draw previews too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        environment = {**os.environ, "PORTAL_DATA_DIR": str(work / "data"), "SOFFICE": "none"}
        flask = [sys.executable, "-m", "flask", "--app", "portal"]
        start = time.perf_counter()
        paths = build(work / "content", arguments.files)
        size = sum(path.stat().st_size for path in paths)
        print(f"{len(paths):,} files, {size / 1e6:.0f} MB, written in {time.perf_counter() - start:.0f} s")
        seconds = baseline(paths, work / "copies")
        print(f"baseline (hash, copy and fsync): {seconds:.1f} s, {len(paths) / seconds:,.0f} files/s")
        seconds = stored(paths, work / "store")
        print(f"into the store, with folders synced: {seconds:.1f} s, {len(paths) / seconds:,.0f} files/s")
        for setup in (["db", "upgrade"], ["users", "create", "owner@example.com", "--role", "marketer"]):
            subprocess.run([*flask, *setup], cwd=ROOT, env=environment, check=True, capture_output=True)
        run(work / "content", environment, arguments.files, *(["--draw"] if arguments.draw else []))
        print("the same once more:")
        run(work / "content", environment, arguments.files)


if __name__ == "__main__":
    main()
