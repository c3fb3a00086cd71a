"""From a mail in the store to proposals: read it under the guard, match it, propose, and let its file go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app

from portal.capture.matching import Match, deals_of, prints_of_pages, same_files, same_pages
from portal.capture.models import ReceivedMail
from portal.capture.proposing import propose
from portal.capture.receiving.arrivals import mail_store
from portal.capture.receiving.letters import Attachment, Letter, domain_of, read_letter
from portal.db import begin_unit, db, end_unit, on_commit
from portal.deals.models import Deal
from portal.errors import NotFound
from portal.library.contributions.comparing import Prints
from portal.library.documents.extract import extract
from portal.library.documents.guard import GuardTripped, preload, run_guarded
from portal.users.models import User

MOST_OUTCOME = 500
# Clocks differ; what claims to be sent later than this, or before anybody used the portal, is not believed.
AHEAD, LONG_AGO = timedelta(minutes=10), timedelta(days=5 * 365)
NOT_READ = "It could not be read."

preload("portal.capture.receiving.letters")


@dataclass(frozen=True)
class Sent:
    """An attachment and the version that it is."""

    attachment: Attachment
    match: Match


def open_letter(sha256: str, folder: Path) -> Letter | str:
    """Read a mail in a process of its own, or say in a sentence why that can't be; no mail makes it raise."""
    try:
        return run_guarded(read_letter, mail_store().path(sha256), folder, wall_seconds=60.0)
    except GuardTripped as tripped:
        return f"It {tripped.reason}."
    except NotFound:
        return "Its file is missing, so it could not be read."


def match_letter(letter: Letter, folder: Path, user_id: int) -> list[Sent]:
    """Say which versions were attached: the same files first, and the pages of those that are none.

    Reads the database in short units, so that no file holds anybody up; what could not be read is noted in the letter.
    """
    attached = list({one.sha256: one for one in letter.attachments}.values())
    begin_unit(writes=False)
    try:
        same = same_files([one.sha256 for one in attached], db.session.get_one(User, user_id))
    finally:
        end_unit(commit=False)
    sent: dict[int, Sent] = {}
    for one in attached:
        matches = [same[one.sha256]] if one.sha256 in same else _by_pages(one, letter, folder, user_id)
        for match in matches:
            sent.setdefault(match.version_id, Sent(one, match))
    if letter.unread:
        *others, last = [f"“{name}”" for name in letter.unread]
        names, its = (f"{', '.join(others)} and {last}", "their") if others else (last, "its")
        letter.leave_out(f"{names} could not be read, so {its} pages were not compared.")
    return list(sent.values())


def _by_pages(attachment: Attachment, letter: Letter, folder: Path, user_id: int) -> list[Match]:
    prints = _prints(attachment, letter, folder)
    if prints is None:
        return []
    begin_unit(writes=False)
    try:
        return same_pages(prints, db.session.get_one(User, user_id))
    finally:
        end_unit(commit=False)


def _prints(attachment: Attachment, letter: Letter, folder: Path) -> Prints | None:
    if not attachment.file:
        return None
    found = extract(folder / attachment.file, attachment.file)
    if found.state == "indexed":
        return prints_of_pages(found.pages)
    letter.unread.append(attachment.name)
    return None


def settle(row: ReceivedMail, letter: Letter, sent: Sequence[Sent]) -> None:
    """Propose what a mail shows, and keep of it what its person is told: subject, domains, day and outcome."""
    user = db.session.get_one(User, row.user_id)
    row.subject = letter.subject
    row.sent_at, doubt = moment_of(letter, row.received_at)
    row.recipients = outside(letter, user)
    if not row.recipients and _names_anybody(letter):
        # Among colleagues, or to this person: nothing was sent to a buyer.
        sent = []
    deals: list[tuple[Deal | None, int]] = [*deals_of(row.recipients, user)] if sent else []
    asked = sum(_propose(row, one, *about) for one in sent for about in (deals or [(None, 0)]))
    words = [_outcome(letter, sent, row.recipients, len(deals), asked), doubt, *letter.left_out]
    close(row, "read", " ".join(filter(None, words)))


def _propose(row: ReceivedMail, sent: Sent, deal: Deal | None, others: int) -> bool:
    match, deal_id = sent.match, deal.id if deal else None
    reason = {
        "file": sent.attachment.name,
        "domains": row.recipients,
        "pages": match.pages,
        "of": match.of,
        "other_deals": others,
    }
    proposal = propose(
        user_id=row.user_id,
        kind="sent",
        asset_id=match.asset_id,
        version_id=match.version_id,
        deal_id=deal_id,
        at=row.sent_at,
        origin="mail",
        origin_key=f"mail:{row.message_key}:{match.version_id}:{deal_id or 0}",
        reason=reason,
        mail_id=row.id,
    )
    return proposal is not None


def close(row: ReceivedMail, state: str, outcome: str) -> None:
    """Note what became of a mail, and remove its file once that is kept."""
    name = row.sha256
    row.state, row.sha256 = state, None
    row.outcome = outcome if len(outcome) <= MOST_OUTCOME else outcome[: MOST_OUTCOME - 1] + "…"
    if name:
        on_commit(lambda: mail_store().delete(name))


def moment_of(letter: Letter, received_at: datetime) -> tuple[datetime, str]:
    """Return when a mail was sent, and in a sentence why that is not what it says itself, if so."""
    if letter.sent_at is None:
        return received_at, "It does not say when it was sent, so the moment it arrived counts."
    if letter.sent_at > received_at + AHEAD:
        return received_at, "Its date lies in the future, so the moment it arrived counts."
    if letter.sent_at < received_at - LONG_AGO:
        return received_at, "Its date lies too far back, so the moment it arrived counts."
    return min(letter.sent_at, received_at), ""


def outside(letter: Letter, user: User) -> list[str]:
    """Return the domains that a mail went to, but for the sender's, the person's and the portal's own."""
    own = {current_app.config["CAPTURE_DOMAIN"], letter.sender, domain_of(user.email or "")} - {""}
    return [
        domain
        for domain in letter.domains
        if domain not in own and not any(domain.endswith(f".{one}") for one in own)
    ]


def _names_anybody(letter: Letter) -> bool:
    """Say whether it tells to whom it went: one to buyers in blind copy alone does not."""
    return any(domain != current_app.config["CAPTURE_DOMAIN"] for domain in letter.domains)


def _outcome(letter: Letter, sent: Sequence[Sent], domains: Sequence[str], deals: int, asked: int) -> str:
    """Say what a mail led to, but for the proposals, which are shown beside it as far as they may be seen."""
    if not letter.attachments:
        return "Nothing was attached."
    if not domains and _names_anybody(letter):
        return "It went to nobody outside."
    if not sent:
        return "Nothing that was attached is known here."
    if not asked:
        return "What was attached is logged or proposed already."
    if not domains:
        return "It does not say to whom it went."
    if not deals:
        more = len(domains) - 1
        return f"No open deal for {domains[0]}" + (f" and {more} more." if more else ".")
    return ""
