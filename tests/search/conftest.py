"""Every engine must pass the same tests: `open_it` opens the one under test in a folder."""

from collections.abc import Callable
from pathlib import Path

import pytest

from portal.search.engine import Document, Engine, open_engine
from portal.search.query import read_query

OpenEngine = Callable[[Path], Engine]


@pytest.fixture(params=[open_engine], ids=["whoosh"])
def open_it(request: pytest.FixtureRequest) -> OpenEngine:
    """The function that opens the engine under test."""
    chosen: OpenEngine = request.param
    return chosen


@pytest.fixture
def engine(open_it: OpenEngine, tmp_path: Path) -> Engine:
    """An engine without an index yet."""
    return open_it(tmp_path / "index")


@pytest.fixture
def holding(engine: Engine) -> Callable[..., Engine]:
    """Fill the engine: holding("title of 1", ("title of 2", "text of 2"), ...)."""

    def fill(*documents: str | tuple[str, ...]) -> Engine:
        rows = [(row,) if isinstance(row, str) else row for row in documents]
        engine.put(Document(id, row[0], *(row[1:] or ("",))) for id, row in enumerate(rows, 1))
        return engine

    return fill


def found(engine: Engine, text: str) -> list[int]:
    """Return the ids that a query finds, best first."""
    return [hit.id for hit in engine.rank(read_query(text))]
