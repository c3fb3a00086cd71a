"""Files: a simulated set in the formats that the portal imports, with the truth beside it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from portal.errors import Invalid
from portal.impact.simulation.generating import REGIONS, REPS, SEGMENTS, STAGES, Simulated

FILES = ("deals.csv", "history.csv", "users.csv", "usage.csv", "truth.json")
TEAMS = 5
HOUR = "T10:00:00"


def write_files(simulated: Simulated, folder: Path) -> list[Path]:
    """Write all files of a set into a new or empty folder; the same set gives the same bytes."""
    empty_folder(folder)
    _write(folder / "deals.csv", _deal_rows(simulated))
    _write(folder / "history.csv", _history_rows(simulated))
    _write(folder / "users.csv", _user_rows())
    _write(folder / "usage.csv", _usage_rows(simulated))
    titles = asset_titles(len(simulated.truth))
    effects = {
        title: None if effect != effect else effect
        for title, effect in zip(titles, simulated.truth.tolist(), strict=True)
    }
    (folder / "truth.json").write_text(json.dumps(effects, indent=1) + "\n")
    return [folder / name for name in FILES]


def empty_folder(folder: Path) -> None:
    """Make a folder; refuse one that holds anything, or a path where none can be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = not any(folder.iterdir())
    except OSError as error:
        raise Invalid(f"{folder} can't be used as a folder: {error.strerror}.") from error
    if not is_empty:
        raise Invalid(f"{folder} is not empty. Name a new folder.")


def asset_titles(assets: int) -> list[str]:
    """Return the titles of made-up content, which sort as their numbers do."""
    digits = max(2, len(str(assets - 1)))
    return [f"Asset {asset:0{digits}d}" for asset in range(assets)]


def _write(path: Path, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _day(day: int) -> str:
    return date.fromordinal(day).isoformat()


def _email(rep: int) -> str:
    return f"rep{rep}@example.com"


def _deal_rows(simulated: Simulated) -> Iterable[Sequence[object]]:
    yield (
        "id",
        "name",
        "account",
        "owner",
        "owner email",
        "stage",
        "amount",
        "created",
        "closed",
        "segment",
        "region",
    )
    deals = simulated.deals
    columns = (
        *(deals.created_day, deals.closed_day, deals.closed, deals.won, deals.size, deals.segment, deals.rep),
        *(simulated.region, simulated.stage),
    )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for number, (created, closed_day, closed, won, cents, segment, rep, region, stage) in enumerate(rows):
        yield (
            *(f"D{number}", f"Deal {number}", f"Company {number}", f"Rep {rep}", _email(rep)),
            ("Closed Won" if won else "Closed Lost") if closed else STAGES[stage],
            f"{cents / 100:.2f}",
            _day(created),
            _day(closed_day) if closed else "",
            *(SEGMENTS[segment], REGIONS[region]),
        )


def _history_rows(simulated: Simulated) -> Iterable[Sequence[object]]:
    yield "deal_id", "stage", "entered_at"
    history = simulated.history
    for deal, stage, day in zip(
        history.deal.tolist(), history.stage.tolist(), history.entered_day.tolist(), strict=True
    ):
        yield f"D{deal}", STAGES[stage], _day(day)


def _user_rows() -> Iterable[Sequence[object]]:
    yield "name", "email", "team", "role"
    for rep in range(REPS):
        yield f"Rep {rep}", _email(rep), f"Team {rep % TEAMS + 1}", "rep"


def _usage_rows(simulated: Simulated) -> Iterable[Sequence[object]]:
    yield "at", "user_email", "asset", "kind", "deal_id"
    touches, titles = simulated.touches, asset_titles(len(simulated.truth))
    rep = simulated.deals.rep[touches.deal]
    for deal, asset, day, user in zip(
        touches.deal.tolist(), touches.asset.tolist(), touches.day.tolist(), rep.tolist(), strict=True
    ):
        yield _day(day) + HOUR, _email(user), titles[asset], "share", f"D{deal}"
