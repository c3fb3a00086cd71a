"""What only tantivy can tell: it writes a checksum into each file, so that a changed byte is noticed."""

from pathlib import Path

import pytest

from portal.search.engine import Document, Engine, IndexUnusableError, open_engine
from portal.search.query import read_query
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


def test_a_byte_that_changed_after_a_check_is_noticed_by_the_next(engine: Engine, tmp_path: Path):
    assert engine.check() is None
    file = sorted(tmp_path.glob("index-*/[0-9a-f]*.store"))[0]
    _overwrite(file, b"changed")
    assert file.name in (engine.check() or "")
    assert engine.check(thorough=False) is None  # which reads no files


def test_an_index_of_another_schema_is_unusable(engine: Engine, tmp_path: Path):
    import tantivy

    (folder,) = tmp_path.glob("index-*")
    for file in folder.iterdir():
        file.unlink()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("other")
    index = tantivy.Index(builder.build(), str(folder))
    writer = index.writer(heap_size=15_000_000, num_threads=1)
    writer.add_document(tantivy.Document(other="deck text"))
    writer.commit()
    writer.wait_merging_threads()
    other = open_engine(tmp_path, "tantivy")
    assert other.check() is not None
    for ask in (
        lambda: other.rank(read_query("deck text")),
        lambda: other.titled("deck"),
        lambda: other.similar("dekc"),
        lambda: other.ids(),
        lambda: other.put([Document(1, "Deck", "text")]),
        lambda: other.remove([1]),
    ):
        with pytest.raises(IndexUnusableError):
            ask()
    other.rebuild([Document(1, "Deck", "text")])
    assert other.check() is None


def _overwrite(file: Path, beginning: bytes) -> None:
    """Change bytes in place: a file that was cut short meanwhile ends whoever has it mapped."""
    with file.open("r+b") as opened:
        opened.write(beginning)
