"""Which files are meant, and which sidecar speaks of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from portal.library.importing.sidecar import NAME, Sidecar, SidecarRow, place_of, read_sidecar


@dataclass(frozen=True)
class Finding:
    """The files to add in order, the paths that lead to nothing, and the sidecars."""

    files: tuple[Path, ...]
    missing: tuple[Path, ...]
    sidecars: tuple[Sidecar, ...]

    def row_of(self, path: Path) -> SidecarRow | None:
        """Return what a sidecar says of a file, if one does."""
        place = place_of(path)
        return next((sidecar.rows[place] for sidecar in self.sidecars if place in sidecar.rows), None)

    def not_asked_for(self, sidecar: Sidecar) -> int:
        """Return how many rows are about files that are there, but were not asked for."""
        return len(sidecar.rows.keys() - {place_of(path) for path in self.files})


def find_files(
    paths: Sequence[Path], sidecar: Path | None, *, leave_out: Sequence[Path], zone: tzinfo
) -> Finding:
    """Return the files at some paths and in the folders there, each once; raise TableUnreadable for a bad sidecar."""
    folders = [path for path in paths if path.is_dir()]
    sources = [sidecar] if sidecar else [folder / NAME for folder in folders if (folder / NAME).exists()]
    out = {place_of(path) for path in (*sources, *leave_out)}
    found: dict[str, Path] = {}
    missing: list[Path] = []
    for path in paths:
        for file in _files_at(path):
            if not file.is_file():
                missing.append(file)
            elif (place := place_of(file)) not in out:
                found.setdefault(place, file)
    files = tuple(found.values())
    sidecars = tuple(
        read_sidecar(source, folders if sidecar else (), files, zone=zone)
        for source in dict.fromkeys(sources)
    )
    return Finding(files, tuple(missing), sidecars)


def _files_at(path: Path) -> Iterator[Path]:
    """Yield a file, or the files of a folder and its folders by name; a path to nothing is kept, to be told of."""
    if not path.is_dir():
        yield path
        return
    for found in sorted(path.rglob("*")):
        inner = found.relative_to(path).parts
        if found.is_file() and not any(part.startswith((".", "~$")) for part in inner):
            yield found
