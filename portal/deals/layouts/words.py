"""What the fields of each kind of file are called on the page of columns, in the order they stand there."""

from __future__ import annotations

from collections.abc import Mapping

from portal.deals.reading.columns import ACCOUNT_FIELDS, DEAL_FIELDS, HISTORY_FIELDS, USER_FIELDS
from portal.tabular.cells import words
from portal.tabular.fields import Fields
from portal.usage.reading import FIELDS as USAGE_FIELDS

FIELDS: Mapping[str, Fields] = {
    "deals": DEAL_FIELDS,
    "accounts": ACCOUNT_FIELDS,
    "users": USER_FIELDS,
    "history": HISTORY_FIELDS,
    "usage": USAGE_FIELDS,
}
_LABELS = {
    "deals": {
        "id": "Deal ID", "name": "Deal name", "closed": "Close date", "created": "Created date",
        "expected_close": "Expected close date", "modified": "Last modified date",
        "is_won": "Won (yes or no)", "is_closed": "Closed (yes or no)",
    },
    "accounts": {"id": "Account ID", "name": "Account name"},
    "history": {"deal_id": "Deal ID", "entered_at": "Entered on", "amount": "Amount at that time"},
    "usage": {
        "at": "Time", "user_email": "Person's email", "asset": "Content", "kind": "What was done", "deal_id": "Deal ID",
    },
}  # fmt: skip


def label_of(part: str, field: str) -> str:
    """Return what a field is called on pages."""
    return _LABELS.get(part, {}).get(field) or words(field).capitalize()
