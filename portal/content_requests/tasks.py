"""Jobs of requests: what they are worth, reckoned anew as deals and days change."""

from __future__ import annotations

from portal.content_requests import worth
from portal.content_requests.outcome import outcomes_due, tell_outcome
from portal.content_requests.queries import request_or_404
from portal.db import begin_unit, end_unit, unit_of_work
from portal.jobs import job


@job("score_requests", nightly=True)
def score_requests(_: int | None) -> None:
    """Reckon anew what all requests are worth: after an import, and every night, for deals come closer to their end."""
    with unit_of_work():
        worth.score_requests()


@job("tell_outcomes", nightly=True)
def tell_outcomes(_: int | None) -> None:
    """Tell those who asked what became of what was delivered four weeks ago, each request on its own."""
    begin_unit(writes=False)
    try:
        due = outcomes_due()
    finally:
        end_unit(commit=False)
    for request_id in due:
        with unit_of_work():
            tell_outcome(request_or_404(request_id))
