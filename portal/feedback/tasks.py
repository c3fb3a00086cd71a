"""Counting ratings again when the version that they are about is no longer the one in use."""

from __future__ import annotations

from portal.db import unit_of_work
from portal.feedback import services
from portal.jobs import job


@job("refresh_ratings")
def refresh_ratings(_: int | None) -> None:
    """Bring what lists show of ratings in step with the versions in use."""
    with unit_of_work():
        services.refresh_ratings()
