"""The measures are those of trec_eval, and a test collection is read as BEIR lays it out, or refused in a sentence."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

import pytest
from flask import Flask
from ir_measures import AP, RR, Measure, Qrel, R, ScoredDoc, calc_aggregate, iter_calc, nDCG

from portal.search.evaluating import (
    CollectionUnreadableError,
    Judged,
    Measured,
    average_precision,
    measure,
    measure_one,
    ndcg,
    read_collection,
    recall,
    reciprocal_rank,
)

RANKED = [5, 1, 9, 2, 7]
GRADES = {1: 2, 2: 1, 3: 1, 9: 0}
MEASURES: dict[str, Measure] = {
    "ndcg_10": nDCG @ 10,
    "map_100": AP @ 100,
    "recall_100": R @ 100,
    "mrr_10": RR @ 10,
}


def test_measures_agree_with_values_worked_out_by_hand() -> None:
    # 1, worth 2, stands at place 2, and 2, worth 1, at place 4; 3 is not found; 9 is judged to be wrong.
    gain = 2 / math.log2(3) + 1 / math.log2(5)
    best = 2 / math.log2(2) + 1 / math.log2(3) + 1 / math.log2(4)
    assert ndcg(RANKED, GRADES) == pytest.approx(gain / best) == pytest.approx(0.54059, abs=1e-5)
    assert average_precision(RANKED, GRADES) == pytest.approx((1 / 2 + 2 / 4) / 3)
    assert recall(RANKED, GRADES) == pytest.approx(2 / 3)
    assert reciprocal_rank(RANKED, GRADES) == 1 / 2


def test_measures_look_no_deeper_than_asked() -> None:
    assert ndcg(RANKED, GRADES, 1) == 0
    assert ndcg(RANKED, {5: 1}, 1) == 1
    assert average_precision(RANKED, GRADES, 2) == pytest.approx(1 / 6)
    assert recall(RANKED, GRADES, 2) == pytest.approx(1 / 3)
    assert reciprocal_rank(RANKED, GRADES, 1) == 0
    assert measure_one([], GRADES) == Measured(0, 0, 0, 0)


def _made_up(seed: int) -> tuple[dict[str, dict[int, int]], dict[str, list[int]]]:
    """Grades and rankings of forty queries: some find nothing, some have more right than is looked at."""
    rng = random.Random(seed)
    grades: dict[str, dict[int, int]] = {}
    rankings: dict[str, list[int]] = {}
    for number in range(40):
        judged = rng.sample(range(400), rng.choice((1, 3, 20, 150)))
        grades[str(number)] = {id: rng.choice((0, 1, 1, 2, 3)) for id in judged} | {judged[0]: 1}
        rankings[str(number)] = rng.sample(range(400), rng.choice((0, 1, 9, 200, 400)))
    return grades, rankings


@pytest.mark.parametrize("seed", range(5))
def test_measures_agree_with_trec_eval_on_graded_rankings(seed: int) -> None:
    grades, rankings = _made_up(seed)
    texts = {id: id for id in grades}
    quality = measure(Judged(texts, grades), lambda text: rankings[text])

    qrels = [Qrel(query, str(id), grade) for query, found in grades.items() for id, grade in found.items()]
    # Places are what counts: the scores fall with them, without ties, as an engine's order has none.
    run = [
        ScoredDoc(query, str(id), float(-place))
        for query, ranked in rankings.items()
        for place, id in enumerate(ranked)
    ]
    theirs = calc_aggregate(MEASURES.values(), qrels, run)
    for name, of in MEASURES.items():
        assert getattr(quality.mean, name) == pytest.approx(theirs[of], abs=1e-9), name
    for found in iter_calc(MEASURES.values(), qrels, run):
        name = next(name for name, of in MEASURES.items() if of == found.measure)
        assert getattr(quality.each[found.query_id], name) == pytest.approx(found.value, abs=1e-9)


CORPUS = [
    {"_id": "a", "title": "Waiting trucks", "text": "A queue at the gate"},
    {"_id": "b", "title": "Cold chain", "text": "Temperature records"},
    {"_id": "c", "title": "", "text": "What a queue of trucks costs"},
]
QUERIES = [
    {"_id": "q1", "text": "queue of trucks"},
    {"_id": "q2", "text": "temperature"},
    {"_id": "q3", "text": "x"},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\ta\t2\nq1\tc\t1\nq2\tb\t1\nq3\ta\t0\n"


def _lay_out(folder: Path, qrels: str = "qrels.tsv", **files: str) -> Path:
    """A small collection, with some of its files in other words: corpus="...", queries="...", judged="..."."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = {
        name: "".join(json.dumps(row) + "\n" for row in rows)
        for name, rows in (("corpus", CORPUS), ("queries", QUERIES))
    }
    lines |= files
    for name in ("corpus", "queries"):
        (folder / f"{name}.jsonl").write_text(lines[name])
    (folder / qrels).parent.mkdir(exist_ok=True)
    (folder / qrels).write_text(files.get("judged", QRELS))
    return folder


