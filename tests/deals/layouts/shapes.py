"""The CRM's real files in the shapes in which people have them: each a name, its bytes and the files beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook

Row = dict[str, str]
FOOTER = """

"Pipeline"
"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."
"Confidential Information - Do Not Distribute"
"""


def deals_of(crm: Path) -> list[Row]:
    """The rows of the file as it is."""
    with (crm / "sales_pipeline.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def text_of(rows: Iterable[Sequence[str]], delimiter: str = ",") -> bytes:
    """Rows as a CSV file."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return stream.getvalue().encode()


def as_it_is(crm: Path) -> tuple[str, bytes]:
    """The file itself."""
    return "sales_pipeline.csv", (crm / "sales_pipeline.csv").read_bytes()


def hubspot(crm: Path) -> tuple[str, bytes]:
    """HubSpot's export: its headers, stages by their internal names, dates with a time."""
    lines = (crm / "hubspot_headers.txt").read_text().splitlines()
    headers = next(line for line in lines if line.startswith("hubspot_deals:")).partition(": ")[2].split(",")
    stages = {"Won": "closedwon", "Lost": "closedlost"}

    def row(deal: Row) -> dict[str, str]:
        return {
            "Deal ID": deal["opportunity_id"],
            "Deal Name": f"{deal['product']} for {deal['account']}",
            "Deal Stage": stages.get(deal["deal_stage"], deal["deal_stage"]),
            "Pipeline": "Sales Pipeline",
            "Amount": deal["close_value"],
            "Close Date": deal["close_date"] and f"{deal['close_date']} 16:30",
            "Create Date": deal["engage_date"] and f"{deal['engage_date']} 09:05",
            "Deal Owner": f"{deal['sales_agent']} ({deal['sales_agent'].replace(' ', '.').lower()}@example.com)",
            "Associated Contact Email": "buyer@example.org",
        }

    rows = [row(deal) for deal in deals_of(crm)]
    return "hubspot-crm-exports-all-deals.csv", text_of(
        [headers, *([one.get(name, "") for name in headers] for one in rows)]
    )


def salesforce(crm: Path) -> tuple[str, bytes]:
    """A Salesforce report: month first, dollars, yes and no as 1 and 0, and the lines under it."""
    headers = (
        "Opportunity ID", "Opportunity Name", "Account Name", "Owner", "Stage", "Amount", "Created Date",
        "Close Date", "Lead Source", "Type", "Won", "Closed",
    )  # fmt: skip
    stages = {"Won": "Closed Won", "Lost": "Closed Lost"}
    rows = [
        (
            deal["opportunity_id"], deal["product"], deal["account"], deal["sales_agent"],
            stages.get(deal["deal_stage"], deal["deal_stage"]),
            deal["close_value"] and f"${int(deal['close_value']):,}",
            _american(deal["engage_date"]), _american(deal["close_date"]), "Web", "New",
            str(int(deal["deal_stage"] == "Won")), str(int(deal["deal_stage"] in stages)),
        )
        for deal in deals_of(crm)
    ]  # fmt: skip
    return "report1700000000000.csv", text_of([headers, *rows]) + FOOTER.encode()


def german(crm: Path) -> tuple[str, bytes]:
    """What Excel saves in Germany: semicolons, decimal commas, days first, and names of columns of one's own."""
    headers = ("Nr", "Verkäufer", "Produkt", "Kunde", "Phase", "Beginn", "Abschlussdatum", "Betrag")
    rows = [
        (
            deal["opportunity_id"], deal["sales_agent"], deal["product"], deal["account"], deal["deal_stage"],
            _german(deal["engage_date"]), _german(deal["close_date"]),
            deal["close_value"] and f"{int(deal['close_value']):,}".replace(",", ".") + ",00",
        )
        for deal in deals_of(crm)
    ]  # fmt: skip
    return "Vertrieb.csv", text_of([headers, *rows], ";")


def workbook(crm: Path) -> tuple[str, bytes]:
    """An Excel workbook with a title above the names, real dates and real numbers."""
    made = Workbook(write_only=True)
    sheet = made.create_sheet("Deals")
    sheet.append(["Sales pipeline"])
    sheet.append([])
    deals = deals_of(crm)
    sheet.append(list(deals[0]))
    for deal in deals:
        sheet.append([_typed(name, cell) for name, cell in deal.items()])
    made.create_sheet("Notes").append(["Made for the weekly meeting"])
    stream = io.BytesIO()
    made.save(stream)
    return "pipeline.xlsx", stream.getvalue()


def _typed(name: str, cell: str) -> Any:
    if not cell:
        return None
    if name.endswith("_date"):
        return date.fromisoformat(cell)
    return int(cell) if name == "close_value" else cell


def _american(cell: str) -> str:
    day = date.fromisoformat(cell) if cell else None
    return f"{day.month}/{day.day}/{day.year}" if day else ""


def _german(cell: str) -> str:
    return f"{date.fromisoformat(cell):%d.%m.%Y}" if cell else ""


SHAPES: dict[str, Callable[[Path], tuple[str, bytes]]] = {
    "as it is": as_it_is,
    "hubspot": hubspot,
    "salesforce": salesforce,
    "german": german,
    "workbook": workbook,
}
