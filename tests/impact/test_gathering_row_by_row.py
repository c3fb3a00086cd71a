"""Reading millions of uses at once must say what reading them one by one says, on data that is as untidy as it gets."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from portal.capture.deciding import came_late
from portal.db import db
from portal.deals.models import CrmStage, Deal, StageEntry
from portal.deals.reading.values import stage_says
from portal.impact.gathered import FACETS, Gathered
from portal.impact.gathering import gather, gather_touches_of
from portal.sharing.models import PageView, ShareItem, ShareLink, Visit
from portal.usage.models import KINDS, UsageEvent
from portal.usage.queries import effective_events
from portal.usage.services import is_touch
from portal.users.models import User
from tests.factories import Make

BEGIN = datetime(2025, 3, 20, tzinfo=UTC)
STAGES = ("Discovery", "Proposal", "Closed Won", "Signed", "Legal")


@pytest.fixture(params=[("Pacific/Auckland", 1), ("America/New_York", 2), ("UTC", 3)])
def filled(app, make, request) -> str:
    """Fill a portal by chance, and return the name of its time zone."""
    zone, seed = request.param
    app.config["ORGANISATION_TIME_ZONE"] = zone
    _fill(make, random.Random(seed))
    return zone


def _fill(make: Make, rng: random.Random) -> None:
    team = make.team()
    people = [make.user(team=team), make.user(), None]
    assets = [make.asset(state=state) for state in ("published", "published", "archived", "draft")]
    account = make.account(region="North", industry="Energy")
    deals = [_deal(make, rng, people, account) for _ in range(25)]
    make.store(CrmStage(source="csv", name="Legal", stage="Closing", status="won"))
    for deal in deals:
        days = rng.sample(range(90), 4)
        words = ((rng.choice(STAGES), rng.choice(STAGES), BEGIN.date() + timedelta(day)) for day in days)
        rows = [
            StageEntry(deal_id=deal.id, stage=a, crm_stage=b, entered_on=c, is_seen=rng.random() < 0.3)
            for a, b, c in words
        ]
        make.store(*rows)
    events = [make.store(_event(rng, deals, assets, people)) for _ in range(150)]
    for _ in range(3):  # corrections, and corrections of corrections
        open_to = rng.sample(events, 20)
        done = {event.corrects_id for event in events}
        corrected = [_event(rng, deals, assets, people, event) for event in open_to if event.id not in done]
        events += [make.store(event) for event in corrected]
    for number, deal in enumerate(rng.sample(deals, 12)):
        link = make.link(assets[0], make.user(), others=(assets[3],), token=str(number), deal=deal)
        visit = make.store(Visit(link_id=link.id, key=str(number)))
        for item, page in ((item, page) for item in link.items for page in (1, 2) if rng.random() < 0.7):
            at = BEGIN + timedelta(seconds=rng.randrange(90 * 86_400))
            make.store(
                PageView(
                    visit_id=visit.id,
                    item_id=item.id,
                    version_id=item.version_id,
                    page_number=page + 2 * item.position,
                    milliseconds=900,
                    first_at=at,
                    last_at=at,
                )
            )


def _deal(make: Make, rng: random.Random, people: list[User | None], account: Any) -> Deal:
    status = rng.choice(["open", "won", "lost"])
    created = BEGIN.date() + timedelta(rng.randrange(60))
    day = created + timedelta(rng.randrange(-5, 60))
    return make.deal(
        owner=rng.choice(people),
        status=status,
        amount=rng.choice([None, 0, 500, 10**9]),
        account_id=rng.choice([None, account.id]),
        region=rng.choice([None, "", "South"]),
        segment=rng.choice([None, "Mid", "SMB"]),
        product=rng.choice([None, "Pump, large"]),
        owner_email=rng.choice([None, "x@example.com"]),
        stage=rng.choice(STAGES),
        created_on=rng.choice([None, created, created]),
        closed_on=None if status == "open" and rng.random() < 0.9 else rng.choice([None, day, day, day]),
        removed_at=rng.choice([None, None, None, BEGIN]),
    )


def _event(
    rng: random.Random, deals: list[Deal], assets: list[Any], people: list[Any], of: UsageEvent | None = None
) -> UsageEvent:
    # Few moments, so that many fall into one second; some long before 1970, and on both sides of midnight.
    second = rng.choice([0, 3_599, 39_600, 43_200, 86_399]) + 86_400 * rng.randrange(90)
    at = BEGIN + timedelta(seconds=second, microseconds=rng.choice([0, 0, 999_999]))
    asset, person = rng.choice(assets), rng.choice(people)
    return UsageEvent(
        at=rng.choice([at] * 20 + [datetime(1968, 2, 29, 23, 59, 59, tzinfo=UTC)]),
        recorded_at=at + timedelta(days=rng.randrange(60)),
        user_id=person.id if person else None,
        asset_id=asset.id,
        version_id=rng.choice([None, asset.current_version_id]),
        deal_id=rng.choice([None, *(deal.id for deal in deals)]),
        kind=rng.choice(KINDS),
        deal_known_by=rng.choice([None, "named", "sticky", "inferred", "imported"]),
        is_late=rng.random() < 0.1,
        corrects_id=of.id if of else None,
    )


def test_uses_read_at_once_are_those_read_one_by_one(app, filled):
    zone = ZoneInfo(filled)
    with app.app_context():
        expected = sorted(_uses(zone))
        found = list(_read(gather()))
        assert len(expected) > 30
        assert {row[-1] for row in expected} == {row[-2] for row in expected} == {True, False}
        assert sorted(row[1:] for row in found) == sorted(row[2:] for row in expected)
        # By day, and within a second in the order in which they were written.
        assert [row[1:] for row in found] == [row[2:] for row in expected]


def _uses(zone: ZoneInfo) -> Iterator[tuple[Any, ...]]:
    deals = {deal.id: deal for deal in db.session.scalars(select(Deal)) if deal.removed_at is None}
    for event in db.session.scalars(effective_events()):
        deal = deals.get(event.deal_id)
        if deal is None or not is_touch(event.kind, event.deal_id, event.deal_known_by):
            continue
        yield (
            event.at.replace(microsecond=0),
            event.id,
            deal.id,
            event.asset_id,
            event.at.astimezone(zone).date().toordinal(),
            KINDS.index(event.kind),
            event.version_id or 0,
            event.deal_known_by == "inferred",
            came_late(event, deal),
        )


def _read(gathered: Gathered) -> Iterator[tuple[Any, ...]]:
    touches = gathered.touches
    columns = (
        gathered.deal_ids[touches.deal],
        gathered.asset_ids[touches.asset],
        touches.day,
        gathered.kind,
        gathered.version_id,
        gathered.inferred,
        gathered.late,
    )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return ((place, *row) for place, row in enumerate(rows))


def test_deals_their_words_and_stages_are_those_read_one_by_one(app, filled):
    with app.app_context():
        gathered = gather()
        deals = [deal for deal in db.session.scalars(select(Deal).order_by(Deal.id)) if not deal.removed_at]
        assert gathered.deal_ids.tolist() == [deal.id for deal in deals]
        found = gathered.deals
        for place, deal in enumerate(deals):
            assert found.closed[place] == (deal.status != "open")
            assert found.won[place] == (deal.status == "won")
            assert found.created_day[place] == (deal.created_on.toordinal() if deal.created_on else -1)
            is_dated = deal.status != "open" and deal.closed_on is not None
            assert found.closed_day[place] == (deal.closed_on.toordinal() if is_dated else -1)
            assert gathered.amount_given[place] == (deal.amount_minor is not None)
            for name in FACETS:
                facet = gathered.facets[name]
                code = facet.codes[place]
                assert (facet.names[code] if code >= 0 else None) == (_word(deal, name) or None), name
        history = gathered.history
        rows = zip(history.deal.tolist(), history.stage.tolist(), history.entered_day.tolist(), strict=True)
        entered = [(deals[deal].id, gathered.stages[stage], day) for deal, stage, day in rows]
        assert entered == [row for deal in deals for row in _stays(deal)]


def _word(deal: Deal, name: str) -> str | None:
    if name == "team":
        team = deal.owner.team_id if deal.owner else None
        return str(team) if team else None
    of_deal = getattr(deal, name)
    return getattr(deal.account, name) if of_deal is None and hasattr(deal.account, name) else of_deal


def _stays(deal: Deal) -> Iterator[tuple[int, str, int]]:
    """The stages that a deal entered, without those that tell its end."""
    entries = db.session.scalars(select(StageEntry).where(StageEntry.deal_id == deal.id))
    before = None
    for entry in sorted(entries, key=lambda entry: (entry.entered_on, entry.id)):
        is_same, before = entry.stage == before, entry.stage
        says_so = entry.crm_stage == "Legal" or stage_says(entry.crm_stage) != "open"
        closing = deal.status != "open" and deal.closed_on and entry.entered_on >= deal.closed_on
        if not (
            is_same or says_so or stage_says(entry.stage) != "open" or (closing and entry.stage == deal.stage)
        ):
            yield deal.id, entry.stage, entry.entered_on.toordinal()


def test_openings_are_the_first_page_that_a_buyer_saw_of_each_piece(app, filled):
    zone = ZoneInfo(filled)
    with app.app_context():
        gathered = gather()
        first: dict[tuple[int, int], date] = {}
        seen = select(ShareLink.deal_id, ShareItem.asset_id, PageView.first_at).where(
            PageView.item_id == ShareItem.id, ShareItem.link_id == ShareLink.id
        )
        for deal_id, asset_id, at in db.session.execute(seen.order_by(PageView.first_at.desc())):
            first[deal_id, asset_id] = at.astimezone(zone).date()
        kept = set(gathered.deal_ids.tolist())
        opened = gathered.openings
        ids = zip(
            gathered.deal_ids[opened.deal].tolist(), gathered.asset_ids[opened.asset].tolist(), strict=True
        )
        found = dict(zip(ids, map(date.fromordinal, opened.day.tolist()), strict=True))
        assert found == {key: day for key, day in first.items() if key[0] in kept}
        assert found


def test_the_uses_of_one_deal_are_its_part_of_all(app, filled):
    with app.app_context():
        every = gather()
        for place, deal_id in enumerate(every.deal_ids.tolist()):
            one = gather_touches_of(deal_id)
            mine = every.touches.deal == place
            assert one.asset_ids[one.touches.asset].tolist() == (
                every.asset_ids[every.touches.asset[mine]].tolist()
            )
            assert one.touches.day.tolist() == every.touches.day[mine].tolist()
