"""What every engine does with documents: put, replace, remove, rebuild, and tell what it holds."""

import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.search.engine import Document, Engine, IndexBusyError, Ranked
from portal.search.query import read_query
from tests.search.conftest import OpenEngine, found

Holding = Callable[..., Engine]


def test_a_missing_index_finds_nothing_and_says_that_it_is_missing(engine: Engine):
    assert engine.rank(read_query("anything")) == []
    assert engine.count() == 0
    assert engine.ids() == set()
    assert engine.check() == "There is no search index."
    engine.remove([1])
    assert engine.check() is not None


def test_a_document_is_found_by_its_title_its_text_and_its_terms(engine: Engine):
    engine.put(
        [Document(7, "Battle card", "How to answer a rival", "Insurance Germany"), Document(8, "Deck", "")]
    )
    assert found(engine, "battle") == found(engine, "rival") == found(engine, "germany") == [7]
    assert engine.ids() == {7, 8}
    assert engine.count() == 2
    assert engine.check() is None


def test_a_replaced_document_is_found_by_its_new_text_only(holding: Holding):
    engine = holding(("Deck", "apples"), ("Sheet", "pears"))
    engine.put([Document(1, "Deck", "cherries")])
    assert found(engine, "apples") == []
    assert found(engine, "cherries") == [1]
    assert engine.count() == 2


def test_the_last_of_two_documents_with_one_id_counts(engine: Engine):
    engine.put([Document(1, "First", ""), Document(1, "Second", "")])
    assert found(engine, "first") == []
    assert found(engine, "second") == [1]
    assert engine.count() == 1


def test_a_removed_document_is_not_found_and_unknown_ids_do_no_harm(holding: Holding):
    engine = holding("Red deck", "Blue deck")
    engine.remove(iter([1, 99]))
    assert found(engine, "deck") == [2]
    assert engine.ids() == {2}
    engine.remove([2])
    assert engine.rank(read_query("deck")) == []
    assert engine.count() == 0
    assert engine.check() is None
    engine.put([Document(2, "Blue deck", "")])
    assert found(engine, "deck") == [2]


def test_putting_nothing_changes_nothing(engine: Engine):
    engine.put([])
    assert engine.check() == "There is no search index."


def test_another_reader_and_another_thread_see_a_commit_at_once(open_it: OpenEngine, tmp_path: Path):
    writer, reader = open_it(tmp_path / "index"), open_it(tmp_path / "index")
    seen: list[list[int]] = []
    for id in (1, 2, 3):
        writer.put([Document(id, "Deck", "")])
        seen.append(sorted(found(reader, "deck")))
        thread = threading.Thread(target=lambda: seen.append(sorted(found(reader, "deck"))))
        thread.start()
        thread.join()
    assert seen == [[1], [1], [1, 2], [1, 2], [1, 2, 3], [1, 2, 3]]


def test_what_another_process_writes_is_seen_at_once(engine: Engine, engine_name: str, tmp_path: Path):
    engine.put([Document(1, "Deck", "old words")])
    assert found(engine, "old words") == [1]
    code = (
        "from pathlib import Path; from portal.search.engine import Document, open_engine;"
        f"engine = open_engine(Path({str(tmp_path / 'index')!r}), {engine_name!r});"
        "engine.put([Document(1, 'Deck', 'new'), Document(2, 'More', '')])"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
    assert found(engine, "old words") == []
    assert found(engine, "new") == [1]
    assert engine.ids() == {1, 2}


def test_a_limit_keeps_the_best(holding: Holding):
    engine = holding(*[("Deck", "price " * n + "word " * 20) for n in range(1, 8)])
    everything = engine.rank(read_query("price"))
    assert engine.rank(read_query("price"), limit=3) == everything[:3]
    assert engine.rank(read_query("price"), limit=0) == []


def test_scores_fall_and_ties_keep_the_order_of_writing(holding: Holding):
    engine = holding(("Deck", "price"), ("Deck", "price"), ("Deck", "price of price"))
    hits = engine.rank(read_query("price"))
    assert [hit.id for hit in hits] == [3, 1, 2]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(isinstance(hit, Ranked) and hit.score > 0 for hit in hits)


def test_a_rebuild_replaces_everything_and_tells_its_progress(holding: Holding, tmp_path: Path):
    engine = holding("Old deck", "Older deck")
    told: list[int] = []
    engine.rebuild((Document(id, "New sheet", "") for id in (5, 6, 7)), told.append)
    assert told == [1, 2, 3]
    assert engine.ids() == {5, 6, 7}
    assert found(engine, "deck") == []
    assert found(engine, "sheet") == [5, 6, 7]
    assert engine.check() is None
    assert len(list((tmp_path / "index").glob("index-*"))) == 1


def test_the_old_index_answers_while_a_new_one_is_built(holding: Holding):
    engine = holding("Old deck")
    answers: list[list[int]] = []

    def documents() -> Iterator[Document]:
        for id in (2, 3):
            answers.append(found(engine, "deck"))
            yield Document(id, "New deck", "")

    engine.rebuild(documents())
    assert answers == [[1], [1]]
    assert found(engine, "deck") == [2, 3]


def test_a_rebuild_that_fails_leaves_the_old_index(holding: Holding, tmp_path: Path):
    engine = holding("Old deck")

    def documents() -> Iterator[Document]:
        yield Document(2, "New deck", "")
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="the database went away"):
        engine.rebuild(documents())
    assert found(engine, "deck") == [1]
    assert len(list((tmp_path / "index").glob("index-*"))) == 1
    engine.put([Document(2, "New deck", "")])
    assert found(engine, "deck") == [1, 2]


