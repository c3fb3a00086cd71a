"""The checksums that tantivy writes at the end of its files: a changed byte is noticed before it is believed."""

import json
from pathlib import Path
from zlib import crc32

# A file ends in a footer of JSON that names its checksum, the footer's length in bytes, and these four bytes.
_MAGIC = (1337).to_bytes(4, "little")
_AT_ONCE = 1 << 20  # bytes


def altered_file(folder: Path) -> str | None:
    """Return the name of a file of an index that is not what was written, None when all are; reads them all."""
    for file in sorted(_committed(folder)):
        try:
            is_as_written = _is_as_written(file)
        except FileNotFoundError:  # a commit replaced it meanwhile
            continue
        if not is_as_written:
            return file.name
    return None


def _committed(folder: Path) -> set[Path]:
    """Return the files of the last commit; others are about to be written, or to be removed."""
    listed = json.loads((folder / "meta.json").read_bytes())["segments"]
    beginnings = set()
    for segment in listed:
        name = segment["segment_id"].replace("-", "")
        beginnings.add(name)
        if segment["deletes"]:
            beginnings.add(f"{name}.{segment['deletes']['opstamp']}")
    return {file for file in folder.glob("*.*") if file.name.rpartition(".")[0] in beginnings}


def _is_as_written(file: Path) -> bool:
    with file.open("rb") as opened:
        size = opened.seek(0, 2)
        opened.seek(max(size - 8, 0))
        end = opened.read()
        length = size - 8 - int.from_bytes(end[:4], "little")
        if end[4:] != _MAGIC or length < 0:
            return False
        opened.seek(length)
        try:
            noted = json.loads(opened.read(size - 8 - length))["crc"]
        except (ValueError, TypeError, KeyError):
            return False
        opened.seek(0)
        found = 0
        while length:
            part = opened.read(min(length, _AT_ONCE))
            found, length = crc32(part, found), length - len(part)
    return bool(found == noted)
