"""What the made-up company's marketing wrote: one file a piece in `content/`, facts first, then the text."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.demo.blocks import Section, parse
from portal.demo.company import EMAIL_DOMAIN
from portal.library.guidance import Guidance

CONTENT = Path(__file__).parent / "content"
FORMATS = ("docx", "pptx", "pdf", "md")


@dataclass(frozen=True)
class Edition:
    """One version of a piece: since how many weeks it has been out, and what changed."""

    number: int
    weeks_ago: int
    note: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Piece:
    """One piece of demo content: facts for the library, and its editions, oldest first."""

    key: str
    title: str
    kind: str
    format: str
    summary: str
    guidance: Guidance
    owner: str
    status: str
    terms: dict[str, tuple[str, ...]]
    editions: tuple[Edition, ...]
    retired_weeks_ago: int | None = None

    @property
    def weeks_ago(self) -> int:
        """Weeks since the first edition came out."""
        return self.editions[0].weeks_ago

    def edition_at(self, weeks_ago: float) -> int:
        """The number of the edition that was current so many weeks before today."""
        out = [edition.number for edition in self.editions if edition.weeks_ago >= weeks_ago]
        return out[-1] if out else self.editions[0].number


@cache
def load_pieces() -> tuple[Piece, ...]:
    """Every piece, in the order of the file names."""
    return tuple(read_piece(path) for path in sorted(CONTENT.glob("*/*.md")) if path.parent.name != "shared")


def read_piece(path: Path) -> Piece:
    """One piece from its file; the folder's name says nothing, the facts at the top do."""
    head, body = path.read_text(encoding="utf-8").removeprefix("+++\n").split("\n+++\n", 1)
    facts = tomllib.loads(head)
    editions = [
        Edition(number, weeks, note, parse(body, _shared, number))
        for number, (weeks, note) in enumerate(facts["editions"], start=1)
    ]
    return Piece(
        key=path.stem,
        title=facts["title"],
        kind=facts["kind"],
        format=facts["format"],
        summary=facts["summary"].strip(),
        guidance=Guidance(**{key: text.strip() for key, text in facts["guidance"].items()}),
        owner=f"{facts['owner']}@{EMAIL_DOMAIN}",
        status=facts.get("status", "published"),
        terms={facet: tuple(names) for facet, names in facts["terms"].items()},
        editions=tuple(editions),
        retired_weeks_ago=facts.get("retired_weeks_ago"),
    )


@cache
def _shared(name: str) -> str:
    return (CONTENT / "shared" / f"{name}.md").read_text(encoding="utf-8")
