"""Markdown files, which are what email templates are written in."""

from pathlib import Path

from portal.demo.blocks import Block, Callout, Chart, Grid, KeyFigures, Listing, Paragraph, Quote, Subheading
from portal.demo.pieces import Edition, Piece
from portal.demo.writers.style import figure_text


def write(piece: Piece, edition: Edition, path: Path) -> None:
    """Write the piece as Markdown with its title on top."""
    parts = [f"# {piece.title}"]
    for section in edition.sections:
        parts += [f"## {section.title}"] if section.title else []
        parts += [_text(block) for block in section.blocks]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _text(block: Block) -> str:
    match block:
        case Paragraph(text):
            return text
        case Subheading(text):
            return f"### {text}"
        case Listing(items, numbered):
            return "\n".join(
                f"{f'{at}.' if numbered else '-'} {item}" for at, item in enumerate(items, start=1)
            )
        case Quote(text, who):
            return f"> {text}" + (f"\n>\n> {who}" if who else "")
        case Callout(text):
            return f"**{text}**"
        case KeyFigures(figures):
            return "\n".join(f"- **{figure}** {meaning}" for figure, meaning in figures)
        case Chart(title, bars):
            return _rows(("", title), [(label, figure_text(value)) for label, value in bars])
        case Grid(head, rows):
            return _rows(head, rows)


def _rows(head: tuple[str, ...], rows: list[tuple[str, ...]] | tuple[tuple[str, ...], ...]) -> str:
    ruled = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in ruled)
