"""The night's work is written down once a night, by the clock of the organisation."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from portal import nightly
from portal.jobs import Job, nightly_kinds


@pytest.fixture
def wake(app, make, rows, monkeypatch):
    """Let the clock that is asked every ten minutes ring at a moment of 2026, in UTC; return what it wrote."""
    app.config["ORGANISATION_TIME_ZONE"] = "America/New_York"

    def ring(*moment: int) -> int:
        stopped = datetime(2026, *moment, tzinfo=UTC)  # type: ignore[misc, arg-type]
        monkeypatch.setattr(nightly, "now", lambda: stopped)
        before = rows(select(func.count()).select_from(Job))[0]
        with app.app_context():
            nightly.enqueue_nightly()
        make.inside(lambda: [setattr(job, "created_at", stopped) for job in _new(before)])
        return rows(select(func.count()).select_from(Job))[0] - before

    def _new(before: int) -> list[Job]:
        from portal.db import db

        return list(db.session.scalars(select(Job).order_by(Job.id).offset(before)))

    return ring


def test_it_begins_in_the_organisation_s_night_and_once(wake):
    every = len(nightly_kinds)
    # 02:10 in UTC is the evening before in New York.
    assert [wake(11, 21, 2, 10), wake(11, 21, 7, 0)] == [0, 0]
    assert [wake(11, 21, 7, 10), wake(11, 21, 7, 20), wake(11, 21, 12, 0)] == [every, 0, 0]


def test_a_night_that_was_missed_is_made_up_for_before_morning(wake):
    every = len(nightly_kinds)
    assert [wake(11, 22, 10, 50), wake(11, 22, 10, 59)] == [every, 0]


@pytest.mark.parametrize(
    ("moments", "rings"),
    [
        # On 8 March the clock goes from 2 to 3, on 1 November from 2 back to 1.
        (((3, 8, 6, 50), (3, 8, 7, 0), (3, 8, 7, 10), (3, 8, 7, 20)), [0, 1, 0, 0]),
        (((11, 1, 5, 20), (11, 1, 6, 20), (11, 1, 7, 10), (11, 1, 7, 20)), [0, 0, 1, 0]),
    ],
)
def test_an_hour_that_is_left_out_or_repeated_changes_nothing(wake, moments, rings):
    assert [wake(*moment) for moment in moments] == [len(nightly_kinds) * ring for ring in rings]
