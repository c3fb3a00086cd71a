"""What only tantivy can tell: it writes a checksum into each file, so that a changed byte is noticed."""

from pathlib import Path

import pytest

from portal.search.engine import Document, Engine, open_engine
from portal.search.tantivy_files import altered_file
from tests.search.conftest import require_engine


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """An engine with a sound index."""
    require_engine("tantivy")
    engine = open_engine(tmp_path, "tantivy")
    engine.rebuild(Document(id, f"Deck {id}", f"text {id % 7}") for id in range(1, 51))
    engine.remove([7])
    return engine


def test_a_byte_that_changed_in_any_file_is_noticed(engine: Engine, tmp_path: Path):
    assert engine.check() is None
    files = list(tmp_path.glob("index-*/[0-9a-f]*.*"))
    assert len(files) == 7
    for file in files:
        written = file.read_bytes()
        _overwrite(file, bytes([written[0] ^ 1]))
        problem = open_engine(tmp_path, "tantivy").check()
        assert problem == f"The search index is damaged: its file {file.name} is not as it was written."
        _overwrite(file, written[:1])
    assert open_engine(tmp_path, "tantivy").check() is None


def test_files_are_read_through_once(engine: Engine, tmp_path: Path):
    (folder,) = tmp_path.glob("index-*")
    sound: set[Path] = set()
    assert altered_file(folder, sound) is None
    assert len(sound) == 7
    file = sorted(sound)[0]
    _overwrite(file, b"changed")
    assert altered_file(folder, sound) is None
    assert altered_file(folder, set()) == file.name


def _overwrite(file: Path, beginning: bytes) -> None:
    """Change bytes in place: a file that was cut short meanwhile ends whoever has it mapped."""
    with file.open("r+b") as opened:
        opened.write(beginning)
