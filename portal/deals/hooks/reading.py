"""One update of a deal as JSON, read as a file of one row would be; nothing in it is guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from portal.deals.reading.columns import DEAL_FIELDS
from portal.deals.reading.values import flag, stage_says
from portal.errors import Invalid
from portal.tabular.cells import clean
from portal.tabular.headers import header_key, match_fields
from portal.tabular.table import Row, Table

MOST_BYTES = 64 * 1024
MOST_FIELDS = 200
DAYS = ("created", "expected_close", "closed")
# How an update says that a deal is gone from its CRM.
REMOVED = frozenset({"removed", "deleted", "isdeleted", "isremoved"})
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
    if any("\ud800" <= char <= "\udfff" for name in said for char in name):
        raise Invalid("The name of a field holds half a character.")
    return {name: _cell(name, value) for name, value in said.items() if name.strip()}


def _no_number(text: str) -> None:
    raise ValueError(text)


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) and header_key(name) not in DEAL_FIELDS.spellings["id"]:
        return "true" if value else "false"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    if isinstance(value, str):
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise Invalid(f"“{name[:60]}” holds half a character.", field=name[:60])
        return value
    raise Invalid(f"“{name[:60]}” has to be text or a number.", field=name[:60])


def table_of(said: Mapping[str, str], known: Mapping[str, Any] | None) -> Table:
    """Return an update as a table of one row; what it leaves out of a known deal's stage and end stays as it is."""
    found = _found(said)
    fields = {field: said[header] for field, header in found.items()}
    if not clean(fields.get("id", "")):
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
    if "modified" in found and not _DAY.fullmatch(fields["modified"].strip()):
        # Which way round such a day is would be a guess, and the update is taken as well without it.
        cells[found["modified"]] = ""
    if known is not None:
        cells |= _as_known(fields, known) or _in_its_stage(fields, known)
        if not clean(fields.get("currency", "")):
            cells[found.get("currency", "currency")] = known["currency"]
    return Table("The update", tuple(cells), (Row(1, list(cells.values())),), (), "UTF-8", ",", ())


def _as_known(fields: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, str]:
    """Return the cells that keep the stage and the end of a deal of which an update does not speak."""
    if {"status", "is_won"} & fields.keys() or clean(fields.get("stage", known["crm_stage"])) != known[
        "crm_stage"
    ]:
        return {}
    # A CRM may say in a column of its own that a deal is won, whatever its stage is called.
    cells = {"stage": known["crm_stage"]} if "stage" not in fields else {}
    cells["status"] = known["crm_status"]
    closed_on = known["closed_on"] or (known["expected_close"] if known["crm_status"] != "open" else None)
    if closed_on and "closed" not in fields:
        cells["close date"] = closed_on.isoformat()
    return cells


def _in_its_stage(fields: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, str]:
    """Return the stage of a deal of whose end alone an update speaks, which must not say another end."""
    if clean(fields.get("stage", "")):
        return {}
    stage, end = known["crm_stage"], fields.get("status")
    if end is not None and stage_says(stage) not in ("open", stage_says(end)):
        raise Invalid(f"The deal's stage is “{stage[:80]}”. Send the new stage too.", field="stage")
    return {"stage": stage}


def with_closing_day(said: Mapping[str, str], day: date) -> dict[str, str]:
    """Return an update of a deal that ends, and of which it names no day, with the day on which it came."""
    return {**said, _found(said).get("closed", "close date"): day.isoformat()}


def says_removal(name: str) -> bool:
    """Say whether a field tells of a deal that it is gone from its CRM."""
    return header_key(name) in REMOVED


def is_removal(said: Mapping[str, str]) -> bool:
    """Say whether an update means that the deal is gone from its CRM."""
    flags = [flag(cell) for name, cell in said.items() if says_removal(name)]
    if None in flags:
        raise Invalid("Whether a deal is removed is true or false.", field="removed")
    return any(flags)


def _found(said: Mapping[str, str]) -> Mapping[str, str]:
    return match_fields(list(said), DEAL_FIELDS).found


def id_of(said: Mapping[str, str]) -> str:
    """Return the id of the deal that an update is about, empty when it names none."""
    header = _found(said).get("id")
    return clean(said[header]) if header else ""
