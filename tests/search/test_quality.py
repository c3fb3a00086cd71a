"""The ranking stays as good as it was measured on two public collections."""

from pathlib import Path

from portal.search.evaluating import evaluate, read_collection
from tests.search.conftest import OpenEngine
from tools.relevance_to_beir import read_cisi, read_cranfield, write


def test_cranfield_is_read_whole_and_ranked_well(
    shared_data: Path, tmp_path: Path, open_it: OpenEngine
) -> None:
    write(read_cranfield(shared_data / "relevance" / "cranfield"), tmp_path)
    collection = read_collection(tmp_path)
    assert (len(collection.documents), len(collection.judged.queries)) == (1400, 225)
    quality = evaluate(collection, open_it(tmp_path / "index"))
    assert quality.mean.ndcg_10 >= 0.405
    assert quality.mean.recall_100 >= 0.74


def test_cisi_is_read_whole_and_ranked_well(shared_data: Path, tmp_path: Path, open_it: OpenEngine) -> None:
    write(read_cisi(shared_data / "relevance" / "cisi"), tmp_path)
    collection = read_collection(tmp_path)
    assert (len(collection.documents), len(collection.judged.queries)) == (1460, 76)
    quality = evaluate(collection, open_it(tmp_path / "index"))
    assert quality.mean.ndcg_10 >= 0.38
    assert quality.mean.map_100 >= 0.172
