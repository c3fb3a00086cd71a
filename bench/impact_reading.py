"""How long all impact figures take from the database, and a filter on the page, at the largest size.

    .venv/bin/python -m bench.impact_reading [--deals N] [--uses N] [--assets N]

1,000 pieces of content, 100,000 deals, 2,000,000 uses and 300,000 stages in SQLite. Goals: reading once and every
figure together under 8 s and 1.5 GB; a filter changed on the page under 1 s. The same is done for a tenth of the
deals and uses, to show how it grows. Each size is measured in a process of its own.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from bench.impact_speed import make_deals, make_history, make_uses
from config import Config
from portal import create_app
from portal.db import db, insert_rows, unit_of_work
from portal.impact.cut import load_cut
from portal.impact.exploring.computing import explored
from portal.impact.exploring.filters import Chosen
from portal.impact.gathering import gather
from portal.impact.queries import latest_snapshot
from portal.impact.services import compute_figures, store_figures
from portal.library.models import Asset
from portal.users.models import User

Result = TypeVar("Result")
GOAL_S, GOAL_MB, GOAL_FILTER_S = 8.0, 1_536, 1.0
REPS, SEGMENTS, REGIONS = 300, ("SMB", "Mid", "Enterprise", "Public"), ("EMEA", "NA", "APAC")
INDUSTRIES = tuple(f"Industry {number}" for number in range(12))
STAGES = ("Discovery", "Evaluation", "Proposal", "Negotiation", "Legal")
SECONDS_IN_DAY = 86_400


def fill(assets: int, deals: int, uses: int) -> None:
    """Write people, content, deals, stages and uses, by arrays as in impact_speed."""
    chance = np.random.default_rng(1)
    insert_rows(User, [{"name": f"R{n}", "email": f"r{n}@example.com", "role": "rep"} for n in range(REPS)])
    insert_rows(
        Asset,
        [
            {"slug": f"a{n}", "title": f"Piece {n}", "kind": "deck", "state": "published", "owner_id": 1}
            for n in range(assets)
        ],
    )
    made = make_deals(chance, deals)
    history, touches = make_history(chance, made), make_uses(chance, made, assets, uses)
    insert_rows_by_text("deals", _deals(made, chance))
    insert_rows_by_text("stage_entries", _stages(history))
    insert_rows_by_text("usage_events", _uses(touches, made, chance))


def insert_rows_by_text(table: str, rows: Iterator[dict[str, Any]]) -> None:
    """Insert many rows without the time that types take."""
    first = next(rows)
    names = ", ".join(first)
    statement = f"insert into {table} ({names}) values ({', '.join('?' * len(first))})"
    cursor = db.session.connection().connection.cursor()
    cursor.execute(statement, tuple(first.values()))
    cursor.executemany(statement, (tuple(row.values()) for row in rows))


def _deals(made: Any, chance: np.random.Generator) -> Iterator[dict[str, Any]]:
    region, industry = (chance.integers(0, size, len(made.won)) for size in (len(REGIONS), len(INDUSTRIES)))
    for n in range(len(made.won)):
        amount = int(made.size[n] * 100)
        yield {
            "source": "csv",
            "external_id": f"D{n}",
            "name": f"Deal {n}",
            "owner_id": int(made.rep[n]) + 1,
            "stage": "Closed",
            "crm_stage": "Closed",
            "status": "won" if made.won[n] else "lost",
            "crm_status": "won" if made.won[n] else "lost",
            "currency": "USD",
            "amount_minor": amount,
            "base_amount_minor": amount,
            "size_minor": amount,
            "created_on": date.fromordinal(int(made.created_day[n])).isoformat(),
            "closed_on": date.fromordinal(int(made.closed_day[n])).isoformat(),
            "segment": SEGMENTS[made.segment[n]],
            "region": REGIONS[region[n]],
            "industry": INDUSTRIES[industry[n]],
            "imported_at": "2026-11-01 00:00:00.000000",
            "changed_at": "2026-11-01 00:00:00.000000",
        }


def _stages(history: Any) -> Iterator[dict[str, Any]]:
    columns = (history.deal.tolist(), history.stage.tolist(), history.entered_day.tolist())
    for deal, stage, day in zip(*columns, strict=True):
        word = STAGES[stage]
        entered = date.fromordinal(day).isoformat()
        yield {"deal_id": deal + 1, "stage": word, "crm_stage": word, "entered_on": entered, "is_seen": 0}


def _uses(touches: Any, made: Any, chance: np.random.Generator) -> Iterator[dict[str, Any]]:
    order = np.argsort(touches.day, kind="stable")
    seconds = chance.integers(0, SECONDS_IN_DAY, len(order)).tolist()
    words = {day: date.fromordinal(day).isoformat() for day in np.unique(touches.day).tolist()}
    columns = (touches.deal[order].tolist(), touches.asset[order].tolist(), touches.day[order].tolist())
    for deal, asset, day, second in zip(*columns, seconds, strict=True):
        at = f"{words[day]} {timedelta(seconds=second)!s:0>8}.000000"
        yield {
            "at": at,
            "recorded_at": at,
            "user_id": int(made.rep[deal]) + 1,
            "asset_id": asset + 1,
            "deal_id": deal + 1,
            "kind": "sent" if second % 3 else "presented",
            "deal_known_by": "named",
            "is_late": 0,
        }


def timed(name: str, work: Callable[[], Result], goal: float | None = None) -> Result:
    """Do something once, print how long it took, and give its result."""
    begin, busy = time.perf_counter(), time.process_time()
    result = work()
    clock, processor = time.perf_counter() - begin, time.process_time() - busy
    said = f"   goal {goal:g} s: {'met' if clock < goal else 'MISSED'}" if goal else ""
    print(f"{name:<44}{clock:7.2f} s {processor:7.2f} s of processor{said}", flush=True)
    return result


def measure(app: Flask, assets: int, deals: int, uses: int) -> None:
    """Fill a database, then time reading, computing, keeping and filtering."""
    with app.app_context():
        upgrade()
        with unit_of_work():
            fill(assets, deals, uses)
        counted = db.session.execute(text("select count(*) from usage_events")).scalar_one()
        db.session.rollback()
        print(f"{assets:,} pieces, {deals:,} deals, {counted:,} uses; before: {_peak():,.0f} MB", flush=True)
        db.session.rollback()
        timed("reading", gather)
        db.session.rollback()
        figures = timed("reading, every figure and keeping the cut", compute_figures, GOAL_S)
        db.session.rollback()
        with unit_of_work():
            timed("storing", lambda: store_figures(figures))
        print(f"peak memory {_peak():,.0f} MB, goal {GOAL_MB:,}: {'met' if _peak() < GOAL_MB else 'MISSED'}")
        snapshot = latest_snapshot()
        assert snapshot is not None
        timed("opening the cut", lambda: load_cut(str(snapshot.cut_sha256)))
        for chosen in (
            Chosen(facets=(("segment", "SMB"),)),
            Chosen(facets=(("industry", "Industry 3"),)),
            Chosen(begin=date(2022, 2, 1)),
            Chosen(begin=date(2021, 12, 1)),
            Chosen(end=date(2023, 12, 1)),
        ):
            words = ", ".join(f"{name} {word}" for name, word in chosen.arguments().items())
            found = timed(f"filter: {words}", lambda c=chosen: explored(snapshot, c), GOAL_FILTER_S)  # type: ignore[misc]
            print(f"    of {found.coverage['closed_deals']:,} deals")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure both sizes, each in a process and a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=int, default=1_000)
    parser.add_argument("--deals", type=int, default=100_000)
    parser.add_argument("--uses", type=int, default=2_000_000)
    parser.add_argument("--alone", action="store_true", help="Only this size, in this process.")
    options = parser.parse_args()
    if options.alone:
        with tempfile.TemporaryDirectory() as folder:
            app = create_app(Config({"PORTAL_DATA_DIR": folder, "SOFFICE": "none", "PORT": "8000"}))
            measure(app, options.assets, options.deals, options.uses)
        return
    for share in (10, 1):
        size = ("--deals", str(options.deals // share), "--uses", str(options.uses // share))
        command = [
            sys.executable,
            "-m",
            "bench.impact_reading",
            "--alone",
            "--assets",
            str(options.assets),
            *size,
        ]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
