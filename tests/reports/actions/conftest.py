"""A portal whose closed deals are clear: one piece little used and won with, one much used, rated low and lost with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from portal.deals.models import Deal
from portal.library.models import Asset
from portal.usage.models import FirstUse, UsageEvent
from portal.users.models import User

FIRST_DAY = date(2026, 1, 5)


@dataclass
class World:
    manager: User
    marketer: User
    rep: User
    proof: Asset
    old: Asset
    general: Asset
    side: Asset


@pytest.fixture
def closed_on(make) -> Any:
    """Store closed deals of an industry on which one piece was used: closed_on(asset, rep, "Healthcare", won, lost)."""

    def store(asset: Asset, rep: User, industry: str, won: int, lost: int) -> None:
        deals = [_deal(rep, f"{asset.id}-{industry}-{at}", industry, at < won) for at in range(won + lost)]
        make.store(*deals)
        at = datetime.combine(FIRST_DAY + timedelta(days=10), datetime.min.time(), UTC)
        make.store(
            *(FirstUse(asset_id=asset.id, deal_id=deal.id, first_at=at) for deal in deals),
            *(
                UsageEvent(
                    at=at,
                    user_id=rep.id,
                    asset_id=asset.id,
                    version_id=asset.current_version_id,
                    deal_id=deal.id,
                    kind="sent",
                    deal_known_by="named",
                )
                for deal in deals
            ),
        )

    return store


def _deal(rep: User, name: str, industry: str, is_won: bool) -> Deal:
    return Deal(
        source="csv",
        external_id=name,
        name=f"Deal {name}",
        stage="Closed Won" if is_won else "Closed Lost",
        status="won" if is_won else "lost",
        owner_id=rep.id,
        industry=industry,
        created_on=FIRST_DAY,
        closed_on=FIRST_DAY + timedelta(days=60),
        currency="USD",
        amount_minor=100_000,
        base_amount_minor=100_000,
        size_minor=100_000,
    )


@pytest.fixture
def world(make, closed_on) -> World:
    team = make.team("North")
    rep = make.user("rep", team=team, name="Ada North")
    make.user("rep", team=team)
    found = World(
        manager=make.user("manager"),
        marketer=make.user("marketer"),
        rep=rep,
        proof=make.asset("Hospital proof", slug="hospital-proof"),
        old=make.asset("Old deck", slug="old-deck", rating_mean=2.0, rating_count=4),
        general=make.asset("General deck", slug="general-deck", rating_mean=4.5, rating_count=4),
        side=make.asset("Side note", slug="side-note"),
    )
    closed_on(found.proof, rep, "Healthcare", 35, 5)
    closed_on(found.old, rep, "Healthcare", 10, 90)
    closed_on(found.general, rep, "Healthcare", 55, 55)
    closed_on(found.general, rep, "Energy", 30, 30)
    closed_on(found.side, rep, "Energy", 2, 3)
    make.figures()
    return found
