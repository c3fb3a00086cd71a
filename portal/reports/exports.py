"""The formats that a report can be taken away in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.reports.export_csv import as_csv
from portal.reports.export_docx import as_docx
from portal.reports.export_xlsx import as_xlsx
from portal.reports.table import Table


@dataclass(frozen=True)
class Format:
    """How a Table is written, and what a browser is told that it is."""

    name: str
    write: Callable[[Table], bytes]
    media_type: str


_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS = {
    "csv": Format("CSV", as_csv, "text/csv; charset=utf-8"),
    "xlsx": Format("Excel", as_xlsx, f"{_OFFICE}.spreadsheetml.sheet"),
    "docx": Format("Word", as_docx, f"{_OFFICE}.wordprocessingml.document"),
}
