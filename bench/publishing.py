"""How long a publish takes that 10,000 people hear of, the worker until all have it, and the bell of who never looks.

Run: .venv/bin/python -m bench.publishing. Beside it a page with nothing in it, of the same run. Goals: the publish
answers in under 200 ms by the clock and of the processor; the bell's number costs each page no more than 5 ms.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import func, select

from bench.pages import client_of
from bench.timing import HEADING, Spent, share, timed, verdict
from config import Config
from portal import create_app
from portal.db import db, insert_rows, now, unit_of_work
from portal.jobs import drain
from portal.library.models import Asset, Facet, Term, Version, asset_terms
from portal.notifications.bell import unread_count
from portal.notifications.models import Follow, Mail, Notification, NotificationChoice, OutboxMessage
from portal.users.models import User

FOLLOWERS = 10_000
TIMES = 8
GOAL_MS = 200
BELL_MS = 5
ADMIN = "admin@firm.test"
SETTINGS = {"SOFFICE": "none", "PORT": "8000", "SMTP_HOST": "127.0.0.1", "MAIL_FROM": "tandem@firm.test"}


def main() -> int:
    """Publish what everybody follows, deliver it, and look at the bell; return 1 if a goal is missed."""
    with tempfile.TemporaryDirectory() as folder:
        app = _portal(folder)
        client = client_of(app, ADMIN)
        print(f"{FOLLOWERS:,} followers, {TIMES} times each\n\n{HEADING}")
        _show("an empty page", timed([lambda: client.get("/admin/teams")] * (2 * TIMES)))
        first = _posts(client, [f"/library/draft-{one}/publish" for one in range(TIMES)])
        _show("publishing: follow its term", first)
        again = _posts(client, [f"/library/deck-{one}/v/2/publish" for one in range(TIMES)])
        _show("new version: follow the content", again)
        _deliver(app)
        bell = _bell(app)
    slowest = max(first.p95(), again.p95())
    clock = max(share(first.clock, 0.5), share(again.clock, 0.5))
    print(f"\npublishing, ms of the processor, p95: {slowest:.0f}, {verdict(slowest, GOAL_MS)}")
    print(
        f"publishing, ms by the clock, median: {clock:.0f}, {verdict(clock, GOAL_MS)} (others on the machine slow it)"
    )
    print(f"the bell's number, ms: {bell:.1f}, {verdict(bell, BELL_MS)}")
    return 0 if slowest < GOAL_MS and bell < BELL_MS else 1


def _show(name: str, spent: Spent) -> None:
    print(f"{name:<34}{spent.line()}")


def _portal(folder: str) -> Flask:
    """Build a portal in which 10,000 people follow a term, and content, which half of them are mailed of at once."""
    config = Config({"PORTAL_DATA_DIR": folder, **SETTINGS})
    config.WTF_CSRF_ENABLED = False  # type: ignore[attr-defined]
    app = create_app(config)
    with app.app_context():
        upgrade()
        with unit_of_work():
            people = [{"id": one, "email": f"p{one}@firm.test", "name": f"Person {one}"} for one in _people()]
            insert_rows(User, [*people, {"id": 1, "email": ADMIN, "name": "Admin"}])
            db.session.get_one(User, 1).role = "admin"
            choices = [{"user_id": one, "kind": "follow", "mail_time": "now"} for one in _people() if one % 2]
            insert_rows(NotificationChoice, choices)
            facet = Facet(key="industry", name="Industry", terms=[Term(key="banking", name="Banking")])
            db.session.add(facet)
            db.session.flush()
            _follow("term", facet.terms[0].id)
            for one in range(TIMES):
                draft = _asset(f"draft-{one}", "draft", versions=1)
                db.session.execute(asset_terms.insert().values(asset_id=draft.id, term_id=facet.terms[0].id))
                _follow("asset", _asset(f"deck-{one}", "published", versions=2).id)
    return app


def _people() -> range:
    return range(2, FOLLOWERS + 2)


def _follow(subject: str, number: int) -> None:
    insert_rows(Follow, [{"user_id": one, "subject": subject, "subject_id": number} for one in _people()])


def _asset(slug: str, state: str, *, versions: int) -> Asset:
    asset = Asset(slug=slug, title=f"The deck {slug}", kind="deck", state=state)
    asset.published_at = now() if state == "published" else None
    kept = {"source": "markdown", "body": "Text", "state": "indexed", "preview_kind": "html"}
    asset.versions = [Version(number=number, **kept) for number in range(1, versions + 1)]
    db.session.add(asset)
    db.session.flush()
    asset.current_version_id = min(version.id for version in asset.versions)
    db.session.flush()
    return asset


def _posts(client: FlaskClient, addresses: Iterable[str]) -> Spent:
    def post(address: str) -> None:
        answer = client.post(address)
        assert answer.status_code == 303, (address, answer.status_code)

    return timed([lambda address=address: post(address) for address in addresses])  # type: ignore[misc]


def _deliver(app: Flask) -> None:
    """Empty the outbox of everything that was published, and say how long that took for each 10,000."""
    with app.app_context():
        waiting = _count(OutboxMessage)
        assert waiting == 2 * TIMES * FOLLOWERS, waiting
        spent = timed([lambda: drain(kinds=("deliver_notifications",))])
        parts = waiting / FOLLOWERS
        print(
            f"\nthe worker, for each {FOLLOWERS:,}: {spent.processor[0] / parts / 1000:.2f} s of processor, "
            f"{spent.clock[0] / parts / 1000:.2f} s by the clock, in batches that others can write between"
        )
        assert _count(Notification) == waiting
        digests = _count(OutboxMessage, OutboxMessage.mail_time == "daily")
        print(
            f"  {_count(Notification):,} under bells, {digests:,} wait for a digest, {_count(Mail):,} mails to go"
        )


def _count(table: type, *conditions: object) -> int:
    return db.session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0  # type: ignore[arg-type]


def _bell(app: Flask) -> float:
    """Return the milliseconds of the processor that the bell's number takes with 10,000 unread, in groups or not."""
    worst = 0.0
    with app.app_context():
        last = db.session.scalar(select(func.max(OutboxMessage.id))) or 0
        for person, groups in ((2, 0), (3, 3)):
            with unit_of_work():
                _unread(person, last + person * FOLLOWERS, groups)
            spent = timed([lambda person=person: db.session.scalar(select(unread_count(person)))] * 20)  # type: ignore[misc]
            words = f"in {groups} groups" if groups else "each by itself"
            _show(f"bell: 10,000 unread, {words}", spent)
            worst = max(worst, spent.median())
    return worst


def _unread(person: int, start: int, groups: int) -> None:
    ids = range(start, start + FOLLOWERS)
    facts = {"kind": "comment", "title": "Somebody wrote something", "address": "/library"}
    told = [
        {"id": one, "recipient_id": person, "event_key": f"b{one}", "delivered_at": now(), **facts}
        for one in ids
    ]
    insert_rows(OutboxMessage, told)
    keys = [f"thread:{one % groups}" if groups else None for one in ids]
    rows = [
        {"user_id": person, "message_id": one, "group_key": key, **facts}
        for one, key in zip(ids, keys, strict=True)
    ]
    insert_rows(Notification, rows)


if __name__ == "__main__":
    sys.exit(main())
