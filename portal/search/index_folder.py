"""Which of the indexes in a folder is live, and of which version: a small file that is replaced in one step."""

import json
import os
import re
import shutil
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from portal.search.engine import IndexUnusableError


class IndexFolder:
    """Keeps indexes side by side, `index-` and a random name each; index.json names the live one.

    A name is never used twice, so whoever holds an index open knows by its name that another took its place.
    """

    def __init__(self, path: Path, version: int) -> None:
        self._path = path
        self._version = version
        self._pointer = path / "index.json"
        self._last_read: tuple[tuple[int, int], Path] | None = None

    def live(self) -> Path | None:
        """Return the folder of the live index, None when there is none yet.

        Raises IndexUnusableError when it is of another version or can't be told.
        """
        try:
            stat = self._pointer.stat()
        except FileNotFoundError:
            return None
        state = (stat.st_ino, stat.st_mtime_ns)
        last = self._last_read
        if not last or last[0] != state:
            last = self._last_read = (state, self._read())
        return last[1]

    def state(self) -> object:
        """Return what changes with every commit and every rebuild."""
        try:
            folder = self.live()
            return folder and (folder, sorted(file.name for file in folder.glob("*.toc")))
        except (IndexUnusableError, FileNotFoundError):
            return None

    def new(self) -> Path:
        """Return the folder for one more index, not made yet."""
        return self._path / f"index-{token_hex(4)}"

    def make_live(self, folder: Path) -> None:
        """Point to this index and remove all others; who has one of them open can read it to the end."""
        written = self._pointer.with_suffix(".new")
        with written.open("w") as file:
            json.dump({"version": self._version, "folder": folder.name}, file)
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._pointer)
        for other in self._path.glob("index-*"):
            if other != folder:
                self.discard(other)

    def discard(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)

    def lock_file(self) -> Path:
        """Return the file that writers lock; its folder is made when missing."""
        self._path.mkdir(parents=True, exist_ok=True)
        return self._path / "lock"

    def _read(self) -> Path:
        try:
            pointer = json.loads(self._pointer.read_bytes())
            version, name = pointer["version"], pointer["folder"]
        except (ValueError, TypeError, KeyError) as error:
            raise IndexUnusableError(f"{self._pointer.name} of the search index is unreadable.") from error
        if version != self._version:
            raise IndexUnusableError(f"The search index has version {version}, this program {self._version}.")
        if not re.fullmatch(r"index-[0-9a-f]+", str(name)):
            raise IndexUnusableError(f"{self._pointer.name} of the search index names no index.")
        return self._path / name


def note_sizes(folder: Path) -> None:
    """Write down the files of an index as a commit leaves them, for `wrong_file`."""
    written = folder / "sizes.new"
    written.write_text(json.dumps(_sizes(folder)))
    written.replace(folder / "sizes.json")


def wrong_file(folder: Path) -> str | None:
    """Return the name of a file that is missing or has another size than noted, None when all are right.

    Whoosh itself reads over missing columns and then ranks nonsense. When a crash came between the commit and
    the note, there is nothing to compare with.
    """
    noted: dict[str, int] = json.loads((folder / "sizes.json").read_text())
    found = _sizes(folder)
    if not {name for name in found if name.endswith(".toc")} <= noted.keys():
        return None
    return next((name for name, size in noted.items() if found.get(name) != size), None)


def _sizes(folder: Path) -> dict[str, int]:
    sizes = {}
    for file in sorted(folder.glob("*MAIN_*.*")):
        with suppress(FileNotFoundError):  # removed meanwhile by a commit, which takes some time to clean up
            sizes[file.name] = file.stat().st_size
    return sizes
