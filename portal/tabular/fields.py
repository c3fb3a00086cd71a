"""What a reader wants of a file: its fields by name and content, and how a person laid them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

# field -> its spellings as header_key() gives them, the surest first
Spellings = Mapping[str, tuple[str, ...]]
# Which column is which field, and how its cells are written; plain JSON.
Layout = Mapping[str, Any]
Content = Literal["id", "email", "date", "amount", "stage", "currency"]


@dataclass(frozen=True)
class Fields:
    """The fields of one kind of file.

    `wanted` are those it can't do without, in words; `instead` names what may stand for a field; `contents` says what
    the cells look like where a column may be guessed by them.
    """

    spellings: Spellings
    wanted: Mapping[str, str]
    instead: Mapping[str, str] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()
    contents: Mapping[str, Content] = field(default_factory=dict)


def chosen_columns(layout: Layout | None) -> Mapping[str, str | None]:
    """Return field -> header of a layout; None stands for a field that somebody left empty."""
    columns = (layout or {}).get("columns")
    return columns if isinstance(columns, Mapping) else {}


def chosen_orders(layout: Layout | None) -> Mapping[str, str]:
    """Return field -> dmy or mdy, as a layout settles it."""
    return (layout or {}).get("dates") or {}


def chosen_decimals(layout: Layout | None) -> Mapping[str, str]:
    """Return field -> comma, point or each, as a layout settles it."""
    return (layout or {}).get("decimal") or {}
