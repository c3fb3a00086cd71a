"""Jobs of usage, and the steps of importing past uses that they share with the command."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app

from portal.db import now, unit_of_work
from portal.deals import services as deals
from portal.deals.keeping import keep_new
from portal.deals.models import DealImport
from portal.deals.queries import deal_ids_by_external_id, import_or_404
from portal.deals.tasks import ask_for_columns
from portal.errors import PortalError
from portal.jobs import job
from portal.library.references import assets_by_reference
from portal.library.services import create_asset
from portal.tabular.dates import Order
from portal.tabular.fields import Layout
from portal.tabular.reading import Reading
from portal.usage.importing import Lookup, UseComparison, asset_key, compare_uses, new_uses, usage_report
from portal.usage.queries import user_ids_by_email
from portal.usage.reading import UsageRow, read_usage
from portal.usage.services import record_many
from portal.users.services import create_user

Uses = Reading[UsageRow]


def read(file: tuple[deals.File, str], dates: Order = "auto", layout: Layout | None = None) -> Uses:
    """Read a file of uses, given as (file, name); raise TableUnreadable when it is none."""
    table = deals.open_table(*file, layout)
    zone = ZoneInfo(current_app.config["ORGANISATION_TIME_ZONE"])
    return deals.with_format(read_usage(table, now(), dates, zone, layout), table)


def look_up(rows: Iterable[UsageRow]) -> Lookup:
    """Return what the names in the rows mean."""
    references = {asset_key(row.asset): row.asset for row in rows}
    found = assets_by_reference(references.values())
    return Lookup(
        people=user_ids_by_email({row.user_email for row in rows}),
        assets={key: found[text] for key, text in references.items() if text in found},
        deals=deal_ids_by_external_id({row.deal_id for row in rows if row.deal_id}),
    )


def compare(uses: Uses, *, create: bool) -> tuple[UseComparison, Lookup]:
    """Compare a file of uses with what is known, outside of any write; nothing is written."""
    known = look_up(uses.rows)
    return compare_uses(uses, known, create=create), known


def apply(row: DealImport, comparison: UseComparison, known: Lookup) -> dict[str, Any]:
    """Write what a comparison found in the present transaction, adding the people and content that it is to add."""
    if row.state == "applied":
        return row.report or {}
    record_many(new_uses(comparison, _add_missing(comparison, known, row), row.id))
    return deals.finish_import(row, usage_report(comparison, row.filename))


def _add_missing(comparison: UseComparison, known: Lookup, row: DealImport) -> Lookup:
    # Somebody may have added them since the comparison.
    people = {**known.people, **user_ids_by_email(comparison.people_to_add)}
    since = assets_by_reference(comparison.assets_to_add)
    assets = {**known.assets, **{asset_key(text): asset_id for text, asset_id in since.items()}}
    new_people = [email for email in comparison.people_to_add if email not in people]
    for email in new_people:
        user = create_user(email, name="", role="rep", status="placeholder", by=row.created_by)
        people[email] = user.id
    new_assets = [text for text in comparison.assets_to_add if asset_key(text) not in assets]
    for reference in new_assets:
        asset = create_asset(by=None, title=reference, kind="other", placeholder=True)
        assets[asset_key(reference)] = asset.id
    keep_new(row.id, "users", [people[email] for email in new_people])
    keep_new(row.id, "assets", [assets[asset_key(text)] for text in new_assets])
    return Lookup(people, assets, known.deals)


@job("plan_usage_import")
def plan_usage_import(import_id: int | None) -> None:
    """Read and compare a stored file of uses for its preview."""
    _run(import_id or 0, "waiting")


@job("apply_usage_import")
def apply_usage_import(import_id: int | None) -> None:
    """Write the uses of a confirmed import."""
    _run(import_id or 0, "applying")


def _run(import_id: int, state: str) -> None:
    with unit_of_work():
        row = import_or_404(import_id)
        if row.state != state:
            return
        order = deals.order_of(row)
    try:
        if state == "waiting" and not order.chosen and ask_for_columns(order):
            return
        uses = read(order.files["usage"], order.dates, order.layout)
    except PortalError as error:
        with unit_of_work():
            deals.refuse_import(import_or_404(import_id), error.message)
        return
    comparison, known = compare(uses, create=order.create)
    if state == "waiting":
        with unit_of_work():
            deals.keep_plan(import_or_404(import_id), usage_report(comparison, order.files["usage"][1]))
        return
    with unit_of_work():
        apply(import_or_404(import_id), comparison, known)
