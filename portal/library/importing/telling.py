"""What became of each file, as a sentence, a JSON object or a row of a CSV file, and of all of them as counts."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TextIO

from portal.tabular.cells import not_a_formula
from portal.tabular.report import counted

HEADINGS = ("path", "outcome", "address", "state", "pages", "characters", "reason", "faults")
_STATES = {"indexed": "searchable", "stored_no_text": "stored, no text"}


@dataclass(frozen=True)
class Line:
    """What became of one file, or of one row of a sidecar.

    `outcome` is added, updated, already there, would be added, refused, missing or row refused; `asset` is the slug,
    or None where there is no content of it; `state` is the version's; `faults` are what its row said in vain.
    """

    path: str
    outcome: str
    asset: str | None
    state: str
    reason: str
    faults: tuple[str, ...] = ()
    pages: int = 0
    characters: int = 0


def as_json(line: Line) -> str:
    """Return one JSON object on one line."""
    return json.dumps(asdict(line), ensure_ascii=False)


def as_sentence(line: Line) -> str:
    """Return one line for a person to read."""
    state = _STATES.get(line.state, line.state)
    if line.outcome not in ("added", "refused", "missing"):
        state = line.outcome if line.state in ("refused", "not read") else f"{line.outcome}, {state}"
    counts = f" ({counted(line.pages, 'page')}, {line.characters:,} characters)" if line.characters else ""
    place = f" -> /library/{line.asset}" if line.asset else ""
    more = "".join(f" {part}" for part in (line.reason, *line.faults) if part)
    return f"{line.path}{place}: {state}{counts}{'.' + more if more else ''}"


class CsvReport:
    """Writes a row for each line to a file that Excel opens as UTF-8, and in which no cell can become a formula."""

    def __init__(self, target: TextIO) -> None:
        self._rows = csv.writer(target)
        self._rows.writerow(HEADINGS)

    def write(self, line: Line) -> None:
        """Add one line."""
        address = f"/library/{line.asset}" if line.asset else ""
        texts = line.path, line.outcome, address, _STATES.get(line.state, line.state)
        said = line.reason, " ".join(line.faults)
        cells = [*map(not_a_formula, texts), line.pages, line.characters, *map(not_a_formula, said)]
        self._rows.writerow(cells)


class Counts:
    """How many files ended in which way; all that is remembered of a long run."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.unread = 0
        self.faulty = 0

    def add(self, line: Line) -> None:
        """Count one line."""
        self.outcomes[line.outcome] += 1
        self.unread += line.outcome == "added" and line.state != "indexed"
        self.faulty += bool(line.faults) or line.outcome == "row refused"

    @property
    def files(self) -> int:
        """How many files there were, rows without one left out."""
        return sum(self.outcomes.values()) - self.outcomes["row refused"]

    @property
    def wrong(self) -> bool:
        """Whether something was asked for that could not be done as asked."""
        return bool(self.faulty or self.outcomes["missing"] or self.outcomes["refused"])

    def sentences(self) -> list[str]:
        """Return the counts in words."""
        parts = [
            f"{number:,} {outcome}" for outcome, number in self.outcomes.items() if outcome != "row refused"
        ]
        told = [
            f"{counted(self.files, 'file')}{': ' if parts else '.'}{', '.join(parts)}{'.' if parts else ''}"
        ]
        if self.unread:
            told.append(f"Of those added, {self.unread:,} can be found by title only: they have no text.")
        if self.faulty:
            told.append(f"{counted(self.faulty, 'row')} of the sidecar could not be taken as written.")
        return told
