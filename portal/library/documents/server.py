"""Loaded first into the server that guarded processes are forked from, and of use nowhere else: what it keeps quiet."""

from __future__ import annotations

import sys
from types import TracebackType


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    # The asking process was stopped while it said what to do: nobody is left to read a traceback.
    if kind is not EOFError:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _tell
