"""Small inputs for the impact methods, written as rows, and the simulated sets read from their files."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from portal.impact.inputs import UNKNOWN, Deals, StageHistory, Touches

SIMULATED = ("random_use", "measured_confounding", "confounding_and_dead_deals_left_open")
STAGES = ("Discovery", "Evaluation", "Proposal", "Negotiation")


def deals_of(count: int, **columns: object) -> Deals:
    """Closed, lost deals of 100 days by one rep, all alike, but for the columns given (a value or one for each)."""

    def column(name: str, default: object, dtype: type) -> np.ndarray:
        return np.broadcast_to(np.asarray(columns.get(name, default), dtype), count).copy()

    assert set(columns) <= set(Deals.__annotations__)
    return Deals(
        created_day=column("created_day", 1000, np.int64),
        closed_day=column("closed_day", 1100, np.int64),
        closed=column("closed", True, np.bool_),
        won=column("won", False, np.bool_),
        size=column("size", 100.0, np.float64),
        value=column("value", 100.0, np.float64),
        segment=column("segment", 0, np.int64),
        rep=column("rep", 0, np.int64),
    )


def touches_of(*rows: Sequence[int]) -> Touches:
    """Touches from rows of deal, asset, day."""
    return Touches(*_int_columns(rows))


def history_of(*rows: Sequence[int]) -> StageHistory:
    """Stage history from rows of deal, stage, day."""
    return StageHistory(*_int_columns(rows))


def _int_columns(rows: Iterable[Sequence[int]]) -> np.ndarray:
    return np.array(list(rows), np.int64).reshape(-1, 3).T.copy()


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def simulated(folder: Path) -> tuple[Deals, StageHistory, Touches]:
    """One simulated set, with the assets in the order of their names."""
    deals, history, uses = (read_rows(folder / f"{name}.csv") for name in ("deals", "history", "usage"))
    index = {row["id"]: place for place, row in enumerate(deals)}
    size = np.array([float(row["amount"]) for row in deals])
    segments = sorted({row["segment"] for row in deals})
    reps = sorted({row["owner"] for row in deals})
    return (
        deals_of(
            len(deals),
            created_day=[_day(row["created"]) for row in deals],
            closed_day=[_day(row["closed"]) for row in deals],
            closed=[row["stage"].startswith("Closed") for row in deals],
            won=[row["stage"] == "Closed Won" for row in deals],
            size=size,
            value=size,
            segment=[segments.index(row["segment"]) for row in deals],
            rep=[reps.index(row["owner"]) for row in deals],
        ),
        history_of(
            *((index[r["deal_id"]], STAGES.index(r["stage"]), _day(r["entered_at"])) for r in history)
        ),
        touches_of(*((index[row["deal_id"]], int(row["asset"][-2:]), _day(row["at"])) for row in uses)),
    )


def _day(text: str) -> int:
    return date.fromisoformat(text[:10]).toordinal() if text else UNKNOWN


def random_inputs(
    seed: int, deals: int = 200, assets: int = 70, touches: int = 2500
) -> tuple[Deals, StageHistory, Touches]:
    """Untidy inputs: open deals, unknown everything, touches out of bounds, stages that are left and entered again."""
    rng = np.random.default_rng(seed)
    created = rng.integers(1000, 1200, deals)
    closed = rng.random(deals) < 0.85

    def sometimes_unknown(column: np.ndarray, unknown: float = UNKNOWN) -> np.ndarray:
        return np.where(rng.random(deals) < 0.1, unknown, column)

    built = deals_of(
        deals,
        created_day=sometimes_unknown(created),
        closed_day=np.where(closed, sometimes_unknown(created + rng.integers(0, 200, deals)), UNKNOWN),
        closed=closed,
        won=closed & (rng.random(deals) < 0.45),
        size=sometimes_unknown(rng.integers(0, 9, deals) * 100.0, np.nan),
        value=sometimes_unknown(rng.integers(0, 9, deals) * 100.0, np.nan),
        segment=sometimes_unknown(rng.integers(0, 2, deals)),
        rep=sometimes_unknown(rng.integers(0, 12, deals)),
    )
    entered = rng.integers(0, deals, deals * 3)
    history = StageHistory(
        entered, rng.integers(0, 3, deals * 3), created[entered] + rng.integers(-5, 150, deals * 3)
    )
    deal = rng.integers(0, deals, touches)
    return (
        built,
        history,
        Touches(deal, rng.integers(0, assets, touches), created[deal] + rng.integers(-10, 210, touches)),
    )
