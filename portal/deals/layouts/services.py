"""Layouts as they are chosen for one import and remembered for the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from portal.db import db
from portal.deals.keeping import keep_before, keep_new
from portal.deals.layouts.queries import PARTS_OF_DEALS
from portal.deals.layouts.surveying import is_sure
from portal.deals.models import DealImport, ImportLayout
from portal.errors import Conflict
from portal.tabular.fields import Layout

# In these states somebody may still say what the columns are.
OPEN = ("mapping", "planned", "unreadable")


def keep_surveys(row: DealImport, surveys: Sequence[Mapping[str, Any]], layout: Layout | None) -> bool:
    """Keep what the columns of an import's files are taken for; say whether somebody has to look at them first.

    The layout that they were read by is kept too: what is applied later is what the preview showed.
    """
    row.report = {**(row.report or {}), "surveys": list(surveys)}
    row.layout = dict(layout or {})
    if is_sure(surveys):
        return False
    row.state = "mapping"
    return True


def check_open(row: DealImport) -> None:
    """Refuse to change the columns of an import that went on, or never got so far."""
    if row.state not in OPEN:
        raise Conflict("The columns of this import can no longer be changed.")


def choose_layout(row: DealImport, layout: Layout) -> None:
    """Take what somebody says of an import's columns and formats; its files are to be read again."""
    check_open(row)
    row.layout = dict(layout)
    row.report = {**(row.report or {}), "columns_chosen": True}
    row.state = "waiting"


def choose_sheet(row: DealImport, part: str, sheet: str) -> None:
    """Read another sheet of a workbook; what was said of the columns of the first one falls away."""
    check_open(row)
    layout = dict(row.layout or {})
    if part == row.kind:
        layout = {name: layout[name] for name in PARTS_OF_DEALS if name in layout} | {"sheet": sheet}
    else:
        layout[part] = {"sheet": sheet}
    row.layout = layout
    row.report = {**(row.report or {}), "columns_chosen": False}
    row.state = "waiting"


def remember_layouts(row: DealImport, report: Mapping[str, Any]) -> None:
    """Remember how the files of an applied import were laid out, for the next ones from its source."""
    if row.origin == "hook":
        # A single update has fields of its own, which say nothing of the columns of files.
        return
    parts = {row.kind: report, **{part: report[part] for part in PARTS_OF_DEALS if part in report}}
    statement = select(ImportLayout).where(ImportLayout.source == row.source, ImportLayout.kind.in_(parts))
    known = {one.kind: one for one in db.session.scalars(statement)}
    for part, said in parts.items():
        if not said.get("layout"):
            continue
        old = known.get(part)
        layout = _merged(old.layout if old else {}, said["layout"], _left_empty(row, part))
        if old is None:
            added = ImportLayout(source=row.source, kind=part, layout=layout, changed_by_id=row.created_by_id)
            db.session.add(added)
            db.session.flush()
            keep_new(row.id, "import_layouts", [added.id])
        elif old.layout != layout:
            before = {
                "layout": old.layout,
                "changed_by_id": old.changed_by_id,
                "changed_at": old.changed_at.isoformat(),
            }
            keep_before(row.id, "import_layouts", {old.id: before})
            old.layout, old.changed_by_id = layout, row.created_by_id


def _left_empty(row: DealImport, part: str) -> set[str]:
    """Return the fields of a file for which there was a column, and somebody said that it is another thing.

    A field whose remembered column is only missing this time is none of them: it may be back in the next file.
    """
    layout = (row.layout or {}) if part == row.kind else (row.layout or {}).get(part, {})
    surveys = {one["part"]: one["fields"] for one in (row.report or {}).get("surveys", ())}
    missing = {name for name, field in surveys.get(part, {}).items() if field["was"]}
    return {name for name, header in layout.get("columns", {}).items() if header is None} - missing


def _merged(old: Mapping[str, Any], used: Mapping[str, Any], left_empty: set[str]) -> dict[str, Any]:
    """Return a layout with what was used now over what was known; a file with fewer columns takes nothing away."""
    columns: dict[str, str | None] = {**old.get("columns", {}), **dict.fromkeys(left_empty)}
    used_now = used.get("columns", {})
    columns = {
        name: header for name, header in columns.items() if header is None or header not in used_now.values()
    }
    merged: dict[str, Any] = {"columns": {**columns, **used_now}}
    for formats in ("dates", "decimal"):
        settled = {**old.get(formats, {}), **used.get(formats, {})}
        if settled:
            merged[formats] = settled
    sheet = used.get("sheet") or old.get("sheet")
    return merged | ({"sheet": sheet} if sheet else {})
