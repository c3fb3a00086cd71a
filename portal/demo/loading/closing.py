"""What owners of closed deals said of them, and what the makers of content were told of wins."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select, update

from portal.content_requests.models import ContentRequest
from portal.db import db, insert_rows
from portal.deals.models import Deal, DealImport
from portal.demo.closing import ASKED, JOINS, WAITING
from portal.demo.company import MARKETERS
from portal.demo.loading.numbers import Numbers
from portal.demo.simulated import Simulated
from portal.feedback.closing.used import UsedContent, used_on
from portal.feedback.models import ClosingAnswer, MatteredAsset
from portal.home.telling import tell_of_wins
from portal.notifications.models import OutboxMessage
from portal.usage.sums import local_day

_SINCE = timedelta(days=150)
_ANSWERED = 0.65
# The latest deals of everybody are still to be asked about.
_TO_ASK = 2
_HELPS, _HINDERS = 0.75, 0.25
_EVENING = time(17, tzinfo=UTC)


def add_answers(numbers: Numbers, story: Simulated, moment: datetime) -> None:
    """Add what owners said; what helps in the story is named more often than what does not."""
    chance = random.Random(story.seed)
    deals = [deal for deal in _closed(moment) if chance.random() < _ANSWERED]
    used = used_on(deals)
    helps = {numbers.assets[key] for key, effect in story.planted.items() if effect > 0}
    said = {deal.id: _answer(deal, moment) for deal in deals}
    db.session.add_all(said.values())
    _add_words(numbers, deals, said)
    db.session.flush()
    rows = [
        {"answer_id": said[deal.id].id, "asset_id": one.asset.id}
        for deal in deals
        for one in used[deal.id]
        if chance.random() < _likely(one, helps)
    ]
    insert_rows(MatteredAsset, rows)


def _likely(one: UsedContent, helps: set[int]) -> float:
    return _HELPS if one.asset.id in helps else _HINDERS


def _closed(moment: datetime) -> list[Deal]:
    """Return the closed deals that owners were asked about, the latest first, but for the latest of everybody."""
    found = select(Deal).where(Deal.status.in_(("won", "lost")), Deal.owner_id.is_not(None))
    found = found.where(Deal.closed_on > local_day(moment - _SINCE)).order_by(
        Deal.closed_on.desc(), Deal.id.desc()
    )
    later: Counter[int | None] = Counter()
    asked = []
    for deal in db.session.scalars(found):
        later[deal.owner_id] += 1
        if later[deal.owner_id] > _TO_ASK:
            asked.append(deal)
    return asked


def _answer(deal: Deal, moment: datetime) -> ClosingAnswer:
    assert deal.closed_on is not None
    said_at = datetime.combine(deal.closed_on + timedelta(days=1), _EVENING)
    return ClosingAnswer(deal_id=deal.id, user_id=deal.owner_id, unanswered="", at=min(said_at, moment))


def _add_words(numbers: Numbers, deals: Sequence[Deal], said: dict[int, ClosingAnswer]) -> None:
    """Give the latest deal of each product the first words about it, and so on; all but the first were decided on."""
    decided_by = numbers.people[MARKETERS[1].email]
    joined = db.session.scalars(select(ContentRequest.id).where(ContentRequest.need.like(JOINS))).first()
    left = list(deals)
    for place, (product, words) in enumerate(ASKED):
        deal = next((deal for deal in left if deal.product == product and deal.status == "lost"), None)
        if deal is None:
            continue
        left = left[left.index(deal) + 1 :]
        answer = said[deal.id]
        answer.unanswered = words
        if place >= WAITING:
            answer.settled_at, answer.settled_by_id = answer.at + timedelta(days=2), decided_by
            answer.request_id = joined if "carbon" in words else None


def tell_makers(moment: datetime) -> None:
    """Tell the makers of content of the latest wins, each on the day that it was won."""
    brought = select(DealImport.id).where(DealImport.kind == "deals").order_by(DealImport.id.desc())
    tell_of_wins(db.session.scalars(brought).first() or 0)
    told = select(OutboxMessage.event_key).where(OutboxMessage.kind == "win").distinct()
    of_deal = {key: int(key.rpartition(":")[2]) for key in db.session.scalars(told)}
    closed = select(Deal.id, Deal.closed_on).where(Deal.id.in_(of_deal.values()))
    days = dict(db.session.execute(closed).tuples().all())
    for key, deal_id in of_deal.items():
        day = days[deal_id]
        assert day is not None
        at = min(datetime.combine(day, _EVENING), moment)
        db.session.execute(update(OutboxMessage).where(OutboxMessage.event_key == key).values(created_at=at))
