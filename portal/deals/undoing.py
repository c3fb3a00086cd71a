"""Undoing an import: what it would put back, what stands in its way, and doing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, select, union, update
from sqlalchemy.orm import aliased

from portal.db import chunks, db, insert_rows, now
from portal.deals.layouts.passing_on import TABLE as LAYOUTS
from portal.deals.layouts.passing_on import built_upon, pass_on
from portal.deals.merging.services import follow_merges, forget_deals
from portal.deals.models import Deal, DealChange, DealImport, ImportedRow, StageEntry
from portal.deals.referring import held, put_back_elsewhere
from portal.deals.restoring import restore
from portal.deals.words_again import follow_words
from portal.errors import Conflict
from portal.jobs import enqueue
from portal.usage.models import UsageEvent
from portal.usage.taking_back import take_back
from portal.users.models import User
from portal.users.services import audit

NAMED = 10
# What stands in a change beside the columns of the deal.
# What a change keeps beside the columns that a deal had.
BESIDE = ("stages_added", "stages_replaced", "modified_on")


@dataclass(frozen=True)
class UndoPlan:
    """What undoing an import would do, row by row counted, and the later imports that have to be undone before.

    `restored` deals get back what they were; `leaving` ones were new and go; `staying` ones were new too, but people
    have used them since, so they are only marked as removed. `other_leaving` and `other_staying` count the rows of
    other tables that the import made, `uses` and `uses_staying` the uses it brought. `layouts_staying` are remembered
    layouts of columns that it made or changed and that a later import changed again.
    """

    restored: int
    leaving: int
    staying: int
    staying_names: list[tuple[int, str]]
    uses: int
    uses_staying: int
    other_leaving: Mapping[str, int]
    other_staying: Mapping[str, int]
    layouts_staying: int = 0
    obstacles: list[DealImport] = field(default_factory=list)
    reason: str = ""

    @property
    def may_be_undone(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.obstacles and not self.reason


def undo_plan(row: DealImport) -> UndoPlan:
    """Return what undoing an import would do; nothing is written."""
    leaving = _leaving(row)
    staying = held("deals", _new_deals(row.id), leaving)
    uses = _count(_uses(row.id))
    uses_staying = _count(held("usage_events", _uses(row.id), leaving))
    new = _count(_new_deals(row.id))
    names = select(Deal.id, Deal.name).where(Deal.id.in_(staying)).order_by(Deal.id)
    every = [(row_.id, row_.name) for row_ in db.session.execute(names.limit(NAMED))]
    many = _count(staying) if len(every) == NAMED else len(every)
    tables, layouts = dict(_new_rows_by_table(row.id)), built_upon(row.id)
    if layouts:
        tables[LAYOUTS] = tables.get(LAYOUTS, 0) - sum(mine.before is None for mine, _ in layouts)
    kept = {table: _count(_held_rows(row.id, table, leaving)) for table in tables}
    return UndoPlan(
        restored=_count(_changed_deals(row.id)),
        leaving=new - many,
        staying=many,
        staying_names=every,
        uses=uses - uses_staying,
        uses_staying=uses_staying,
        other_leaving={table: count - kept[table] for table, count in tables.items()},
        other_staying={table: count for table, count in kept.items() if count},
        layouts_staying=len(layouts),
        obstacles=later_imports(row),
        reason=_reason(row),
    )


def _reason(row: DealImport) -> str:
    if row.state == "undone":
        return "This import was undone already."
    if row.state not in ("applied", "undoing"):
        return "This import wrote nothing, so there is nothing to undo."
    if not (row.report or {}).get("keeps_all"):
        return "This import was made before imports kept all that is needed to undo them."
    return ""


def later_imports(row: DealImport) -> list[DealImport]:
    """Return the imports that later changed rows which this one made or changed, the latest first.

    Later is what was written later: an import may wait for its yes while others come and go. Remembered layouts of
    columns are no obstacle: they stay as they are now.
    """
    mine, theirs = aliased(DealChange), aliased(DealChange)
    deals = select(theirs.import_id).join(mine, mine.deal_id == theirs.deal_id)
    deals = deals.where(mine.import_id == row.id, theirs.import_id != row.id, theirs.id > mine.id)
    own, other = aliased(ImportedRow), aliased(ImportedRow)
    same = (own.table_name == other.table_name) & (own.row_id == other.row_id)
    rows = select(other.import_id).join(own, same)
    rows = rows.where(own.import_id == row.id, other.import_id != row.id, other.id > own.id)
    rows = rows.where(own.table_name != LAYOUTS)
    found = select(DealImport).where(DealImport.id.in_(deals.union(rows)))
    return list(db.session.scalars(found.order_by(DealImport.applied_at.desc(), DealImport.id.desc())))


def _new_deals(import_id: int) -> Select[tuple[int]]:
    return select(DealChange.deal_id).where(DealChange.import_id == import_id, DealChange.before.is_(None))


def _changed_deals(import_id: int) -> Select[tuple[int]]:
    return select(DealChange.deal_id).where(DealChange.import_id == import_id, DealChange.before.is_not(None))


def _new_rows(import_id: int, table: str) -> Select[tuple[int]]:
    made = ImportedRow.import_id == import_id, ImportedRow.table_name == table, ImportedRow.before.is_(None)
    return select(ImportedRow.row_id).where(*made)


def _uses(import_id: int) -> Select[tuple[int]]:
    return select(UsageEvent.id).where(UsageEvent.import_id == import_id)


def _new_rows_by_table(import_id: int) -> list[tuple[str, int]]:
    """Return how many rows an import made in which table, what was made last first: that refers to the others."""
    made = select(ImportedRow.table_name, func.count())
    made = made.where(ImportedRow.import_id == import_id, ImportedRow.before.is_(None))
    rows = db.session.execute(made.group_by(ImportedRow.table_name).order_by(func.max(ImportedRow.id).desc()))
    return list(rows.tuples())


def _leaving(row: DealImport) -> dict[str, Select[tuple[int]]]:
    """Return by table the rows that go with an import, or will refer to what they did before."""
    tables = select(ImportedRow.table_name).where(ImportedRow.import_id == row.id).distinct()
    leaving = {
        table: select(ImportedRow.row_id).where(
            ImportedRow.import_id == row.id, ImportedRow.table_name == table
        )
        for table in db.session.scalars(tables)
    }
    uses = _uses(row.id)
    leaving["usage_events"] = uses.where(UsageEvent.id.not_in(held("usage_events", uses, {})))
    touched = select(DealChange.deal_id).where(DealChange.import_id == row.id)
    leaving["deals"] = touched.where(DealChange.deal_id.not_in(held("deals", _new_deals(row.id), {})))
    return leaving


def _held_rows(import_id: int, table: str, leaving: Mapping[str, Select[tuple[int]]]) -> Select[Any]:
    """Select the rows of a table that an import made and that have to stay."""
    new = _new_rows(import_id, table)
    every = union(held(table, new, leaving), put_back_elsewhere(table, new, import_id)).subquery()
    return select(every.c[0])


def _count(ids: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(ids.subquery())) or 0


def ask_to_undo(row: DealImport, by: User) -> None:
    """Let an import be undone; a job does it."""
    if row.state == "undoing":
        return
    _check(undo_plan(row))
    row.state, row.undone_by_id = "undoing", by.id


def _check(plan: UndoPlan) -> None:
    if plan.reason:
        raise Conflict(plan.reason)
    if plan.obstacles:
        names = ", ".join(f"{later.filename} (import {later.id})" for later in plan.obstacles[:3])
        more = f" and {len(plan.obstacles) - 3} more" if len(plan.obstacles) > 3 else ""
        raise Conflict(f"Later imports changed the same rows: {names}{more}. Undo those first.")


def undo(row: DealImport, by: User | None) -> UndoPlan:
    """Put back what an import changed and take away what it made, and return what was done."""
    plan = undo_plan(row)
    _check(plan)
    _undo_uses(row.id)
    _undo_deals(row.id)
    pass_on(row.id)
    _undo_rows(row.id)
    follow_merges()
    follow_words(row.source)
    for table in (DealChange, ImportedRow):
        db.session.execute(delete(table).where(table.import_id == row.id))
    row.state, row.undone_at, row.undone_by_id = "undone", now(), by.id if by else None
    counts: dict[str, object] = {"restored": plan.restored, "removed": plan.leaving, "kept": plan.staying}
    counts |= {"uses": plan.uses}
    row.report = {**(row.report or {}), "undone": counts}
    audit(by, f"undid an import of {row.kind}", row.filename, counts)
    for kind in ("score_requests", "compute_impact"):
        enqueue(kind, once=True)
    return plan


def _undo_uses(import_id: int) -> None:
    staying = set(db.session.scalars(held("usage_events", _uses(import_id), {})))
    take_back([event_id for event_id in db.session.scalars(_uses(import_id)) if event_id not in staying])


def _undo_deals(import_id: int) -> None:
    staying = set(db.session.scalars(held("deals", _new_deals(import_id), {})))
    new = list(db.session.scalars(_new_deals(import_id)))
    moment = now()
    for ids in chunks(sorted(staying)):
        kept = update(Deal).where(Deal.id.in_(ids), Deal.removed_at.is_(None))
        db.session.execute(kept.values(removed_at=moment, changed_at=moment), execution_options=NO_SYNC)
    leaving = [deal_id for deal_id in new if deal_id not in staying]
    forget_deals(leaving)
    for ids in chunks(leaving):
        for table, column in (
            (StageEntry, StageEntry.deal_id),
            (DealChange, DealChange.deal_id),
            (Deal, Deal.id),
        ):
            db.session.execute(delete(table).where(column.in_(ids)), execution_options=NO_SYNC)
    changed = select(DealChange.deal_id, DealChange.before)
    changed = changed.where(DealChange.import_id == import_id, DealChange.before.is_not(None))
    for part in chunks(db.session.execute(changed.order_by(DealChange.id)).tuples()):
        _restore_stages(part)
        fields = [(deal_id, {name: was[name] for name in was if name not in BESIDE}) for deal_id, was in part]
        restore(db.metadata.tables["deals"], fields)


NO_SYNC = {"synchronize_session": False}


def _restore_stages(changed: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    added, replaced = [], []
    for deal_id, before in changed:
        for stage, day in before.get("stages_added", ()):
            added.append({"of": deal_id, "said": stage, "day": date.fromisoformat(day)})
        for entry_id, stage, crm_stage, day, is_seen in before.get("stages_replaced", ()):
            facts = {"id": entry_id, "deal_id": deal_id, "stage": stage, "crm_stage": crm_stage}
            replaced.append(facts | {"entered_on": date.fromisoformat(day), "is_seen": is_seen})
    if added:
        these = delete(StageEntry).where(
            StageEntry.deal_id == bindparam("of"),
            StageEntry.crm_stage == bindparam("said"),
            StageEntry.entered_on == bindparam("day"),
        )
        db.session.connection().execute(these, added)
    ids = [entry["id"] for entry in replaced]
    taken = set(db.session.scalars(select(StageEntry.id).where(StageEntry.id.in_(ids))))
    for entry in replaced:
        # A number that another entry got meanwhile is not taken from it.
        if entry["id"] in taken:
            del entry["id"]
            insert_rows(StageEntry, [entry])
    insert_rows(StageEntry, [entry for entry in replaced if "id" in entry])


def _undo_rows(import_id: int) -> None:
    changed = select(ImportedRow.table_name, ImportedRow.row_id, ImportedRow.before)
    changed = changed.where(ImportedRow.import_id == import_id, ImportedRow.before.is_not(None))
    by_table: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    for table, row_id, before in db.session.execute(changed.order_by(ImportedRow.id)):
        by_table.setdefault(table, []).append((row_id, before))
    for table, rows in by_table.items():
        restore(db.metadata.tables[table], rows)
    for table, _ in _new_rows_by_table(import_id):
        target = db.metadata.tables[table]
        ids = _new_rows(import_id, table)
        staying = set(db.session.scalars(_held_rows(import_id, table, {})))
        for part in chunks(row_id for row_id in db.session.scalars(ids) if row_id not in staying):
            db.session.execute(delete(target).where(target.c.id.in_(part)))
            if table == "assets":
                for row_id in part:
                    enqueue("index_asset", row_id, once=True)
