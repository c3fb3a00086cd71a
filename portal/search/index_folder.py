"""Which of the indexes in a folder is live, of which engine and version: a small file that is replaced in one step."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from zlib import crc32

from whoosh.util.filelock import FileLock, try_for

from portal.search.engine import IndexBusyError, IndexUnusableError

PATIENCE = 10.0  # seconds to wait for another writer
RETRY_EVERY = 0.05  # seconds
_FIRST_ENGINE = "whoosh"  # pointers named no engine while there was but one


class IndexFolder:
    """Keeps indexes side by side, `index-` and a random name each; index.json names the live one.

    A name is never used twice, so whoever holds an index open knows by its name that another took its place.
    """

    def __init__(self, path: Path, engine: str, version: int) -> None:
        self._path = path
        self._engine = engine
        self._version = version
        self._pointer = Pointer(path)

    def live(self) -> Path | None:
        """Return the folder of the live index, None when there is none yet.

        Raises IndexUnusableError when it is of another engine or version, or can't be told.
        """
        live = self._pointer.read()
        if live is None:
            return None
        if live["engine"] != self._engine:
            raise IndexUnusableError(f"The search index was built by {live['engine']}, not {self._engine}.")
        version, name = live["version"], str(live["folder"])
        if version != self._version:
            raise IndexUnusableError(f"The search index has version {version}, this program {self._version}.")
        if not re.fullmatch(r"index-[0-9a-f]+", name):
            raise IndexUnusableError("index.json of the search index names no index.")
        return self._path / name

    def state(self) -> object:
        """Return what changes with every commit and every rebuild."""
        try:
            folder = self.live()
            return folder and (folder, commit_of(folder))
        except (IndexUnusableError, FileNotFoundError):
            return None

    def new(self) -> Path:
        """Return the folder for one more index, not made yet."""
        return self._path / f"index-{token_hex(4)}"

    def make_live(self, folder: Path) -> None:
        """Point to this index and remove all others; who has one of them open can read it to the end."""
        self._pointer.write({"engine": self._engine, "version": self._version, "folder": folder.name})
        for other in self._path.glob("index-*"):
            if other != folder:
                self.discard(other)

    def discard(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def locked(self, patience: float) -> Iterator[None]:
        """Hold the lock of all writers, a rebuild included: nothing may be put into an index about to go."""
        self._path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(self._path / "lock"))
        if not try_for(lock.acquire, timeout=patience, delay=RETRY_EVERY):
            raise IndexBusyError("Another process is writing to the search index.")
        try:
            yield
        finally:
            lock.release()


class Pointer:
    """index.json of a folder, read again only when it was replaced."""

    def __init__(self, path: Path) -> None:
        self._file = path / "index.json"
        self._last_read: tuple[tuple[int, int], dict[str, object]] | None = None

    def read(self) -> dict[str, object] | None:
        """Return the engine, version and folder of the live index, None when there is none yet.

        Raises IndexUnusableError when the file can't be read.
        """
        try:
            stat = self._file.stat()
            state = (stat.st_ino, stat.st_mtime_ns)
            last = self._last_read
            if not last or last[0] != state:
                last = self._last_read = (state, self._parsed())
        except FileNotFoundError:
            return None
        return last[1]

    def write(self, live: dict[str, object]) -> None:
        """Point to an index, on disk before this returns."""
        written = self._file.with_suffix(".new")
        with written.open("w") as file:
            json.dump(live, file)
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._file)

    def _parsed(self) -> dict[str, object]:
        try:
            live = json.loads(self._file.read_bytes())
            return {
                "engine": live.get("engine", _FIRST_ENGINE),
                "version": live["version"],
                "folder": live["folder"],
            }
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise IndexUnusableError(f"{self._file.name} of the search index is unreadable.") from error


def commit_of(folder: Path) -> list[object]:
    """Return what tells a commit from all others: Whoosh writes a new list of segments, tantivy replaces it."""
    found: list[object] = [*sorted(file.name for file in folder.glob("*.toc"))]
    with suppress(FileNotFoundError):
        found.append(crc32((folder / "meta.json").read_bytes()))
    return found


def note_files(folder: Path) -> None:
    """Write down the files of an index as a commit leaves them, for `wrong_file`."""
    written = folder / "sizes.new"
    written.write_text(json.dumps({"commit": commit_of(folder), "sizes": _sizes(folder)}))
    written.replace(folder / "sizes.json")


def wrong_file(folder: Path) -> str | None:
    """Return the name of a file that is missing or has another size than noted, None when all are right.

    Whoosh itself reads over missing columns and then ranks nonsense. When a crash came between the commit and
    the note, there is nothing to compare with.
    """
    noted = json.loads((folder / "sizes.json").read_text())
    found = _sizes(folder)
    if noted.get("commit") != commit_of(folder):
        return None
    return next((name for name, size in noted["sizes"].items() if found.get(name) != size), None)


def _sizes(folder: Path) -> dict[str, int]:
    sizes = {}
    for file in sorted(folder.glob("*.*")):
        if file.name.startswith((".", "sizes.", "meta.")):
            continue
        with suppress(FileNotFoundError):  # removed meanwhile by a commit, which takes some time to clean up
            sizes[file.name] = file.stat().st_size
    return sizes
