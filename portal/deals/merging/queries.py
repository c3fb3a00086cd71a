"""Which accounts are one."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal.db import db
from portal.deals.models import Account


def merged_keys() -> Mapping[str, str]:
    """Return the keys of accounts that were merged, each with the key of the account that it is now."""
    now_ = aliased(Account)
    rows = db.session.execute(select(Account.key, now_.key).join(now_, now_.id == Account.merged_into_id))
    return dict(rows.tuples().all())
