"""What the first page shows of the uses that were proposed to its reader."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func

from portal.capture.grouping import Group, deal_choices, groups_of
from portal.capture.queries import waiting_for
from portal.db import db
from portal.deals.models import Deal
from portal.deals.queries import open_deals_of
from portal.users.models import User

SHOWN, MOST_OFFERED = 3, 100


@dataclass(frozen=True)
class Proposed:
    """The latest few proposals, how many are shown of how many, and the deals that they can be changed to."""

    groups: list[Group]
    shown: int
    number: int
    choices: list[tuple[int, str]]


def proposed_to(user: User, open_deals: list[Deal] | None = None) -> Proposed | None:
    """Return what was proposed to a person, or None; who has read their open deals before need not read them again."""
    counted = waiting_for(user).add_columns(func.count().over()).limit(SHOWN)
    rows = db.session.execute(counted).tuples().all()
    if not rows:
        return None
    waiting, number = [proposal for proposal, _ in rows], rows[0][1]
    if open_deals is None:
        open_deals = list(db.session.scalars(open_deals_of(user).limit(MOST_OFFERED)))
    return Proposed(
        groups_of(waiting), len(waiting), number, deal_choices(open_deals[:MOST_OFFERED], waiting)
    )
