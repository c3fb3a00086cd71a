"""What is forgotten every night: sign-ins, links and tries that are over, and forms that nobody can still send."""

from __future__ import annotations

from datetime import timedelta

from portal.db import now, unit_of_work
from portal.jobs import job
from portal.users.services import forget_what_is_over
from portal.web.edge import forget_old_posts

FORM_LIFE = timedelta(days=7)


@job("forget_what_is_over", nightly=True)
def forget(_: int | None) -> None:
    """Delete rows that can never count again."""
    with unit_of_work():
        forget_what_is_over()
        forget_old_posts(now() - FORM_LIFE)