def test_a_rebuild_refuses_an_id_that_comes_twice(holding: Holding):
    engine = holding("Old deck")
    with pytest.raises(ValueError, match="Document 2 came twice"):
        engine.rebuild([Document(2, "New deck", ""), Document(2, "Other deck", "")])
    assert engine.ids() == {1}


def test_a_writer_that_is_killed_leaves_the_old_index_and_no_lock(
    holding: Holding, engine_name: str, tmp_path: Path
):
    engine = holding("Old deck")
    code = (
        "import os; from pathlib import Path; from portal.search.engine import Document, open_engine\n"
        "def documents():\n"
        "    yield Document(2, 'New deck', 'text')\n"
        "    os._exit(9)\n"
        f"open_engine(Path({str(tmp_path / 'index')!r}), {engine_name!r}).rebuild(documents())"
    )
    killed = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False)
    assert killed.returncode == 9
    assert found(engine, "deck") == [1]
    engine.put([Document(3, "Third deck", "")])
    assert found(engine, "deck") == [1, 3]
    engine.rebuild([Document(4, "Fourth deck", "")])
    assert len(list((tmp_path / "index").glob("index-*"))) == 1


def test_who_writes_during_a_rebuild_is_told_that_the_index_is_busy(engine: Engine):
    engine._patience = 0.1

    def documents() -> Iterator[Document]:
        with pytest.raises(IndexBusyError):
            engine.put([Document(1, "Lost update", "")])
        with pytest.raises(IndexBusyError):
            engine.remove([1])
        yield Document(2, "Deck", "")

    engine.rebuild(documents())
    assert engine.ids() == {2}


def test_a_write_waits_for_the_writer_before_it(engine: Engine):
    waiting = threading.Thread(target=lambda: engine.put([Document(1, "Deck", "")]))

    def documents() -> Iterator[Document]:
        waiting.start()
        yield from (Document(id, "Sheet", "text") for id in range(2, 100))

    engine.rebuild(documents())
    waiting.join()
    assert engine.ids() == set(range(1, 100))


def test_many_small_writes_leave_exactly_what_was_written(open_it: OpenEngine, tmp_path: Path):
    """Against a plain dict: words, phrases and ids stay right while segments are merged and rewritten."""
    engine, chance = open_it(tmp_path / "index"), random.Random(4)
    kept: dict[int, str] = {}
    for turn in range(120):
        if turn % 4 == 3:
            gone = chance.sample(range(40), 3)
            engine.remove(gone)
            for id in gone:
                kept.pop(id, None)
        else:
            batch = {id: f"colour{chance.randrange(5)} shape{turn}" for id in chance.sample(range(40), 2)}
            engine.put(Document(id, f"Deck {id}", f"In {text} it came.") for id, text in batch.items())
            kept.update(batch)
        if turn % 10 == 0 or turn == 119:
            assert engine.ids() == set(kept)
            for colour in range(5):
                expected = {id for id, text in kept.items() if text.startswith(f"colour{colour} ")}
                assert set(found(engine, f"colour{colour}")) == expected
            for id, text in list(kept.items())[:5]:
                assert found(engine, f'"{text}"')[0] in {
                    other for other, same in kept.items() if same == text
                }
                assert found(engine, f"deck {id}")[0] == id
    assert engine.check() is None
    fresh = open_it(tmp_path / "index")
    assert fresh.count() == len(kept)
