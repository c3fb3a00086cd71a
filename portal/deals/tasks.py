"""Jobs of deals: comparing the files of an import for its preview, and applying it."""

from __future__ import annotations

from portal.db import unit_of_work
from portal.deals import services, undo_tasks
from portal.deals.hooks.services import forget_calls
from portal.deals.layouts.services import keep_surveys
from portal.deals.merging import tasks as merging_tasks
from portal.deals.queries import import_or_404
from portal.deals.rates import tasks as rates_tasks
from portal.deals.stages import tasks as stages_tasks
from portal.deals.watching_tasks import look_into_the_folder
from portal.errors import Conflict, PortalError
from portal.jobs import job
from portal.worker import every_minute

every_minute.append(look_into_the_folder)
# Their jobs are registered by being imported.
__all__ = ["merging_tasks", "rates_tasks", "stages_tasks", "undo_tasks"]


@job("forget_hook_calls", nightly=True)
def forget_hook_calls(_: int | None = None) -> None:
    """Forget signed updates that are too old to be sent again."""
    with unit_of_work():
        forget_calls()


@job("plan_import")
def plan_import(import_id: int | None) -> None:
    """Read and compare the files of an import of deals or history for its preview."""
    _run(import_id or 0, "waiting")


@job("apply_import")
def apply_import(import_id: int | None) -> None:
    """Write what a confirmed import of deals or history changes."""
    _run(import_id or 0, "applying")


def ask_for_columns(order: services.ImportOrder) -> bool:
    """Keep what the columns of an import's files are taken for, and say whether somebody must look at them first."""
    surveys = services.survey_order(order)
    with unit_of_work():
        return keep_surveys(import_or_404(order.id), surveys, order.layout)


def _run(import_id: int, state: str) -> None:
    with unit_of_work():
        row = import_or_404(import_id)
        if row.state != state:
            return
        order = services.order_of(row)
    try:
        if state == "waiting" and not order.chosen and ask_for_columns(order):
            return
        readings = services.read_order(order)
    except PortalError as error:
        with unit_of_work():
            services.refuse_import(import_or_404(import_id), error.message)
        return
    comparison = services.compare_readings(readings, order.source)
    with unit_of_work():
        row = import_or_404(import_id)
        if state == "waiting":
            services.plan_import(row, comparison)
            return
        try:
            services.apply_import(row, comparison)
        except Conflict:
            # More deals are missing than somebody said yes to: what is shown is what is so now.
            row.state = "waiting"
            # What was decided of a file from the folder is no answer to this.
            row.report = {name: said for name, said in (row.report or {}).items() if name != "watched"}
            services.plan_import(row, comparison)
