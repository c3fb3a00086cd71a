"""What only Whoosh can get wrong: it keeps ids in columns of their own, and reads over columns that are missing."""

from pathlib import Path

import pytest

from portal.search.engine import Document, IndexUnusableError, open_engine
from portal.search.query import read_query


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a sound index."""
    open_engine(tmp_path).rebuild(Document(id, f"Deck {id}", "text") for id in range(1, 51))
    return tmp_path


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
