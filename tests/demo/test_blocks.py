"""The dialect in which content is written."""

from portal.demo.blocks import (
    Callout,
    Chart,
    Grid,
    KeyFigures,
    Listing,
    Paragraph,
    Quote,
    Section,
    Subheading,
    parse,
)

TEXT = """Before any heading.

## A slide
- one
- two
1. first
| Head | Figure |
| a | 3 |
> Said.
> -- Somebody
! Mind this
= 31% | of value
~~ Bars
~ a: 1
~ b, with: colon: 2.5
### Below
Plain after.
notes: For the speaker.
v1: Only old.
v2: Only new.

include: other
"""


def shared(name: str) -> str:
    return f"## Shared {name}\nIncluded."


def test_every_mark_becomes_its_block() -> None:
    before, slide, included = parse(TEXT, shared, 2)

    assert before == Section("", (Paragraph("Before any heading."),))
    assert slide.title == "A slide"
    assert slide.notes == "For the speaker."
    assert slide.blocks == (
        Listing(("one", "two")),
        Listing(("first",), numbered=True),
        Grid(("Head", "Figure"), (("a", "3"),)),
        Quote("Said.", "Somebody"),
        Callout("Mind this"),
        KeyFigures((("31%", "of value"),)),
        Chart("Bars", (("a", 1.0), ("b, with: colon", 2.5))),
        Subheading("Below"),
        Paragraph("Plain after."),
        Paragraph("Only new."),
    )
    assert included == Section("Shared other", (Paragraph("Included."),))


def test_a_version_holds_its_own_lines_only() -> None:
    first, second = (parse("v1: Old.\nv2: New.\nBoth.", shared, number) for number in (1, 2))

    assert first == (Section("", (Paragraph("Old. Both."),)),)
    assert second == (Section("", (Paragraph("New. Both."),)),)
