"""The made-up company's house style: colours as hex without a hash, and the marks in running text."""

import re
from collections.abc import Iterator

INK = "1D2B2A"
MUTED = "5F6F6D"
BRAND = "0F4C4A"
BRAND_LIGHT = "2F7F7A"
ACCENT = "D9822B"
PALE = "EAF3F1"
LINE = "C9D8D5"
PAPER = "FFFFFF"

KIND_NAMES = {
    "case_study": "Case study",
    "deck": "Presentation",
    "one_sheeter": "One-sheeter",
    "battle_card": "Battle card",
    "white_paper": "White paper",
    "email_template": "Email template",
    "video": "Video",
    "other": "Working document",
}
INTERNAL_KINDS = ("battle_card",)


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is bold."""
    for at, part in enumerate(re.split(r"\*\*", text)):
        if part:
            yield part, at % 2 == 1


_NUMBER = re.compile(r"[+\-−–<]?\s?(A?\$|€|£)?[\d.,]+\s?(%|€|k|h|min|days?|weeks?|months?|M|points|pp)?")


def number_columns(rows: tuple[tuple[str, ...], ...]) -> set[int]:
    """The columns of a table that hold figures and blanks only; they stand at the right."""
    columns = [[cell for cell in column if cell] for column in zip(*rows, strict=True)]
    return {at for at, column in enumerate(columns) if at and column and all(map(_NUMBER.fullmatch, column))}


def column_shares(rows: tuple[tuple[str, ...], ...]) -> list[float]:
    """The share of a table's width for each column, which follows its longest text, within reason."""
    longest = [min(55, max(11, *map(len, column))) for column in zip(*rows, strict=True)]
    return [size / sum(longest) for size in longest]


def figure_text(value: float) -> str:
    """A bar's value as people write it."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
