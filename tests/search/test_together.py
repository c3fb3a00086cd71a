"""Many threads search while one writes."""

import threading

from portal.search.engine import Document, Engine
from tests.search.conftest import found

THREADS = 3
WRITES = 20
REBUILD_EVERY = 5


def _documents(turn: int) -> list[Document]:
    colour = ("red", "blue")[turn % 2]
    return [Document(id, f"Deck {id}", f"always {colour} turn{turn}") for id in range(1, 31)]


class _Reader(threading.Thread):
    """Searches until told to stop, and at least once after that; keeps what it saw that may not be."""

    def __init__(self, engine: Engine, stop: threading.Event) -> None:
        super().__init__()
        self.engine, self.stop = engine, stop
        self.wrong: list[object] = []
        self.searches = 0

    def run(self) -> None:
        try:
            last = False
            while not last:
                last = self.stop.is_set()
                self._search()
                self.searches += 1
        except Exception as error:
            self.wrong.append(error)

    def _search(self) -> None:
        every = sorted(found(self.engine, "always"))
        if every != list(range(1, 31)):
            self.wrong.append(("lost or doubled", every))
        if 99 in found(self.engine, "deck 99"):
            self.wrong.append("a removed document")
        both = found(self.engine, '"always red"'), found(self.engine, '"always blue"')
        if len(both[0]) != 30 or len(both[1]) != 30:
            self.wrong.append(("a phrase", both))
        if self.engine.count() not in (30, 31):
            self.wrong.append(("count", self.engine.count()))
        if problem := self.engine.check():
            self.wrong.append(problem)


def test_threads_that_search_see_every_commit_whole_while_documents_are_written(engine: Engine):
    engine.put(_documents(0))
    stop = threading.Event()
    readers = [_Reader(engine, stop) for _ in range(THREADS)]
    for reader in readers:
        reader.start()
    for turn in range(1, WRITES + 1):
        if turn % REBUILD_EVERY == 0:
            engine.rebuild(_documents(turn))
        else:
            engine.put(_documents(turn))
            engine.put([Document(99, "Draft", "soon gone")])
            engine.remove([99])
    stop.set()
    for reader in readers:
        reader.join()
    assert [reader.wrong for reader in readers] == [[]] * THREADS
    assert all(reader.searches > 0 for reader in readers)
    assert sorted(found(engine, f"turn{WRITES}")) == list(range(1, 31))
    assert engine.ids() == set(range(1, 31))
