"""An address for single updates, and one that came: a rep moved the day on which a deal is expected to close."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.db import db, now
from portal.deals.hooks.services import create_hook, secret_of, signature_of, take_update
from portal.deals.models import Deal
from portal.demo.company import ADMIN, DEAL_SOURCE, REPS
from portal.demo.loading.numbers import Numbers
from portal.users.models import User

LATER = timedelta(days=14)


def add_hook(numbers: Numbers, moment: datetime) -> None:
    """Make the hook of the made-up CRM's automation, and send it one update, signed as the CRM would."""
    hook = create_hook(
        name="CRM automation: deals that move",
        source=DEAL_SOURCE,
        by=db.session.get_one(User, numbers.people[ADMIN.email]),
    )
    hook.created_at = moment - timedelta(days=30)
    # The first rep's deals are what others show.
    theirs = select(Deal).where(Deal.owner_id != numbers.people[REPS[0].email], Deal.status == "open")
    deal = db.session.scalar(theirs.order_by(Deal.expected_close.desc(), Deal.id).limit(1))
    if deal is None or deal.expected_close is None:
        return
    said = {"id": deal.external_id, "expected close date": str(deal.expected_close + LATER)}
    body, timestamp = json.dumps(said).encode(), str(int(now().timestamp()))
    signature = signature_of(secret_of(hook), timestamp, body)
    take_update(key=hook.key, timestamp=timestamp, signature=signature, body=body)
