"""The formats that a report can be taken away in."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, send_file

from portal.reports.export_csv import as_csv
from portal.reports.export_docx import as_docx
from portal.reports.export_xlsx import as_xlsx
from portal.reports.table import Table
from portal.usage.sums import local_day


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


def file_of(table: Table, ending: str) -> Response:
    """Return a Table as a download in the format of a name's ending."""
    return send_file(
        io.BytesIO(FORMATS[ending].write(table)),
        mimetype=FORMATS[ending].media_type,
        as_attachment=True,
        download_name=f"tandem-{table.name}-{local_day(table.data_as_of)}.{ending}",
    )
