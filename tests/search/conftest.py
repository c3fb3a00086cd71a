"""Every engine must pass the same tests: `open_it` opens the one under test in a folder."""

import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from portal.search.engine import ENGINES, Document, Engine, open_engine
from portal.search.query import read_query

OpenEngine = Callable[[Path], Engine]


@pytest.fixture(params=ENGINES, scope="module")
def engine_name(request: pytest.FixtureRequest) -> str:
    """The name of the engine under test: each test that asks for an engine runs with all of them."""
    name: str = request.param
    require_engine(name)
    return name


def require_engine(name: str) -> None:
    """Leave a test out loudly, or let it fail where all engines are required, when an engine is not installed."""
    if name == "tantivy" and find_spec("tantivy") is None:
        message = "tantivy is not installed: its engine is NOT TESTED (REQUIRE_SEARCH_ENGINES=1 fails)"
        if os.environ.get("REQUIRE_SEARCH_ENGINES") == "1" or os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


@pytest.fixture
def open_it(engine_name: str) -> OpenEngine:
    """The function that opens the engine under test."""
    return lambda folder: open_engine(folder, engine_name)


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
