"""Questions about mails, for the admin: how many are where, and which need somebody."""

from __future__ import annotations

from sqlalchemy import Select, func, select

from portal.db import db
from portal.errors import NotFound
from portal.notifications.models import MAIL_STATES, Mail
from portal.users.models import User


def mail_counts() -> dict[str, int]:
    """Return how many mails there are in each state."""
    found = dict(db.session.execute(select(Mail.state, func.count()).group_by(Mail.state)).tuples().all())
    return {state: found.get(state, 0) for state in MAIL_STATES}


def troubled_mails() -> Select[tuple[Mail, User]]:
    """Select the mails that failed, are uncertain, or were refused and wait to be tried again, newest first."""
    troubled = Mail.state.in_(("failed", "uncertain")) | ((Mail.state == "waiting") & Mail.error.is_not(None))
    found = select(Mail, User).join(User, User.id == Mail.user_id)
    return found.where(troubled).order_by(Mail.id.desc())


def mail_or_404(mail_id: int) -> Mail:
    """Return a mail by number, or raise NotFound."""
    mail = db.session.get(Mail, mail_id)
    if mail is None:
        raise NotFound
    return mail
