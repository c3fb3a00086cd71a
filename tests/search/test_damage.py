"""A broken index is noticed, named, and mended by a rebuild."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.search.engine import ENGINES, Document, Engine, IndexUnusableError, open_engine
from portal.search.query import read_query
from tests.search.conftest import OpenEngine

Harm = Callable[[Path], object]
HARMS: dict[str, Harm] = {
    "gone": lambda file: file.unlink(),
    "empty": lambda file: file.write_bytes(b""),
    "half": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "short": lambda file: file.write_bytes(file.read_bytes()[:-1]),
    "longer": lambda file: file.write_bytes(file.read_bytes() + b"x"),
}
DOCUMENTS = [Document(id, f"Deck {id}", f"text of deck {id} number{id % 7}") for id in range(1, 51)]


# The files of each engine without which nothing can be read.
NEEDED = {"whoosh": [".toc", ".trm", ".pst"], "tantivy": ["meta.json", ".term", ".idx"]}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, engine_name: str) -> Path:
    """The folder of a sound index of two segments."""
    folder = tmp_path_factory.mktemp("sound") / "index"
    engine = open_engine(folder, engine_name)
    engine.rebuild(DOCUMENTS)
    engine.put([Document(51, "Sheet", "late")])
    assert engine.check() is None
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    """A copy of it to break."""
    return Path(shutil.copytree(sound, tmp_path / "index"))


def _mended(engine: Engine) -> None:
    engine.rebuild(DOCUMENTS)
    assert engine.check() is None
    assert engine.rank(read_query("deck 7"))[0].id == 7
    assert engine.count() == 50


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS.keys())
def test_every_file_that_is_not_as_written_is_noticed(
    folder: Path, tmp_path: Path, open_it: OpenEngine, harm: Harm
):
    # meta.json is read, not compared; the next test breaks it.
    files = [file for file in folder.glob("index-*/[!.]*.*") if file.name not in ("sizes.json", "meta.json")]
    names = [file.relative_to(folder) for file in files]
    assert len(names) >= 12
    for number, name in enumerate(names):
        copy = Path(shutil.copytree(folder, tmp_path / f"copy{number}"))
        harm(copy / name)
        problem = open_it(copy).check()
        assert problem is not None, name
        assert name.name in problem or "missing" in problem or "damaged" in problem


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("harm", [HARMS["gone"], HARMS["half"]], ids=["gone", "half"])
def test_a_damaged_index_answers_nothing_false_and_is_mended_by_a_rebuild(
    folder: Path, engine_name: str, open_it: OpenEngine, place: int, harm: Harm
):
    for file in folder.glob(f"index-*/*{NEEDED[engine_name][place]}"):
        harm(file)
    engine = open_it(folder)
    with pytest.raises(IndexUnusableError):
        engine.rank(read_query("deck number3 late"))
    with pytest.raises(IndexUnusableError):
        engine.put([Document(1, "Deck", "")])
        engine.rank(read_query("deck number3 late"))
    _mended(engine)


def test_an_index_of_another_version_is_not_used_until_rebuilt(folder: Path, open_it: OpenEngine):
    pointer = folder / "index.json"
    written = json.loads(pointer.read_text())
    version = written["version"]
    pointer.write_text(json.dumps(written | {"version": version + 1}))
    engine = open_it(folder)
    assert engine.check() == f"The search index has version {version + 1}, this program {version}."
    with pytest.raises(IndexUnusableError, match="version"):
        engine.rank(read_query("deck"))
    with pytest.raises(IndexUnusableError, match="version"):
        engine.put([Document(1, "Deck", "")])
    _mended(engine)


def test_an_index_of_another_engine_is_not_used_until_rebuilt(folder: Path, engine_name: str):
    other = next(name for name in ENGINES if name != engine_name)
    engine = open_engine(folder, other)
    assert engine.check() == f"The search index was built by {engine_name}, not {other}."
    with pytest.raises(IndexUnusableError, match="built by"):
        engine.rank(read_query("deck"))
    with pytest.raises(IndexUnusableError, match="built by"):
        engine.put([Document(1, "Deck", "")])
    _mended(engine)


def test_a_pointer_from_before_there_were_two_engines_means_whoosh(folder: Path, engine_name: str):
    pointer = folder / "index.json"
    written = json.loads(pointer.read_text())
    del written["engine"]
    pointer.write_text(json.dumps(written))
    problem = open_engine(folder, engine_name).check()
    assert problem == (
        None if engine_name == "whoosh" else "The search index was built by whoosh, not tantivy."
    )


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"version": 1}', '{"version": 1, "folder": "../elsewhere"}']
)
def test_an_unreadable_pointer_is_noticed(folder: Path, open_it: OpenEngine, text: str):
    (folder / "index.json").write_text(text)
    engine = open_it(folder)
    assert "index" in (engine.check() or "")
    with pytest.raises(IndexUnusableError):
        engine.rank(read_query("deck"))
    _mended(engine)


def test_a_running_engine_notices_that_its_index_was_lost_and_uses_the_new_one(
    folder: Path, open_it: OpenEngine
):
    engine = open_it(folder)
    assert engine.rank(read_query("late"))
    shutil.rmtree(folder)
    assert engine.check() == "There is no search index."
    assert engine.rank(read_query("late")) == []
    engine.put([Document(3, "Later sheet", "late")])
    assert [hit.id for hit in engine.rank(read_query("late"))] == [3]


def test_a_crash_between_commit_and_note_is_no_damage(folder: Path, open_it: OpenEngine):
    noted = next(folder.glob("index-*/sizes.json"))
    before = noted.read_text()
    engine = open_it(folder)
    engine.put([Document(60, "Deck", "last words")])
    noted.write_text(before)
    assert engine.check() is None
    assert [hit.id for hit in engine.rank(read_query("last words"))] == [60]
