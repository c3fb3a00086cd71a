"""The engine of a running portal follows the live index from one engine to the other, and loses nothing."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.search.engine import Document, IndexUnusableError, open_engine
from portal.search.live_engine import LiveEngine
from portal.search.query import read_query
from tests.search.conftest import found, require_engine

ROOT = Path(__file__).resolve().parents[2]
MANY = 300
# Searches as a web process does, until a line comes in; prints how often, and every answer that was not whole.
SEARCHING = f"""
import select, sys
from pathlib import Path
from portal.search.live_engine import LiveEngine
from portal.search.query import read_query
engine = LiveEngine(Path(sys.argv[1]), "whoosh")
wrong = []
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
    try:
        hits = engine.rank(read_query("common"), limit=1000)
        if len({{hit.id for hit in hits}}) != {MANY}:
            wrong.append(len(hits))
        if (told := (engine.count(), engine.check(), len(engine.titled("dec", 5)))) != ({MANY}, None, 5):
            wrong.append(told)
    except Exception as error:
        wrong.append(repr(error))
    print("searched", flush=True)
print(wrong)
"""


@pytest.fixture(autouse=True)
def _both_engines() -> None:
    require_engine("tantivy")


def _documents(turn: int) -> Iterator[Document]:
    for id in range(1, MANY + 1):
        yield Document(id, f"Deck {id}", f"common turn{turn}")


def _engine_of(folder: Path) -> str:
    return str(json.loads((folder / "index.json").read_text())["engine"])


def test_without_an_index_the_engine_that_is_set_writes_the_first(tmp_path: Path):
    engine = LiveEngine(tmp_path, "tantivy")
    assert engine.rank(read_query("deck")) == []
    assert engine.check() == "There is no search index."
    assert engine.other_than_wanted() is None
    engine.put([Document(1, "Deck", "")])
    assert _engine_of(tmp_path) == "tantivy"
    assert engine.ids() == {1}


def test_another_setting_changes_nothing_until_the_index_is_rebuilt(tmp_path: Path):
    LiveEngine(tmp_path, "whoosh").put([Document(1, "Deck", "")])
    engine = LiveEngine(tmp_path, "tantivy")
    running = LiveEngine(tmp_path, "whoosh")
    assert found(engine, "deck") == found(running, "deck") == [1]
    engine.put([Document(2, "Deck", "")])
    assert (_engine_of(tmp_path), engine.check()) == ("whoosh", None)
    assert engine.other_than_wanted() == (
        "The search index was built by whoosh; the setting SEARCH_ENGINE says tantivy."
    )
    engine.rebuild(Document(id, "Deck", "") for id in (1, 2, 3))
    assert (_engine_of(tmp_path), engine.other_than_wanted()) == ("tantivy", None)
    assert found(engine, "deck") == found(running, "deck") == [1, 2, 3]
    running.put([Document(4, "Deck", "")])
    running.remove([1])
    assert _engine_of(tmp_path) == "tantivy"
    assert engine.ids() == running.ids() == {2, 3, 4}
    assert running.titled("dec") == [4, 3, 2]
    assert running.similar("decc") == ["deck"]
    assert running.count() == 3


def test_what_is_written_while_another_engine_takes_over_goes_into_its_index(tmp_path: Path):
    running = LiveEngine(tmp_path, "whoosh")
    running.put([Document(1, "Deck", "")])
    waiting = threading.Thread(target=lambda: running.put([Document(9, "Late deck", "")]))

    def documents() -> Iterator[Document]:
        waiting.start()
        yield from (Document(id, "Deck", "text") for id in range(1, 9))

    LiveEngine(tmp_path, "tantivy").rebuild(documents())
    waiting.join()
    assert _engine_of(tmp_path) == "tantivy"
    assert running.ids() == set(range(1, 10))


def test_an_index_of_an_engine_that_is_not_installed_is_unusable_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    open_engine(tmp_path, "tantivy").put([Document(1, "Deck", "")])
    monkeypatch.setitem(sys.modules, "portal.search.tantivy_engine", None)
    engine = LiveEngine(tmp_path, "whoosh")
    assert "tantivy, which is not installed" in (engine.check() or "")
    with pytest.raises(IndexUnusableError, match=r"requirements-tantivy\.txt"):
        engine.rank(read_query("deck"))
    engine.rebuild([Document(1, "Deck", "")])
    assert found(engine, "deck") == [1]
    assert engine.check() is None


def test_an_engine_that_nobody_knows_is_told_as_an_index_of_another_engine(tmp_path: Path):
    engine = LiveEngine(tmp_path, "whoosh")
    engine.put([Document(1, "Deck", "")])
    pointer = tmp_path / "index.json"
    pointer.write_text(json.dumps(json.loads(pointer.read_text()) | {"engine": "sphinx"}))
    assert engine.check() == "The search index was built by sphinx, not whoosh."
    engine.rebuild([Document(1, "Deck", "")])
    assert engine.check() is None


def test_a_process_that_searches_gets_whole_answers_while_engines_take_turns(tmp_path: Path):
    LiveEngine(tmp_path, "whoosh").rebuild(_documents(0))
    process = subprocess.Popen(
        [sys.executable, "-c", SEARCHING, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    for turn, name in enumerate(("tantivy", "whoosh", "tantivy", "whoosh", "tantivy"), 1):
        LiveEngine(tmp_path, name).rebuild(_documents(turn))
        assert _engine_of(tmp_path) == name
        LiveEngine(tmp_path, "whoosh").put([Document(1, "Deck 1", f"common turn{turn}")])
        assert process.stdout.readline() == "searched\n"
    told, errors = process.communicate("stop\n", timeout=200)
    assert told.splitlines()[-1] == "[]", errors
    assert len(list(tmp_path.glob("index-*"))) == 1
