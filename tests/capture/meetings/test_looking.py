"""A page that says that something goes on looks again by itself until that is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.capture.models import Meeting
from portal.db import now
from portal.jobs import enqueue
from tests.factories import Make

AGAIN = {"HX-Request": "true"}


def test_meetings_that_are_being_looked_at_are_shown_anew_until_they_were(
    make: Make, sign_in: Any, run_jobs: Any
):
    rep = make.user()
    ended = now() - timedelta(hours=1)
    hours = {"starts_at": ended - timedelta(hours=1), "ends_at": ended}
    make.store(Meeting(user_id=rep.id, uid="1", title="Talks", domains=["a.example"], **hours))
    client = sign_in(rep)
    assert 'hx-get="/me/meetings' in client.get("/me/meetings").text
    part = client.get("/me/meetings", headers=AGAIN).text
    assert part.strip().startswith('<div id="met" hx-get="/me/meetings')
    assert "Being looked at" in part
    make.inside(lambda: enqueue("look_at_meetings", once=True))
    run_jobs()
    part = client.get("/me/meetings", headers=AGAIN).text
    assert "hx-get" not in part
    assert "nothing was opened" in part