@pytest.mark.parametrize("qrels", ["qrels.tsv", "qrels/test.tsv"])
def test_a_collection_is_evaluated_with_an_index_of_its_own(
    app: Flask, tmp_path: Path, engine_name: str, qrels: str
) -> None:
    folder = _lay_out(tmp_path / "beir", qrels)
    answer = app.test_cli_runner().invoke(
        args=["search", "evaluate", str(folder), "--json", "--engine", engine_name]
    )
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert told["engine"] == engine_name
    assert (told["documents"], told["queries"]) == (3, 2), "a query without a right answer is not judged"
    assert (told["ndcg_10"], told["map_100"], told["recall_100"], told["mrr_10"]) == (1, 1, 1, 1)
    assert told["queries_per_second"] > 0
    assert not (app.config["DATA_DIR"] / "index").exists(), "the portal's own index is left alone"
    assert sorted(path.name for path in folder.iterdir()) == [
        "corpus.jsonl",
        qrels.split("/")[0],
        "queries.jsonl",
    ]


def test_the_figures_are_printed_with_what_they_stand_on_and_each_query_on_demand(
    app: Flask, tmp_path: Path
) -> None:
    folder = _lay_out(tmp_path / "beir")
    run = app.test_cli_runner()
    plain = run.invoke(args=["search", "evaluate", str(folder)])
    assert plain.exit_code == 0
    assert "3 documents, 2 judged queries" in plain.stdout
    assert "nDCG@10     1.000" in plain.stdout
    assert "Indexing" not in plain.stdout, "progress goes to the error stream"
    assert "queue of trucks" not in plain.stdout
    each = run.invoke(args=["search", "evaluate", str(folder), "--each"])
    assert "queue of trucks" in each.stdout


WRONG = [
    ({"corpus": ""}, "corpus.jsonl holds no document"),
    (
        {"corpus": '{"_id": "a", "title": "A", "text": "B"}\n\n{"_id": \n'},
        "corpus.jsonl, line 3: this is no JSON.",
    ),
    ({"corpus": "[1]\n"}, "line 1: this is no JSON object"),
    ({"corpus": '{"title": "A", "text": "B"}\n'}, "line 1: _id is missing or no text"),
    ({"corpus": '{"_id": "a", "text": ["B"]}\n'}, "line 1: text is missing or no text"),
    ({"corpus": '{"_id": "a", "text": "B"}\n' * 2}, "line 2: a second document has the _id a"),
    ({"queries": "{\n"}, "queries.jsonl, line 1: this is no JSON"),
    ({"judged": ""}, "the first line must be query-id, corpus-id, score"),
    ({"judged": "q1\tc\t2\n"}, "the first line must be query-id, corpus-id, score"),
    ({"queries": '{"_id": "q1", "text": "B"}\n' * 2}, "line 2: a second query has the _id q1"),
    ({"judged": QRELS + "q9\ta\t1\n"}, "line 6: no query has the id q9"),
    ({"judged": QRELS + "q2\tb\t1\nq2\tb\t0\n"}, "the document b is judged a second time for the query q2"),
    ({"judged": QRELS + "q2\tz\t1\nq2\tz\t1\n"}, "line 7: the document z is judged a second time"),
    ({"judged": QRELS + f"q1\ta\t{'9' * 330}\n"}, "line 6: a query's id"),
    ({"judged": QRELS + "q1\ta\t1.5\n"}, "line 6: a query's id"),
    ({"judged": QRELS + "q1\ta\t1\t2\n"}, "line 6: a query's id"),
    (
        {"judged": QRELS + "q1\ta\tgood\n"},
        "line 6: a query's id, a document's id and a whole number belong here",
    ),
    ({"judged": QRELS + "q1 a 1\n"}, "line 6: a query's id"),
    ({"judged": "query-id\tcorpus-id\tscore\nq3\ta\t0\n"}, "judges no query"),
]


@pytest.mark.parametrize(("files", "sentence"), WRONG)
def test_what_is_wrong_with_a_collection_is_said_with_file_and_line(
    app: Flask, tmp_path: Path, files: dict[str, str], sentence: str
) -> None:
    folder = _lay_out(tmp_path / "beir", **files)
    answer = app.test_cli_runner().invoke(args=["search", "evaluate", str(folder)])
    assert answer.exit_code == 1
    assert sentence in answer.output
    assert "Traceback" not in answer.output
    assert isinstance(answer.exception, SystemExit)


def test_a_judged_document_that_is_not_there_is_counted_and_is_never_found(
    app: Flask, tmp_path: Path
) -> None:
    judged = "query-id\tcorpus-id\tscore\nq1\ta\t1.0\nq1\tz\t1\nq1\ty\t0\n"
    folder = _lay_out(tmp_path / "beir", judged=judged)
    answer = app.test_cli_runner().invoke(args=["search", "evaluate", str(folder), "--json"])
    assert answer.exit_code == 0, answer.output
    assert "Judged relevant but not in corpus.jsonl, so never found: 1." in answer.stderr
    told = json.loads(answer.stdout)
    assert (told["recall_100"], told["mrr_10"]) == (0.5, 1)


@pytest.mark.parametrize("missing", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    folder = _lay_out(tmp_path / "beir")
    (folder / missing).unlink()
    with pytest.raises(CollectionUnreadableError, match=rf"There is no .*{missing}"):
        read_collection(folder)


def test_a_file_in_another_encoding_and_a_folder_in_its_place_are_refused(tmp_path: Path) -> None:
    folder = _lay_out(tmp_path / "beir")
    (folder / "queries.jsonl").write_bytes(b'{"_id": "q1", "text": "caf\xe9"}\n')
    with pytest.raises(CollectionUnreadableError, match="not written in UTF-8"):
        read_collection(folder)
    (folder / "corpus.jsonl").unlink()
    (folder / "corpus.jsonl").mkdir()
    with pytest.raises(CollectionUnreadableError, match="can't be read"):
        read_collection(folder)
