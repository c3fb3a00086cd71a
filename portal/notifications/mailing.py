"""Mails on their way: which are due, who hands one over, and what became of it.

waiting -> handing_over -> sent, or waiting again after a refusal that may pass, or failed, or uncertain.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, Update, and_, case, literal, or_, select, update

from portal.claims import living
from portal.db import UtcDateTime, db, now
from portal.errors import Conflict
from portal.notifications.delivering import can_have_mail, show_what_mail_could_not
from portal.notifications.letters import Letter, Told
from portal.notifications.models import Mail, OutboxMessage
from portal.users.models import User

BATCH = 100
MOST_REASON = 500
# How long a mail waits after each try that failed; after the last one it is given up, within a day.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
MAX_ATTEMPTS = len(PAUSES) + 1
NO_ADDRESS = "This person has no email, or cannot sign in any more."
STOPPED = "The worker was stopped while it handed the mail over, so that nobody knows whether it went."


def due_mails() -> list[tuple[int, str]]:
    """Return the next mails to be sent, each with the address it goes to."""
    found = select(Mail.id, User.email).join(User, User.id == Mail.user_id).where(_is_due(), can_have_mail())
    rows = db.session.execute(found.order_by(Mail.run_after, Mail.id).limit(BATCH)).tuples()
    return [(mail_id, address) for mail_id, address in rows if address]


def any_due() -> bool:
    """Say whether a mail is to be sent by now."""
    return db.session.scalar(select(Mail.id).where(_is_due()).limit(1)) is not None


def claim(mail_id: int, by: str, address: str) -> Letter | None:
    """Take a mail, so that nobody else sends it, and return what it says; None where it is not to be sent any more.

    Nor is it to an address that its recipient had until a moment ago. What is read here is what the mail carries:
    nothing joins it after this.
    """
    there = select(User.id).where(User.email == address, can_have_mail())
    mine = update(Mail).where(Mail.id == mail_id, _is_due(), Mail.user_id.in_(there))
    if not _run(mine.values(state="handing_over", claimed_by=by)):
        return None
    mail, user = db.session.execute(
        select(Mail, User).join(User, User.id == Mail.user_id).where(Mail.id == mail_id)
    ).one()
    carried = select(
        OutboxMessage.kind,
        OutboxMessage.title,
        OutboxMessage.address,
        OutboxMessage.group_key,
        OutboxMessage.group_title,
    )
    told = db.session.execute(carried.where(OutboxMessage.mail_id == mail_id).order_by(OutboxMessage.id))
    lines = tuple(Told(*row) for row in told.tuples())
    if not lines:
        # The person has chosen otherwise since.
        db.session.delete(mail)
        return None
    return Letter(mail.message_id, mail.mail_time, user.id, user.name, user.email or "", lines)


def note_sent(mail_id: int, by: str) -> None:
    """Write down that the mail server took a mail."""
    _settle(mail_id, by, state="sent", sent_at=now(), error=None)


def note_doubt(mail_id: int, by: str, reason: str) -> None:
    """Write down that nobody can know whether a mail went; it is not given again unless an admin says so."""
    _settle(mail_id, by, state="uncertain", error=reason[:MOST_REASON])
    show_what_mail_could_not(Mail.id == mail_id)


def note_refusal(mail_id: int, by: str, reason: str, *, is_final: bool) -> None:
    """Write down that a mail was refused and did not go: for good, or to be tried again later."""
    mine = (Mail.id == mail_id) & or_(Mail.state == "waiting", _held(by))
    if is_final:
        failed = {"state": "failed", "attempts": Mail.attempts + 1, "error": reason[:MOST_REASON]}
        _run(update(Mail).where(mine).values(**failed, claimed_by=None))
    else:
        _put_off(mine, reason)
    show_what_mail_could_not(Mail.id == mail_id)


def put_off_all(reason: str) -> None:
    """Let every mail that is due wait, since no mail server can be reached."""
    _put_off(_is_due(), reason)
    show_what_mail_could_not()


def doubt_abandoned() -> int:
    """Find mails whose worker is gone while it handed them over, and mark them as uncertain; return how many."""
    held = [Mail.claimed_by.startswith(f"{name}/", autoescape=True) for name in living()]
    abandoned = and_(Mail.state == "handing_over", *(~by_it for by_it in held))
    doubted = update(Mail).where(abandoned)
    doubted = doubted.values(state="uncertain", attempts=Mail.attempts + 1, error=STOPPED)
    if count := _run(doubted):
        show_what_mail_could_not()
    return count


def give_up_unreachable() -> None:
    """Give up mails to people who lost their address or may not sign in any more."""
    lost = Mail.user_id.not_in(select(User.id).where(can_have_mail()))
    given_up = update(Mail).where(_is_due(), lost).values(state="failed", error=NO_ADDRESS)
    if _run(given_up):
        show_what_mail_could_not()


def send_again(mail: Mail) -> None:
    """Let a mail that failed or is uncertain be sent now, with all its tries before it."""
    if mail.state not in ("failed", "uncertain"):
        raise Conflict("This mail is on its way already.")
    mail.state, mail.attempts, mail.error, mail.claimed_by, mail.run_after = "waiting", 0, None, None, now()


def send_failed_again() -> int:
    """Let every mail that failed be sent now, as after a wrong setting was put right; return how many."""
    again = {"state": "waiting", "attempts": 0, "error": None, "claimed_by": None, "run_after": now()}
    return _run(update(Mail).where(Mail.state == "failed").values(**again))


def _is_due() -> ColumnElement[bool]:
    return and_(Mail.state == "waiting", Mail.run_after <= now())


def _held(by: str) -> ColumnElement[bool]:
    # A worker that was taken for dead and is not may still say what became of its mail.
    return and_(Mail.claimed_by == by, Mail.state.in_(("handing_over", "uncertain")))


def _settle(mail_id: int, by: str, **facts: object) -> None:
    tries = case((Mail.state == "handing_over", Mail.attempts + 1), else_=Mail.attempts)
    ended = update(Mail).where(Mail.id == mail_id, _held(by))
    _run(ended.values(**facts, claimed_by=None, attempts=tries))


def _put_off(mails: ColumnElement[bool], reason: str) -> None:
    moment = now()
    pauses = {tries: literal(moment + pause, UtcDateTime()) for tries, pause in enumerate(PAUSES)}
    later = case(pauses, value=Mail.attempts, else_=literal(moment, UtcDateTime()))
    state = case((Mail.attempts + 1 >= MAX_ATTEMPTS, "failed"), else_="waiting")
    waits = update(Mail).where(mails)
    waits = waits.values(state=state, attempts=Mail.attempts + 1, run_after=later, claimed_by=None)
    _run(waits.values(error=reason[:MOST_REASON]))


def _run(statement: Update) -> int:
    """Run an update of many rows and return how many there were."""
    done = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]
