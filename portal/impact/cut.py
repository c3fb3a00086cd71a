"""The cut: everything that a snapshot was made from, kept as one file, so that any of its figures can be made again."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from flask import current_app

from portal.errors import NotFound
from portal.impact.gathered import Coded, Gathered, Openings
from portal.impact.inputs import Deals, StageHistory, Touches
from portal.impact.rows import IntArray
from portal.storage import FolderStorage

# What is made of arrays, and the class that holds them; everything else is an array itself or a word.
PARTS: dict[str, Any] = {"deals": Deals, "history": StageHistory, "touches": Touches, "openings": Openings}
WORDS = ("stages", "facets", "data_as_of")
UNREADABLE = "What these figures were made from can't be read any more."
# What a file that is gone, cut short or damaged may raise while it is read.
DAMAGE = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error)


def cut_store() -> FolderStorage:
    """Return where cuts are kept: apart from what people uploaded."""
    return FolderStorage(current_app.config["DATA_DIR"] / "cuts")


def store_cut(gathered: Gathered) -> str:
    """Keep what was gathered, and return the name that it is found by; the same data is kept once."""
    return cut_store().put(io.BytesIO(_packed(gathered))).sha256


def load_cut(sha256: str) -> Gathered:
    """Return what was kept under a name; the last two are remembered by a process."""
    return _read(_file(sha256))


def _file(sha256: str) -> Path:
    try:
        return cut_store().path(sha256)
    except NotFound as error:
        raise NotFound(UNREADABLE) from error


@lru_cache(maxsize=8)
def words_of(sha256: str) -> dict[str, tuple[str, ...]]:
    """Return the words of every facet that a cut tells deals apart by, without reading the rest of it."""
    path = _file(sha256)
    try:
        with np.load(path, allow_pickle=False) as file:
            found = json.loads(file["words"].tobytes())["facets"]
    except DAMAGE as error:
        raise NotFound(UNREADABLE) from error
    return {name: tuple(names) for name, names in found.items()}


def _packed(gathered: Gathered) -> bytes:
    arrays: dict[str, Any] = {}
    for field in fields(gathered):
        value = getattr(gathered, field.name)
        if field.name in PARTS:
            arrays |= {f"{field.name}.{part.name}": getattr(value, part.name) for part in fields(value)}
        elif field.name not in WORDS:
            arrays[field.name] = value
    arrays |= {f"facets.{name}": facet.codes for name, facet in gathered.facets.items()}
    words = {
        "stages": gathered.stages,
        "facets": {name: facet.names for name, facet in gathered.facets.items()},
        "data_as_of": gathered.data_as_of.isoformat() if gathered.data_as_of else None,
    }
    arrays["words"] = np.frombuffer(json.dumps(words).encode(), np.uint8)
    file = io.BytesIO()
    # As numpy packs by itself it takes four times as long, to be a tenth smaller.
    with zipfile.ZipFile(file, "w") as packed:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.save(member, _narrow(array), allow_pickle=False)
            # Without a moment of its own, so that the same data always has the same name.
            plain = zipfile.ZipInfo(f"{name}.npy")
            packed.writestr(plain, member.getbuffer(), zipfile.ZIP_DEFLATED, compresslevel=1)
    return file.getvalue()


def _narrow(array: Any) -> Any:
    """Return integers in the narrowest type that holds them: a cut is read far more often than it is written."""
    if array.dtype != np.int64 or not len(array):
        return array
    needed = np.result_type(np.min_scalar_type(array.min()), np.min_scalar_type(array.max()), np.int8)
    return array.astype(needed) if needed.kind == "i" else array


@lru_cache(maxsize=2)
def _read(path: Path) -> Gathered:
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: _wide(file[name]) for name in file.files if name != "words"}
            words = json.loads(file["words"].tobytes())
        return _unpacked(arrays, words)
    except DAMAGE as error:
        raise NotFound(UNREADABLE) from error


def _wide(array: Any) -> Any:
    return array.astype(np.int64) if array.dtype.kind == "i" else array


def _unpacked(arrays: dict[str, Any], words: dict[str, Any]) -> Gathered:
    parts = {
        name: kind(**{field.name: arrays[f"{name}.{field.name}"] for field in fields(kind)})
        for name, kind in PARTS.items()
    }
    codes: dict[str, IntArray] = {name: arrays[f"facets.{name}"] for name in words["facets"]}
    as_of = words["data_as_of"]
    plain = {name: array for name, array in arrays.items() if "." not in name}
    return Gathered(
        **plain,
        **parts,
        stages=tuple(words["stages"]),
        facets={name: Coded(codes[name], tuple(names)) for name, names in words["facets"].items()},
        data_as_of=datetime.fromisoformat(as_of) if as_of else None,
    )
