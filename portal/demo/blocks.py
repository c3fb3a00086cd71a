"""The small dialect in which the demo's content is written, read into blocks that every writer can draw.

## Heading            the next section, or the next slide
- bullet              1. numbered
| a | b |             a table; its first row is the head
> said                > -- who said it
! worth a box         = 31% | what the key figure means
~~ Chart title        ~ label: value
notes: for the speaker
include: name         the blocks of content/shared/name.md
v1: / v2:             a line that stands only in that version
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Paragraph:
    """Running text; **bold** is the only mark inside it."""

    text: str


@dataclass(frozen=True)
class Subheading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True)
class Listing:
    """Bullets, or numbered steps."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Grid:
    """A table: head and rows of equal width."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Quote:
    """What somebody said, and who."""

    text: str
    who: str


@dataclass(frozen=True)
class Callout:
    """One thought worth a box."""

    text: str


@dataclass(frozen=True)
class KeyFigures:
    """A few big figures with what each means."""

    figures: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Chart:
    """A bar chart: labels with one value each."""

    title: str
    bars: tuple[tuple[str, float], ...]


Block = Paragraph | Subheading | Listing | Grid | Quote | Callout | KeyFigures | Chart


@dataclass(frozen=True)
class Section:
    """A heading with its blocks; in a deck, a slide with the speaker's notes."""

    title: str
    blocks: tuple[Block, ...] = ()
    notes: str = ""


@dataclass
class _Draft:
    title: str
    blocks: list[Block] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def done(self) -> Section:
        return Section(self.title, tuple(self.blocks), " ".join(self.notes))


def lines_of_version(body: str, number: int) -> Iterator[str]:
    """The lines that stand in version `number`, so that two versions share one source."""
    for line in body.splitlines():
        mark = re.match(r"v(\d+): ?", line)
        if mark is None:
            yield line
        elif int(mark.group(1)) == number:
            yield line[mark.end() :]


def parse(body: str, shared: Callable[[str], str], number: int = 1) -> tuple[Section, ...]:
    """Sections of one version; text before the first heading is a section without a title."""
    current = _Draft("")
    sections = [current]
    for group in _groups(_with_shared(body, shared, number)):
        first = group[0]
        if first.startswith("## "):
            current = _Draft(first[3:].strip())
            sections.append(current)
        elif first.startswith("notes:"):
            current.notes.append(" ".join(group).removeprefix("notes:").strip())
        else:
            current.blocks.append(_block(group))
    return tuple(draft.done() for draft in sections if draft.title or draft.blocks)


def _with_shared(body: str, shared: Callable[[str], str], number: int) -> Iterator[str]:
    for line in lines_of_version(body, number):
        if line.startswith("include: "):
            yield ""
            yield from lines_of_version(shared(line.removeprefix("include: ").strip()), number)
            yield ""
        else:
            yield line


_KINDS = (r"## ", r"### ", r"notes:", r"- ", r"\d+\. ", r"\|", r"> ", r"! ", r"= ", r"~~? ")


def _kind(line: str) -> int:
    return next((at for at, start in enumerate(_KINDS) if re.match(start, line)), len(_KINDS))


def _groups(lines: Iterator[str]) -> Iterator[list[str]]:
    """Neighbouring lines of the same kind; every heading stands alone."""
    group: list[str] = []
    for line in (line.strip() for line in lines):
        if group and (not line or _kind(line) != _kind(group[0]) or line.startswith("#")):
            yield group
            group = []
        if line:
            group.append(line)
    if group:
        yield group


def _block(items: list[str]) -> Block:
    first = items[0]
    if first.startswith("### "):
        return Subheading(first[4:])
    if first.startswith("- "):
        return Listing(tuple(item[2:] for item in items))
    if re.match(r"\d+\. ", first):
        return Listing(tuple(re.sub(r"^\d+\. ", "", item) for item in items), numbered=True)
    if first.startswith("|"):
        rows = [tuple(cell.strip() for cell in item.strip("|").split("|")) for item in items]
        return Grid(rows[0], tuple(rows[1:]))
    if first.startswith("> "):
        said = [item[2:] for item in items]
        who = [item[3:] for item in said if item.startswith("-- ")]
        return Quote(" ".join(item for item in said if not item.startswith("-- ")), "".join(who))
    if first.startswith("! "):
        return Callout(" ".join(item[2:] for item in items))
    if first.startswith("= "):
        pairs = [item[2:].split("|", 1) for item in items]
        return KeyFigures(tuple((figure.strip(), meaning.strip()) for figure, meaning in pairs))
    if first.startswith("~~ "):
        bars = [item[2:].rsplit(":", 1) for item in items[1:]]
        return Chart(first[3:], tuple((label.strip(), float(value)) for label, value in bars))
    return Paragraph(" ".join(items))
