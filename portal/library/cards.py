"""Words laid out as a card, for slides and sheets that cannot be drawn."""

from __future__ import annotations

from markupsafe import Markup

from portal.library.page_queries import SHOWN_CHARACTERS, ShownPage

CUT = "Only the beginning is shown here; the file has the rest."


def card(page: ShownPage) -> Markup:
    """Return a page's words as markup: its title as a heading, then a line each, rows of cells as a table."""
    lines = [line for line in page.text.split("\n") if line.strip()]
    if page.title and lines and lines[0].strip() == page.title:
        lines = lines[1:]
    parts = [Markup("<h2>{}</h2>").format(page.title)] if page.title else []
    while lines:
        rows = _cells_at_start(lines)
        parts.append(_table(lines[:rows]) if rows else Markup("<p>{}</p>").format(lines[0]))
        lines = lines[max(rows, 1) :]
    if len(page.text) >= SHOWN_CHARACTERS:
        parts.append(Markup("<p><em>{}</em></p>").format(CUT))
    return Markup("").join(parts) or Markup("<p><em>There are no words on it.</em></p>")


def _cells_at_start(lines: list[str]) -> int:
    """Return how many lines from the first on are rows of cells."""
    return next((index for index, line in enumerate(lines) if "\t" not in line), len(lines))


def _table(lines: list[str]) -> Markup:
    rows = (
        Markup("<tr>{}</tr>").format(
            Markup("").join(Markup("<td>{}</td>").format(c) for c in line.split("\t"))
        )
        for line in lines
    )
    return Markup("<table><tbody>{}</tbody></table>").format(Markup("").join(rows))
