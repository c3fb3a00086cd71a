"""Jobs of the first page: telling of wins after the import that brought them."""

from __future__ import annotations

from portal.db import unit_of_work
from portal.home.telling import tell_of_wins
from portal.jobs import job


@job("tell_of_wins")
def tell_wins(import_id: int | None) -> None:
    """Tell those who made content that deals were won with it."""
    with unit_of_work():
        tell_of_wins(import_id or 0)
