"""The job that looks for accounts that may be one."""

from __future__ import annotations

from portal.db import end_read, unit_of_work
from portal.deals.merging.alike import find_alike
from portal.deals.merging.queries import compared
from portal.deals.merging.services import keep_alike
from portal.jobs import job


@job("find_alike_accounts", nightly=True, can_wait=True)
def find_alike_accounts(_: int | None = None) -> None:
    """Find the accounts that may be one; comparing takes a while, so nothing is locked meanwhile."""
    accounts, domains = compared()
    end_read()
    found = find_alike(accounts, domains)
    with unit_of_work():
        keep_alike(found)
