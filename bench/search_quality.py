"""How well and how fast the portal's search ranks, on two public collections of judged queries.

    PORTAL_SHARED_DATA=... .venv/bin/python -m bench.search_quality

prints what `flask search evaluate` prints for Cranfield and CISI, each put into its layout first, by engine.
"""

import os
import sys
import tempfile
from pathlib import Path

from portal.search.engine import ENGINES, IndexUnusableError, open_engine
from portal.search.evaluating import evaluate, read_collection
from tools.relevance_to_beir import convert


def main() -> int:
    """Print the quality on both collections."""
    data = os.environ.get("PORTAL_SHARED_DATA")
    if not data:
        print("Set PORTAL_SHARED_DATA to the folder that holds relevance/cranfield and relevance/cisi.")
        return 1
    print(f"{'':<17} queries  nDCG@10  MAP@100  Recall@100  MRR@10  queries/s")
    with tempfile.TemporaryDirectory() as scratch:
        for folder in convert(Path(data) / "relevance", Path(scratch)):
            for name in ENGINES:
                try:
                    engine = open_engine(folder / name, name)
                except IndexUnusableError as error:
                    print(error)
                    continue
                quality = evaluate(read_collection(folder), engine)
                it = quality.mean
                print(
                    f"{folder.name:<9} {name:<7} {len(quality.each):>7}  {it.ndcg_10:>7.3f}  {it.map_100:>7.3f}"
                    f"  {it.recall_100:>10.3f}  {it.mrr_10:>6.3f}  {quality.queries_per_second:>9.0f}"
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
