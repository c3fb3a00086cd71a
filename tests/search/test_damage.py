"""A broken index is noticed, named, and mended by a rebuild."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.search.engine import Document, IndexUnusableError, open_engine
from portal.search.query import read_query
from portal.search.whoosh_index import SCHEMA_VERSION

Harm = Callable[[Path], object]
HARMS: dict[str, Harm] = {
    "gone": lambda file: file.unlink(),
    "empty": lambda file: file.write_bytes(b""),
    "half": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "short": lambda file: file.write_bytes(file.read_bytes()[:-1]),
    "longer": lambda file: file.write_bytes(file.read_bytes() + b"x"),
}
DOCUMENTS = [Document(id, f"Deck {id}", f"text of deck {id} number{id % 7}") for id in range(1, 51)]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a sound index of two segments."""
    folder = tmp_path_factory.mktemp("sound") / "index"
    engine = open_engine(folder)
    engine.rebuild(DOCUMENTS)
    engine.put([Document(51, "Sheet", "late")])
    assert engine.check() is None
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    """A copy of it to break."""
    return Path(shutil.copytree(sound, tmp_path / "index"))


def _mended(folder: Path) -> None:
    engine = open_engine(folder)
    engine.rebuild(DOCUMENTS)
    assert engine.check() is None
    assert engine.rank(read_query("deck 7"))[0].id == 7
    assert engine.count() == 50


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS.keys())
def test_every_file_that_is_not_as_written_is_noticed(folder: Path, tmp_path: Path, harm: Harm):
    names = [file.relative_to(folder) for file in folder.glob("index-*/*MAIN_*.*")]
    assert len(names) >= 12
    for number, name in enumerate(names):
        copy = Path(shutil.copytree(folder, tmp_path / f"copy{number}"))
        harm(copy / name)
        problem = open_engine(copy).check()
        assert problem is not None, name
        assert name.name in problem or "missing" in problem or "damaged" in problem


@pytest.mark.parametrize("ending", [".toc", ".trm", ".pst"])
@pytest.mark.parametrize("harm", [HARMS["gone"], HARMS["half"]], ids=["gone", "half"])
def test_a_damaged_index_answers_nothing_false_and_is_mended_by_a_rebuild(
    folder: Path, ending: str, harm: Harm
):
    for file in folder.glob(f"index-*/*{ending}"):
        harm(file)
    engine = open_engine(folder)
    with pytest.raises(IndexUnusableError):
        engine.rank(read_query("deck number3 late"))
    with pytest.raises(IndexUnusableError):
        engine.put([Document(1, "Deck", "")])
        engine.rank(read_query("deck number3 late"))
    _mended(folder)


def test_lost_ids_are_never_made_up(folder: Path):
    for file in folder.glob("index-*/*.id.col"):
        file.unlink()
    with pytest.raises(IndexUnusableError, match="ids are missing"):
        open_engine(folder).rank(read_query("deck"))


def test_ids_that_contradict_the_terms_are_noticed_without_noted_sizes(folder: Path):
    for file in folder.glob("index-*/*.id.col"):
        file.write_bytes(file.read_bytes()[8:] + file.read_bytes()[:8])
    for file in folder.glob("index-*/sizes.json"):
        file.write_text("{}")
    assert "ids are mixed up" in (open_engine(folder).check() or "")


def test_an_index_of_another_version_is_not_used_until_rebuilt(folder: Path):
    pointer = folder / "index.json"
    pointer.write_text(json.dumps(json.loads(pointer.read_text()) | {"version": SCHEMA_VERSION + 1}))
    engine = open_engine(folder)
    problem = f"The search index has version {SCHEMA_VERSION + 1}, this program {SCHEMA_VERSION}."
    assert engine.check() == problem
    with pytest.raises(IndexUnusableError, match="version"):
        engine.rank(read_query("deck"))
    with pytest.raises(IndexUnusableError, match="version"):
        engine.put([Document(1, "Deck", "")])
    _mended(folder)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"version": 1}',
        json.dumps({"version": SCHEMA_VERSION, "folder": "../elsewhere"}),
    ],
)
def test_an_unreadable_pointer_is_noticed(folder: Path, text: str):
    (folder / "index.json").write_text(text)
    assert (open_engine(folder).check() or "").startswith("index.json of the search index")
    _mended(folder)


def test_a_running_engine_notices_that_its_index_was_lost_and_uses_the_new_one(folder: Path):
    engine = open_engine(folder)
    assert engine.rank(read_query("late"))
    shutil.rmtree(folder)
    assert engine.check() == "There is no search index."
    assert engine.rank(read_query("late")) == []
    engine.put([Document(3, "Later sheet", "late")])
    assert [hit.id for hit in engine.rank(read_query("late"))] == [3]


def test_a_crash_between_commit_and_note_is_no_damage(folder: Path):
    noted = next(folder.glob("index-*/sizes.json"))
    before = noted.read_text()
    engine = open_engine(folder)
    engine.put([Document(60, "Deck", "last words")])
    noted.write_text(before)
    assert engine.check() is None
    assert [hit.id for hit in engine.rank(read_query("last words"))] == [60]
