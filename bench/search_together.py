"""Many search while documents are written: whether anything fails, or what is stale or gone is shown.

    .venv/bin/python -m bench.search_together [--seconds 60] [--engine tantivy]

Eight threads in this process and two processes more search an index of 2,000 documents, while a thread replaces,
removes and adds documents, a commit at a time, and rebuilds now and then. Each document says which writing of it
this is. The writer says beforehand what will be removed, and afterwards what is there, so a search that began
after a commit and shows what was before it is counted as wrong. Prints counts; exits with 1 if any was wrong.
"""

from __future__ import annotations

import argparse
import json
import mmap
import random
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from portal.search.engine import ENGINES, Document, Engine, open_engine
from portal.search.query import read_query

DOCUMENTS = 2_000
THREADS, PROCESSES = 8, 2
WATCHED = 50  # documents that are replaced and removed again and again
REBUILD_EVERY = 30  # commits
FIELD = struct.Struct("<q")


class Board:
    """What is surely committed, shared by all processes: for each watched document the number of its writing.

    Negative means removed, 0 that it is being changed. Eight bytes each, replaced in one step.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(FIELD.size * (WATCHED + 1)))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)

    def read(self, id: int) -> int:
        """Return the writing of a document that is surely committed."""
        return int(FIELD.unpack_from(self._map, FIELD.size * id)[0])

    def write(self, id: int, number: int) -> None:
        """Say which writing of a document is surely committed."""
        FIELD.pack_into(self._map, FIELD.size * id, number)


def document(id: int, number: int) -> Document:
    """Return one writing of a document."""
    return Document(id, f"Deck {id}", f"common watched{id} writing{id}x{number} " + "filler words " * 20)


def search(engine: Engine, board: Board, chance: random.Random) -> str | None:
    """Search once; return what was wrong with the answer."""
    id = chance.randint(1, WATCHED)
    before = board.read(id)
    hits = {hit.id for hit in engine.rank(read_query(f"watched{id}"))}
    old = abs(before) - 1
    stale = old > 0 and id in {hit.id for hit in engine.rank(read_query(f"writing{id}x{old}"))}
    if board.read(id) != before or before == 0:  # written meanwhile: either answer is right
        return None
    if stale:
        return "a stale document"
    if (id in hits) != (before > 0):
        return "a lost document" if before > 0 else "a deleted document"
    return None


def searching(folder: Path, name: str, stop: threading.Event, seed: int) -> Counter[str]:
    """Search with an engine until told to stop; return the counts."""
    engine, board, chance = open_engine(folder, name), Board(folder / "board"), random.Random(seed)
    return search_on(engine, board, chance, stop)


def search_on(engine: Engine, board: Board, chance: random.Random, stop: threading.Event) -> Counter[str]:
    """Search until told to stop; return the counts."""
    counts: Counter[str] = Counter()
    while not stop.is_set():
        try:
            wrong = search(engine, board, chance)
        except Exception as error:
            wrong = f"an error: {error!r}"
        counts["searches"] += 1
        if wrong:
            counts[wrong] += 1
    return counts


def write(engine: Engine, board: Board, until: float) -> Counter[str]:
    """Replace, remove and add watched documents, and rebuild, for as long as it takes; return the counts."""
    chance, counts = random.Random(1), Counter[str]()
    numbers = {id: abs(board.read(id)) for id in range(1, WATCHED + 1)}
    present = {id for id in numbers if board.read(id) > 0}
    while time.monotonic() < until:
        if counts["commits"] % REBUILD_EVERY == REBUILD_EVERY - 1:
            engine.rebuild([document(id, numbers.get(id, 1)) for id in sorted(present | set(others()))])
            counts["rebuilds"] += 1
        chosen = chance.sample(range(1, WATCHED + 1), 3)
        for id in chosen:
            board.write(id, 0)
        if chance.random() < 0.3:
            engine.remove(chosen)
            present.difference_update(chosen)
        else:
            numbers.update((id, numbers[id] + 1) for id in chosen)
            engine.put(document(id, numbers[id]) for id in chosen)
            present.update(chosen)
        for id in chosen:
            board.write(id, numbers[id] if id in present else -numbers[id])
        counts["commits"] += 1
    return counts


def others() -> range:
    """Return the documents that stay as they are."""
    return range(WATCHED + 1, DOCUMENTS + 1)


def measure(name: str, seconds: float) -> bool:
    """Print what happened with one engine; say whether all was right."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        engine, board, stop = open_engine(folder, name), Board(folder / "board"), threading.Event()
        engine.rebuild(document(id, 1) for id in range(1, DOCUMENTS + 1))
        for id in range(1, WATCHED + 1):
            board.write(id, 1)
        told: list[Counter[str]] = []
        threads = [
            threading.Thread(target=lambda n=n: told.append(search_on(engine, board, random.Random(n), stop)))
            for n in range(THREADS)
        ]
        command = [sys.executable, "-m", "bench.search_together", "--searching", scratch, "--engine", name]
        processes = [subprocess.Popen(command, stdin=-1, stdout=-1, text=True) for _ in range(PROCESSES)]
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()
        for thread in threads:
            thread.start()
        written = write(open_engine(folder, name), board, time.monotonic() + seconds)
        stop.set()
        for thread in threads:
            thread.join()
        told += [Counter(json.loads(process.communicate("stop\n")[0])) for process in processes]
        problem = engine.check()
    return report(name, seconds, written, sum(told, Counter[str]()), problem)


def report(name: str, seconds: float, written: Counter[str], read: Counter[str], problem: str | None) -> bool:
    """Print the counts; say whether all was right."""
    searches = read.pop("searches")
    print(f"{name}: {searches:,} searches ({THREADS} threads, {PROCESSES} processes) in {seconds:.0f} s")
    print(f"  {written['commits']:,} commits and {written['rebuilds']} rebuilds meanwhile")
    print(f"  wrong answers: {dict(read) if read else 'none'}; the index afterwards: {problem or 'sound'}")
    return not read and problem is None


def main() -> int:
    """Measure both engines, or be one of the processes that search."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--engine", choices=ENGINES, action="append")
    parser.add_argument("--searching", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.searching:
        stop = threading.Event()
        threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
        print("ready", flush=True)
        print(json.dumps(searching(arguments.searching, arguments.engine[0], stop, 99)))
        return 0
    right = [measure(name, arguments.seconds) for name in arguments.engine or ENGINES]
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main())
