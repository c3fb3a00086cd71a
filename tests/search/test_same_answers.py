"""Both engines give the same answers: the same documents, for the same reasons, with the same scores."""

import random
from pathlib import Path

import pytest

from portal.search.engine import Document, Engine, open_engine
from portal.search.query import read_query
from tests.search.conftest import require_engine

WORDS = """
    price prices deck sheet renewal insurance GTX-9 GTX9 GTX-10 gtx 9 10 the of and to one-pager onepager follow-up
    PowerPoint power point R&D C++ Müller Mueller cost total ownership ROI return on investment IT it security
    客户管理 客户 LinkedIn 1,000 1000 zebra e-mail email q4 Q4-2024 don't
""".split()  # noqa: SIM905
SYNONYMS = (("ROI", "return on investment"), ("one-pager", "one-sheeter", "sheet"), ("price", "cost"))
DOCUMENTS, QUERIES = 150, 400


def _text(chance: random.Random, most: int) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(1, most)))


def _query(chance: random.Random) -> str:
    parts = []
    for _ in range(chance.randint(1, 4)):
        form = chance.choice(("{}", "{}", "{}", '"{}"', "-{}", '-"{}"', "title:{}", 'title:"{}"'))
        parts.append(form.format(_text(chance, 3 if '"' in form else 1)))
    return " ".join(parts)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, Engine]:
    """The two engines with the same documents."""
    require_engine("tantivy")
    folder, chance = tmp_path_factory.mktemp("both"), random.Random(7)
    # Both round the lengths of texts, tantivy those past 40 terms, which is more than these have.
    every = [Document(id, _text(chance, 3), _text(chance, 9)) for id in range(1, DOCUMENTS + 1)]
    engines = open_engine(folder / "whoosh", "whoosh"), open_engine(folder / "tantivy", "tantivy")
    for engine in engines:
        engine.rebuild(every)
    return engines


def test_random_queries_get_the_same_documents_lifts_and_scores(both: tuple[Engine, Engine]):
    chance, hits = random.Random(11), 0
    for _ in range(QUERIES):
        typed = _query(chance)
        query = read_query(typed, SYNONYMS)
        one, other = ({hit.id: hit for hit in engine.rank(query)} for engine in both)
        assert one.keys() == other.keys(), typed
        for id, hit in one.items():
            assert other[id].lift == pytest.approx(hit.lift), (typed, id)
            assert other[id].score == pytest.approx(hit.score, rel=0.05), (typed, id)
        hits += len(one)
    assert hits > 10 * QUERIES


def test_random_beginnings_get_the_same_titles(both: tuple[Engine, Engine]):
    chance = random.Random(13)
    for _ in range(QUERIES):
        typed = _text(chance, 3)
        typed = typed[: chance.randint(1, len(typed))]
        assert both[0].titled(typed, 20) == both[1].titled(typed, 20), typed


def test_random_slips_get_the_same_words(both: tuple[Engine, Engine]):
    chance = random.Random(17)
    for _ in range(QUERIES):
        letters = list(chance.choice(WORDS))
        letters[chance.randrange(len(letters))] = chance.choice("abcdest")
        typed = "".join(letters)
        assert both[0].similar(typed) == both[1].similar(typed), typed


def test_texts_as_long_as_in_real_life_come_in_nearly_the_same_order(tmp_path: Path):
    require_engine("tantivy")
    chance = random.Random(19)
    vocabulary = ["".join(chance.choices("abdefghiklmnoprstu", k=6)) for _ in range(800)]
    often = [1 / place for place in range(1, 801)]

    def text(about: int) -> str:
        return " ".join(chance.choices(vocabulary, often, k=about))

    every = [Document(id, text(4), text(chance.randint(100, 500))) for id in range(1, 301)]
    engines = open_engine(tmp_path / "whoosh", "whoosh"), open_engine(tmp_path / "tantivy", "tantivy")
    for engine in engines:
        engine.rebuild(every)
    shared = []
    for _ in range(60):
        query = read_query(" ".join(chance.sample(vocabulary[5:300], 3)))
        one, other = ({hit.id for hit in engine.rank(query, 10)} for engine in engines)
        shared.append(len(one & other) / max(len(one), 1))
    assert sum(shared) / len(shared) >= 0.8  # tantivy rounds the lengths of texts past 40 terms
