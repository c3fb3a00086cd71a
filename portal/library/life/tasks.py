"""The nightly job that tells owners what is to be looked at, and what expires."""

from __future__ import annotations

from portal.db import unit_of_work
from portal.jobs import job
from portal.library.life import telling


@job("tell_of_dates", nightly=True)
def tell_of_dates(_: int | None) -> None:
    """Tell owners four weeks and two weeks ahead, and on the day; what was told is not told again."""
    with unit_of_work():
        telling.tell_of_dates()
