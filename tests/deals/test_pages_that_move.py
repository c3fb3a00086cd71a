"""A page that says that deals are being moved looks again by itself until they are."""

from __future__ import annotations

from typing import Any

from portal.db import db
from portal.deals.models import CrmStage
from portal.deals.stages.queries import key_stage
from portal.jobs import enqueue
from tests.factories import Make

AGAIN = {"HX-Request": "true"}


def test_pages_of_deals_that_are_being_moved_say_so_until_they_are(make: Make, sign_in: Any, run_jobs: Any):
    client = sign_in(make.user("admin"))
    make.deal(source="csv", crm_stage="Talking")
    for address, job, said in (
        ("/deals/stages", "apply_stages", "being rewritten"),
        ("/deals/rates", "apply_rates", "being reckoned anew"),
        ("/deals/accounts", "find_alike_accounts", "being compared"),
    ):
        assert "every " not in client.get(address).text
        make.inside(lambda job=job: _begin(job))
        assert f'hx-get="{address}' in client.get(address).text
        part = client.get(address, headers=AGAIN | {"HX-Target": "moving"}).text
        assert said in part
        assert "<html" not in part
        run_jobs()
        part = client.get(address, headers=AGAIN | {"HX-Target": "moving"}).text
        assert said not in part
        assert "hx-get" not in part
        assert part.strip(), "what was shown is not swapped for nothing"


def _begin(job: str) -> None:
    if job == "apply_stages":
        db.session.add(CrmStage(source="csv", name="Talking"))
        db.session.flush()
        enqueue(job, key_stage("csv"), once=True)
    else:
        enqueue(job, once=True)
