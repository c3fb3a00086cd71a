"""Real files from the demo's pieces: one writer a format, the same blocks in the same house colours."""

from collections.abc import Callable
from pathlib import Path

from portal.demo.pieces import Edition, Piece
from portal.demo.writers import markdown_file, pdf_file, pptx_file, word_file

_WRITERS: dict[str, Callable[[Piece, Edition, Path], None]] = {
    "docx": word_file.write,
    "pptx": pptx_file.write,
    "pdf": pdf_file.write,
    "md": markdown_file.write,
}


def write_file(piece: Piece, folder: Path, version: int | None = None) -> Path:
    """Write one version of a piece (the newest when not told) into the folder and say where."""
    edition = piece.editions[-1] if version is None else piece.editions[version - 1]
    path = folder / f"{piece.key}.{piece.format}"
    _WRITERS[piece.format](piece, edition, path)
    return path
