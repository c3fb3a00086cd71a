"""Server time of the board and the list of requests when there are many.

    .venv/bin/python -m bench.board

2,000 requests in all states with 50,000 supporters and 50,000 waiting deals, 20 marketers and 40 teams of sales: the
board as a marketer and as a rep, filtered by a team, the list, and one request with 25 supporters and deals. Median
and 95th percentile of 20, of the processor and by the clock, beside an empty page's of the same run. Goal: 150 ms.
"""

from __future__ import annotations

import random
import tempfile

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import select, update

from bench.pages import client_of
from bench.request_scores import EACH, REQUESTS, fill
from bench.timing import HEADING, Spent, timed, verdict
from config import Config
from portal import create_app
from portal.content_requests.models import COLUMNS, ContentRequest
from portal.content_requests.worth import score_requests
from portal.db import db, insert_rows, now, unit_of_work
from portal.library.models import ASSET_KINDS
from portal.users.models import Team, User

GOAL_MS, TIMES, MARKETERS, TEAMS = 150, 20, 20, 40
MIDDLE = TIMES // 2


def spread() -> None:
    """Give the requests states, makers and kinds, and the people teams; half of the marketers make most of it."""
    chance = random.Random(11)
    insert_rows(Team, [{"name": f"Team {number}"} for number in range(TEAMS)])
    teams = list(db.session.scalars(select(Team.id)))
    people = list(db.session.scalars(select(User.id).where(User.role == "rep").order_by(User.id)))
    marketers, reps = people[:MARKETERS], people[MARKETERS:]
    db.session.execute(update(User), [{"id": one, "role": "marketer"} for one in marketers])
    db.session.execute(update(User), [{"id": one, "team_id": chance.choice(teams)} for one in reps])
    rows = []
    for number in db.session.scalars(select(ContentRequest.id)):
        status = chance.choice(COLUMNS)
        is_closed = status in ("delivered", "declined")
        maker = None if status == "new" else chance.choice(marketers)
        facts = {"status": status, "assigned_to_id": maker, "kind": chance.choice(ASSET_KINDS)}
        rows.append({"id": number, **facts, "closed_at": now() if is_closed else None})
    db.session.execute(update(ContentRequest), rows)
    score_requests()


def took(client: FlaskClient, path: str) -> Spent:
    """Time a page; the first call warms up and is left out."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return timed([lambda: client.get(path)] * TIMES)


def measure(app: Flask) -> None:
    """Fill the portal and print the figures."""
    with app.app_context():
        upgrade()
        with unit_of_work():
            fill()
        with unit_of_work():
            spread()
        team = db.session.scalar(select(Team.id)) or 0
        emails = {role: _email(role) for role in ("admin", "marketer", "rep")}
    clients = {role: client_of(app, email) for role, email in emails.items()}
    print(f"{REQUESTS:,} requests, {REQUESTS * EACH:,} supporters, {REQUESTS * EACH:,} waiting deals")
    print(HEADING)
    print(f"{'an empty page':<34}{took(clients['admin'], '/admin/teams').line()}")
    for name, role, path in (
        ("the board, as a marketer", "marketer", "/requests?as=board"),
        ("the board, as a rep", "rep", "/requests?as=board"),
        ("the board of one team", "marketer", f"/requests?as=board&team={team}"),
        ("the list", "marketer", "/requests"),
        ("the list, overdue, of one team", "rep", f"/requests?overdue=1&team={team}"),
        ("one request, as a rep", "rep", "/requests/7"),
    ):
        spent = took(clients[role], path)
        print(f"{name:<34}{spent.line()}   {verdict(spent.clock[MIDDLE], GOAL_MS)}")


def _email(role: str) -> str:
    return db.session.scalars(select(User.email).where(User.role == role).order_by(User.id)).first() or ""


def main() -> None:
    """Measure in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        measure(create_app(Config({"PORTAL_DATA_DIR": folder, "SOFFICE": "none", "PORT": "8000"})))


if __name__ == "__main__":
    main()
