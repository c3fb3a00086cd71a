"""Turn Cranfield and CISI, as they are handed down, into the layout that `flask search evaluate` reads.

    .venv/bin/python tools/relevance_to_beir.py ../shared/data/relevance /tmp/beir

writes /tmp/beir/cranfield and /tmp/beir/cisi. Relevance becomes yes or no: in Cranfield the codes 1 to 4 mean yes,
and its queries are numbered by position, not by what stands beside them.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """A collection as it is handed down: records as (id, title, text), queries as (id, text), relevant pairs."""

    documents: list[tuple[int, str, str]]
    queries: list[tuple[int, str]]
    relevant: list[tuple[int, int]]


def read_cranfield(folder: Path) -> Source:
    """Read the 1,400 documents and 225 queries of Cranfield."""
    queries = [(place, text) for place, (_, text) in enumerate(_queries(folder / "cran.qry"), 1)]
    lines = (folder / "cranqrel").read_text().splitlines()
    triples = [[int(figure) for figure in line.split()[:3]] for line in lines if line.strip()]
    pairs = [(query, document) for query, document, code in triples if code >= 1]
    return Source(_documents(folder / "cran.all.1400"), queries, pairs)


def read_cisi(folder: Path) -> Source:
    """Read the 1,460 documents of CISI, and its queries, of which 76 are judged."""
    lines = (folder / "CISI.REL").read_text().splitlines()
    pairs = [(int(line.split()[0]), int(line.split()[1])) for line in lines if line.strip()]
    return Source(_documents(folder / "CISI.ALL"), _queries(folder / "CISI.QRY"), pairs)


READERS: dict[str, Callable[[Path], Source]] = {"cranfield": read_cranfield, "cisi": read_cisi}


def _records(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number and the sections (.T, .W, ...) of each record of a SMART file."""
    for record in re.split(r"^\.I ", path.read_text(errors="replace"), flags=re.MULTILINE)[1:]:
        number, *sections = re.split(r"^\.([A-Z])\s*$", record, flags=re.MULTILINE)
        yield int(number), dict(zip(sections[::2], sections[1::2], strict=True))


def _documents(path: Path) -> list[tuple[int, str, str]]:
    return [
        (number, " ".join(sections.get("T", "").split()), sections.get("W", ""))
        for number, sections in _records(path)
    ]


def _queries(path: Path) -> list[tuple[int, str]]:
    return [(number, sections["W"]) for number, sections in _records(path)]


def write(source: Source, folder: Path) -> None:
    """Write a collection in BEIR's layout; what is there already is written anew."""
    folder.mkdir(parents=True, exist_ok=True)
    corpus = ({"_id": str(id), "title": title, "text": text} for id, title, text in source.documents)
    queries = ({"_id": str(id), "text": " ".join(text.split())} for id, text in source.queries)
    for name, rows in (("corpus.jsonl", corpus), ("queries.jsonl", queries)):
        (folder / name).write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    judged = "".join(f"{query}\t{document}\t1\n" for query, document in dict.fromkeys(source.relevant))
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + judged)


def convert(source: Path, target: Path) -> list[Path]:
    """Turn the collections that a folder holds into the layout, and return a folder for each."""
    written = []
    for name, read in READERS.items():
        if (source / name).is_dir():
            write(read(source / name), target / name)
            written.append(target / name)
    return written


def main(arguments: list[str]) -> int:
    """Convert, and say what was written."""
    if len(arguments) != 2:
        print("Usage: relevance_to_beir.py SOURCE TARGET")
        return 2
    source, target = map(Path, arguments)
    try:
        written = convert(source, target)
    except (OSError, ValueError, KeyError) as error:
        print(f"{source} can't be read: {error}")
        return 1
    if not written:
        print(f"{source} holds neither {' nor '.join(READERS)}.")
        return 1
    for folder in written:
        print(f"Written: {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
