"""Which files are meant, which sidecar speaks of each, and what in the folders is no file to be taken."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from portal.errors import Invalid
from portal.library.importing.sidecar import NAME, Sidecar, SidecarRow, place_of, read_sidecar
from portal.tabular.table import TableUnreadable

LINK_OUT = "This link leads out of the folder, and is not followed."
LINK_NOWHERE = "This link leads nowhere."
NO_FILE = "This is neither a file nor a folder."


@dataclass(frozen=True)
class Finding:
    """The files to add in order, the paths that lead to nothing, those that can't be taken and why, and the sidecars.

    `left_out` are sidecars that nobody reads, because another was named.
    """

    files: tuple[Path, ...]
    missing: tuple[Path, ...]
    refused: tuple[tuple[Path, str], ...]
    sidecars: tuple[Sidecar, ...]
    left_out: tuple[Path, ...]

    def row_of(self, path: Path) -> SidecarRow | None:
        """Return what the nearest sidecar says of a file, if one does."""
        place = place_of(path)
        return next((sidecar.rows[place] for sidecar in self.sidecars if place in sidecar.rows), None)

    def not_asked_for(self, sidecar: Sidecar) -> int:
        """Return how many rows are about files that are there, but were not asked for."""
        return len(sidecar.rows.keys() - {place_of(path) for path in self.files})


def find_files(
    paths: Sequence[Path], sidecar: Path | None, *, leave_out: Sequence[Path], zone: tzinfo
) -> Finding:
    """Return the files at some paths and in the folders there, each once; raise PortalError for a bad sidecar."""
    folders = [path for path in paths if path.is_dir()]
    roots = [os.path.realpath(folder) for folder in folders]
    # Two names that look alike may be two files, so it is the file that counts once, not its name.
    out = {os.path.realpath(path) for path in (*leave_out, *([sidecar] if sidecar else []))}
    found: dict[str, Path] = {}
    sources: dict[str, Path] = {}
    missing: list[Path] = []
    refused: list[tuple[Path, str]] = []
    for path in paths:
        for file, problem in _walk(path, roots) if path in folders else [(path, _named(path))]:
            if problem is None:
                missing.append(file)
            elif problem:
                refused.append((file, problem))
            elif (place := os.path.realpath(file)) not in out:
                inside = file.name == NAME and file is not path
                (sources if inside else found).setdefault(place, file)
    files = tuple(file for place, file in found.items() if place not in sources)
    deepest_first = sorted(sources.values(), key=lambda source: -len(source.parts))
    used = [sidecar] if sidecar else deepest_first
    sidecars = tuple(_read(source, folders if sidecar else (), files, zone) for source in used)
    left_out = tuple(deepest_first) if sidecar else ()
    return Finding(files, tuple(missing), tuple(refused), sidecars, left_out)


def _read(source: Path, folders: Sequence[Path], files: tuple[Path, ...], zone: tzinfo) -> Sidecar:
    try:
        return read_sidecar(source, folders, files, zone=zone)
    except TableUnreadable as error:
        raise Invalid(f"{error.message} (in {source.parent})") from error


def _named(path: Path) -> str | None:
    """Return why a path that somebody named can't be taken, "" where it can, and None where nothing is there."""
    try:
        return "" if stat.S_ISREG(path.stat().st_mode) else NO_FILE
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    except OSError as error:
        return f"It could not be opened: {error.strerror}."


def _walk(folder: Path, roots: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """Yield what a folder and its folders hold, by name, with "" or why it can't be taken; nothing of hidden files."""
    waiting = [(folder, True)]
    while waiting:
        path, is_folder = waiting.pop()
        if not is_folder:
            problem = _problem(path, roots)
            if problem is not None:
                yield path, problem
            continue
        try:
            with os.scandir(path) as entries:
                inner = sorted(entries, key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            yield path, f"This folder could not be opened: {error.strerror}."
            continue
        shown = (entry for entry in inner if not entry.name.startswith((".", "~$")))
        waiting += [(path / entry.name, entry.is_dir(follow_symlinks=False)) for entry in shown]


def _problem(path: Path, roots: Sequence[str]) -> str | None:
    """Return why something in a folder can't be taken, or ""; None for a link to what is taken where it is."""
    if not path.is_symlink():
        return _named(path) or ""
    if not path.exists():
        return LINK_NOWHERE
    target = os.path.realpath(path)
    inside = any(target == root or target.startswith(f"{root.rstrip('/')}/") for root in roots)
    return None if inside else LINK_OUT
