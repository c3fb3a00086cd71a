"""One update of a deal as JSON, read as a file of one row would be; nothing in it is guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from portal.deals.reading.columns import DEALS
from portal.errors import Invalid
from portal.tabular.headers import header_key, match_headers
from portal.tabular.table import Row, Table

MOST_BYTES = 64 * 1024
MOST_FIELDS = 200
DAYS = ("created", "expected_close", "closed")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].*)?", re.ASCII | re.DOTALL)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)


def read_update(body: bytes) -> dict[str, str]:
    """Return what an update says, as field or header -> cell; raise Invalid for what is no update."""
    if len(body) > MOST_BYTES:
        raise Invalid(f"An update has up to {MOST_BYTES // 1024} KB.")
    try:
        said = json.loads(body, parse_float=str, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Invalid("The body is not JSON in UTF-8.") from error
    if isinstance(said, dict) and isinstance(said.get("deal"), dict):
        said = said["deal"]
    if not isinstance(said, dict):
        raise Invalid('Send one deal as a JSON object, such as {"id": "D-17", "stage": "Proposal"}.')
    if len(said) > MOST_FIELDS:
        raise Invalid(f"An update has up to {MOST_FIELDS} fields.")
    return {str(name): _cell(str(name), value) for name, value in said.items() if str(name).strip()}


def _no_number(text: str) -> None:
    raise ValueError(text)


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) < 10**18:
        return str(value)
    if isinstance(value, str):
        return value
    raise Invalid(f"“{name[:60]}” has to be text or a number.", field=name[:60])


def table_of(said: Mapping[str, str], known: Mapping[str, Any] | None) -> Table:
    """Return an update as a table of one row; what it leaves out of a known deal's stage and end stays as it is."""
    found = match_headers(list(said), DEALS, ("id",)).found
    fields = {field: said[header] for field, header in found.items()}
    if not fields.get("id", "").strip():
        raise Invalid("The update has no id: it says which deal is meant.", field="id")
    for day in DAYS:
        if fields.get(day, "").strip() and not _DAY.fullmatch(fields[day].strip()):
            raise Invalid(f"Write dates as 2026-12-31; “{fields[day][:40]}” is not.", field=day)
    amount = fields.get("amount", "").strip()
    if amount and not _NUMBER.fullmatch(amount):
        raise Invalid("Send the amount as a number, and its currency in a field of its own.", field="amount")
    cells = dict(said)
    if re.fullmatch(r"-?\d+\.\d{3}", amount):
        cells[found["amount"]] = amount + "0"  # three decimals could be taken for thousands, four can't
    if known is not None and not {"stage", "status"} & fields.keys():
        cells |= {"stage": known["crm_stage"]}
        if known["status"] != "open" and "closed" not in fields:
            cells |= {"close date": known["closed_on"].isoformat()}
    return Table("The update", tuple(cells), (Row(1, list(cells.values())),), (), "UTF-8", ",", ())


def id_of(said: Mapping[str, str]) -> str:
    """Return the id of the deal that an update is about, empty when it names none."""
    wanted = next((header for key in DEALS["id"] for header in said if header_key(header) == key), None)
    return " ".join(said[wanted].split()) if wanted else ""
