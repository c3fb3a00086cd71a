"""How long it takes to reckon what all requests are worth, as after an import of 100,000 deals.

    .venv/bin/python -m bench.request_scores

2,000 requests with 50,000 supporters and 50,000 waiting deals among 100,000 deals, 70,000 of them open. Measured are
the whole job, with all columns out of date before each run (median of 5); and what one "me too" has to reckon, the
total that marketing's first page shows, and similar requests for a sentence that is being typed (medians of 20). Goals:
the job 1 s, similar requests 50 ms. The baseline is an empty page of the same run.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select, update

from bench.pages import client_of, median_ms
from bench.timing import HEADING, Spent, timed, verdict
from config import Config
from portal import create_app
from portal.content_requests import tasks
from portal.content_requests.models import ContentRequest, Supporter, WaitingDeal
from portal.content_requests.similar import similar_requests
from portal.content_requests.worth import score_requests
from portal.content_requests.worth_queries import waiting_pipeline
from portal.db import db, insert_rows, now, unit_of_work
from portal.deals.models import Account, Deal
from portal.users.models import User

DEALS, REQUESTS, EACH, PEOPLE = 100_000, 2_000, 25, 1_000
GOAL_MS, GOAL_SIMILAR_MS = 1_000, 50
STAGES = ("Discovery", "Evaluation", "Proposal", "Negotiation", "Legal")
INDUSTRIES = tuple(f"Industry {number}" for number in range(12))
PRODUCTS = tuple(f"Product {number}" for number in range(8))
WORDS = (
    *("case", "study", "deck", "hospital", "bank", "insurer", "railway", "security", "pricing", "migration"),
    *(
        "spreadsheet",
        "audit",
        "nurse",
        "branch",
        "cloud",
        "comparison",
        "onboarding",
        "rollout",
        "compliance",
    ),
    *("reporting", "warehouse", "energy", "grid", "retail", "calculator", "email", "video", "proof"),
)


def fill() -> None:
    """Write people, deals, requests and who and what waits for them."""
    chance, today = random.Random(7), now().date()
    insert_rows(
        User,
        [
            {"name": f"Person {n}", "email": f"p{n}@example.com", "role": "admin" if n == 0 else "rep"}
            for n in range(PEOPLE)
        ],
    )
    people = list(db.session.scalars(select(User.id)))
    insert_rows(
        Account,
        [
            {"name": f"Company {n}", "key": f"company {n}", "industry": chance.choice(INDUSTRIES)}
            for n in range(5_000)
        ],
    )
    accounts = list(db.session.scalars(select(Account.id)))
    insert_rows(Deal, [_deal(n, chance, people, accounts) for n in range(DEALS)])
    deals = list(db.session.scalars(select(Deal.id)))
    insert_rows(
        ContentRequest,
        [
            {
                "need": " ".join(chance.choices(WORDS, k=9)) + f" {n % 40}",
                "asked_by_id": chance.choice(people),
                "needed_by": today + timedelta(days=chance.randint(-5, 90)) if n % 3 else None,
                "status": "delivered" if n % 10 == 0 else "new",
            }
            for n in range(REQUESTS + REQUESTS // 9)
        ],
    )
    requests = list(db.session.scalars(select(ContentRequest.id).where(ContentRequest.status == "new")))
    for table, column, ids in ((Supporter, "user_id", people), (WaitingDeal, "deal_id", deals)):
        named = [(one, other) for one in requests for other in chance.sample(ids, EACH)]
        insert_rows(table, [{"request_id": one, column: other} for one, other in named])


def _deal(n: int, chance: random.Random, people: list[int], accounts: list[int]) -> dict[str, object]:
    amount = None if n % 50 == 0 else chance.randint(1_000_00, 900_000_00)
    return {
        "source": "csv",
        "external_id": f"D{n}",
        "name": f"Deal {n}",
        "account_id": chance.choice(accounts),
        "owner_id": chance.choice(people),
        "stage": chance.choice(STAGES),
        "status": chance.choices(("open", "won", "lost"), (7, 1, 2))[0],
        "currency": "USD",
        "amount_minor": amount,
        "base_amount_minor": amount,
        "expected_close": now().date() + timedelta(days=chance.randint(-20, 120)),
        "industry": None if n % 4 == 0 else chance.choice(INDUSTRIES),
        "product": chance.choice(PRODUCTS),
    }


def outdate() -> None:
    """Put every column out of date, so that each row has to be written."""
    with unit_of_work():
        db.session.execute(update(ContentRequest).values(waiting_minor=-1))


def job() -> Spent:
    """Time the job that follows an import."""
    spent = []
    for _ in range(5):
        outdate()
        spent.append(timed([lambda: tasks.score_requests(None)]))
    clock, processor = zip(*((one.clock[0], one.processor[0]) for one in spent), strict=True)
    return Spent(tuple(sorted(clock)), tuple(sorted(processor)))


def repeated(work: Callable[[], object]) -> Spent:
    """Time twenty runs of something, each in a transaction of its own."""

    def once() -> None:
        with unit_of_work():
            work()

    once()
    return timed([once] * 20)


def measure(app: Flask) -> None:
    """Fill the portal and print the figures."""
    with app.app_context():
        upgrade()
        with unit_of_work():
            fill()
    empty = median_ms(client_of(app, "p0@example.com"), "/admin/teams")
    with app.app_context():
        spent = job()
        one = repeated(lambda: score_requests([7]))
        total = repeated(waiting_pipeline)
        typed = repeated(lambda: similar_requests("A case study about a hospital that left spreadsheets", 3))
    print(f"{REQUESTS:,} requests, {REQUESTS * EACH:,} supporters and waiting deals, {DEALS:,} deals")
    print(f"an empty page takes {empty:.0f} ms")
    print(HEADING)
    print(f"{'all scores after an import':<34}{spent.line()}   {verdict(spent.median(), GOAL_MS)}")
    print(f"{'one request, as after a me too':<34}{one.line()}")
    print(f"{'the total over all requests':<34}{total.line()}")
    print(f"{'similar requests while typing':<34}{typed.line()}   {verdict(typed.median(), GOAL_SIMILAR_MS)}")


def main() -> None:
    """Measure in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        measure(create_app(Config({"PORTAL_DATA_DIR": folder, "SOFFICE": "none", "PORT": "8000"})))


if __name__ == "__main__":
    main()
