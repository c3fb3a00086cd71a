"""What an import says of itself: one JSON object for the command, the preview and for later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from portal.tabular.reading import Reading
from portal.tabular.table import Refusal

OUTCOMES = ("new", "changed", "unchanged", "refused")
# Of very many rows, a stored report keeps the first ones, and a command prints even fewer.
STORED = 2_000
PRINTED = 50


def file_report(
    filename: str, outcomes: Mapping[str, int], reading: Reading[Any], refusals: Sequence[Refusal]
) -> dict[str, Any]:
    """Return what became of one file's rows, and how the file was read."""
    return {
        "file": filename,
        **{outcome: outcomes.get(outcome, 0) for outcome in OUTCOMES},
        "refused": len(refusals),
        "warnings": [asdict(warning) for warning in reading.warnings],
        "notes": list(reading.notes),
        "rows_refused": [asdict(refusal) for refusal in refusals],
        "columns": {"found": dict(reading.columns.found), "ignored": list(reading.columns.ignored)},
        "formats": dict(reading.formats),
        "layout": dict(reading.layout),
    }


def stored_report(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the report as it is kept: the first rows of long lists, and how many were left out."""
    kept = dict(report)
    for name in ("rows_refused", "warnings"):
        kept[name] = report[name][:STORED]
        kept[f"{name}_left_out"] = len(report[name]) - len(kept[name])
    return kept


def counted(number: int, thing: str) -> str:
    """Return a number with its thing, as in 3 deals."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def report_lines(report: Mapping[str, Any], parts: Iterable[str] = (), *, dry_run: bool = False) -> list[str]:
    """Return a report as lines of text; `parts` names the reports of further files inside it."""
    files = [report, *(report[part] for part in parts if part in report)]
    lines = [
        f"{of_file['file']}: {', '.join(f'{of_file[outcome]:,} {outcome}' for outcome in OUTCOMES)}"
        for of_file in files
    ]
    lines[0] += " (nothing was written)" if dry_run else ""
    totals = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in report["totals"].items())
    lines.append(f"Totals of the rows taken: {totals}")
    for of_file in files:
        lines += [f"Note: {note}" for note in of_file["notes"]]
        lines += [_row("Warning", of_file["file"], row) for row in of_file["warnings"][:PRINTED]]
        lines += [_row("Refused", of_file["file"], row) for row in of_file["rows_refused"][:PRINTED]]
        left_out = len(of_file["rows_refused"]) - PRINTED
        lines += [f"… and {left_out:,} more; --json lists them all."] if left_out > 0 else []
    return lines


def _row(what: str, file: str, row: Mapping[str, Any]) -> str:
    place = f" {row['field']} “{row['value']}”:" if row["field"] else ":"
    return f"{what} {file}, line {row['line']}{place} {row['reason']}"
