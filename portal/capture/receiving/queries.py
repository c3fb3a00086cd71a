"""Questions about received mails: a person sees their own, and of what they led to what they may see."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from portal.capture.models import ProposedUse, ReceivedMail
from portal.capture.queries import proposals_of
from portal.db import db
from portal.library.models import Version
from portal.users.models import User


def mails_of(user: User) -> Select[tuple[ReceivedMail]]:
    """Select the mails that a person sent a copy of or handed in, the latest first."""
    found = select(ReceivedMail).where(ReceivedMail.user_id == user.id)
    return found.order_by(ReceivedMail.received_at.desc(), ReceivedMail.id.desc())


def proposals_by_mail(user: User, mails: Sequence[ReceivedMail]) -> dict[int, list[ProposedUse]]:
    """Return for each mail what was proposed because of it and may be seen, with content, version and deal."""
    version = joinedload(ProposedUse.version).load_only(Version.number)
    found = proposals_of(user).where(ProposedUse.mail_id.in_([mail.id for mail in mails])).options(version)
    by_mail: dict[int, list[ProposedUse]] = {mail.id: [] for mail in mails}
    for proposal in db.session.scalars(found.order_by(ProposedUse.id)) if mails else ():
        by_mail[proposal.mail_id or 0].append(proposal)
    return by_mail
