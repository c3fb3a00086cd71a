"""Jobs of requests: what they are worth, reckoned anew as deals and days change."""

from __future__ import annotations

from portal.content_requests import worth
from portal.db import unit_of_work
from portal.jobs import job


@job("score_requests", nightly=True)
def score_requests(_: int | None) -> None:
    """Reckon anew what all requests are worth: after an import, and every night, for deals come closer to their end."""
    with unit_of_work():
        worth.score_requests()
