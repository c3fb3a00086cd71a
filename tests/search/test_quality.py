"""The metrics are right, and the ranking stays as good as it was measured."""

import math
from pathlib import Path

import pytest

from bench.search_quality import (
    average_precision,
    measure,
    ndcg,
    read_cisi,
    read_cranfield,
    recall,
    reciprocal_rank,
)
from portal.search.engine import open_engine

RANKED = [5, 1, 9, 2, 7]
RELEVANT = {1, 2, 3}


def test_metrics_agree_with_values_worked_out_by_hand():
    # The relevant 1 and 2 stand at places 2 and 4; 3 is not found.
    gain = 1 / math.log2(3) + 1 / math.log2(5)
    best = 1 / math.log2(2) + 1 / math.log2(3) + 1 / math.log2(4)
    assert ndcg(RANKED, RELEVANT) == pytest.approx(gain / best) == pytest.approx(0.49819, abs=1e-5)
    assert average_precision(RANKED, RELEVANT) == pytest.approx((1 / 2 + 2 / 4) / 3)
    assert recall(RANKED, RELEVANT) == pytest.approx(2 / 3)
    assert reciprocal_rank(RANKED, RELEVANT) == 1 / 2


def test_metrics_look_no_deeper_than_asked():
    assert ndcg(RANKED, RELEVANT, 1) == 0
    assert ndcg(RANKED, {5}, 1) == 1
    assert average_precision(RANKED, RELEVANT, 2) == pytest.approx(1 / 6)
    assert recall(RANKED, RELEVANT, 2) == pytest.approx(1 / 3)
    assert reciprocal_rank(RANKED, RELEVANT, 1) == 0
    assert ndcg([], RELEVANT) == average_precision([], RELEVANT) == recall([], RELEVANT) == 0


def test_cranfield_is_read_whole_and_ranked_well(shared_data: Path, tmp_path: Path):
    judged = read_cranfield(shared_data / "relevance" / "cranfield")
    assert (len(judged.documents), len(judged.queries)) == (1400, 225)
    engine = open_engine(tmp_path)
    engine.rebuild(judged.documents)
    quality = measure(judged, engine)
    assert quality.ndcg_10 >= 0.395
    assert quality.recall_100 >= 0.74


def test_cisi_is_read_whole_and_ranked_well(shared_data: Path, tmp_path: Path):
    judged = read_cisi(shared_data / "relevance" / "cisi")
    assert (len(judged.documents), len(judged.queries)) == (1460, 76)
    engine = open_engine(tmp_path)
    engine.rebuild(judged.documents)
    quality = measure(judged, engine)
    assert quality.ndcg_10 >= 0.375
    assert quality.map_100 >= 0.165
