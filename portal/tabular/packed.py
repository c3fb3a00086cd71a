"""A workbook is a zip of parts: what may go wrong when one is opened."""

from __future__ import annotations

import struct
import zipfile
import zlib

# What the library raises for a zip that is cut off, damaged, encrypted or packed in a way that it does not know.
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError),
    *(NotImplementedError, RuntimeError, struct.error, OverflowError),
)
