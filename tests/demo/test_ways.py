"""The demo's uses came to be known in every way there is, and none of that changes what was used on which deal."""

from __future__ import annotations

from collections import Counter

from flask import Flask
from sqlalchemy import func, select

from portal.db import db
from portal.deals.models import Deal
from portal.demo.simulated import Simulated
from portal.impact.queries import latest_snapshot
from portal.reports.coverage_queries import ways_of
from portal.usage.models import UsageEvent
from portal.usage.queries import effective_events


def test_coverage_shows_uses_that_were_named_at_hand_and_inferred(demo: Flask) -> None:
    with demo.app_context():
        deals = list(db.session.scalars(select(Deal.id).where(Deal.status != "open")))
        ways: Counter[str] = sum(ways_of(deals).values(), Counter())
    assert {"named", "sticky", "mail", "meeting", "same_day"} <= set(ways)
    assert ways["named"] > sum(ways.values()) / 2


def test_what_was_used_on_which_deal_stays_as_the_story_tells_it(demo: Flask, story: Simulated) -> None:
    told = sum(use.deal is not None for use in story.uses)
    with demo.app_context():
        of_deals = effective_events().where(
            UsageEvent.deal_id.is_not(None), UsageEvent.source_key.startswith("demo:")
        )
        stored = db.session.scalar(of_deals.with_only_columns(func.count()))
    assert stored == told


def test_what_is_late_is_a_few_uses_that_repeat_others(demo: Flask) -> None:
    with demo.app_context():
        late = list(db.session.scalars(effective_events().where(UsageEvent.is_late)))
        assert late
        for use in late:
            earlier = effective_events().where(
                UsageEvent.asset_id == use.asset_id,
                UsageEvent.deal_id == use.deal_id,
                UsageEvent.at <= use.at,
            )
            assert len(list(db.session.scalars(earlier))) > 1
        snapshot = latest_snapshot()
        assert snapshot is not None
        assert snapshot.left_out["uses_logged_late"] == len(late)
