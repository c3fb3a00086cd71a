"""What a page to look at is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shown:
    """One page to look at; `role` is whose eyes, or None for somebody who is not signed in."""

    name: str
    role: str | None
    path: str
