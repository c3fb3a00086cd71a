"""Both engines give the same answers: the same documents, for the same reasons, with the same scores."""

import random

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
