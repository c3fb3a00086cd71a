"""What an import does to rows that are no deals is kept here, so that it can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from portal.db import insert_rows
from portal.deals.models import ImportedRow


def keep_new(import_id: int, table: str, row_ids: Iterable[int]) -> None:
    """Note that an import made these rows of a table."""
    facts = {"import_id": import_id, "table_name": table}
    insert_rows(ImportedRow, (facts | {"row_id": row_id} for row_id in row_ids))


def keep_before(import_id: int, table: str, before: Mapping[int, Mapping[str, Any]]) -> None:
    """Note what an import changes on rows of a table: their columns as they are before, by id, as JSON has them."""
    facts = {"import_id": import_id, "table_name": table}
    insert_rows(ImportedRow, (facts | {"row_id": key, "before": was} for key, was in before.items()))
