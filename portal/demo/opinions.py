"""What reps thought of what they used, and what they asked marketing for."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np

from portal.demo.calendar import working_day, working_time
from portal.demo.company import MARKETERS, Person
from portal.demo.simulated import (
    SimulatedDeal,
    SimulatedRating,
    SimulatedRequest,
    SimulatedStep,
    SimulatedUse,
)
from portal.demo.wishes import WISHES, Wish
from portal.demo.wording import COMMENTS

_RATED = 0.40
_COMMENTED = 0.55
_PATHS = {
    "new": ("new",),
    "accepted": ("new", "accepted"),
    "in_progress": ("new", "accepted", "in_progress"),
    "in_review": ("new", "accepted", "in_progress", "in_review"),
    "delivered": ("new", "accepted", "in_progress", "delivered"),
    "declined": ("new", "declined"),
}
_PRAISE = ("right_message", "customer_loved_it", "saved_time")
_BLAME = ("outdated", "too_long", "wrong_audience", "not_convincing", "mistakes")
_BLAME_SHARES = (0.22, 0.25, 0.22, 0.25, 0.06)


def rate(
    rng: np.random.Generator, uses: Sequence[SimulatedUse], planted: dict[str, float], today: date
) -> tuple[SimulatedRating, ...]:
    """Ratings by people who used the content on a deal: they follow the true effect, with much noise."""
    taste = {key: float(rng.normal(0.0, 0.55)) for key in planted}
    mood = {email: float(rng.normal(0.0, 0.3)) for email in sorted({use.user_email for use in uses})}
    ratings: dict[tuple[str, str, int], SimulatedRating] = {}
    said: set[str] = set()
    for use in uses:
        who = (use.user_email, use.asset, use.version)
        at = use.at + timedelta(hours=float(rng.uniform(1.0, 60.0)))
        if use.deal is None or who in ratings or rng.random() > _RATED / 3 or at.date() >= today:
            continue
        liked = (
            3.55 + 7.0 * planted[use.asset] + taste[use.asset] + mood[use.user_email] + rng.normal(0.0, 0.9)
        )
        stars = int(np.clip(round(liked), 1, 5))
        reason, comment = _why(rng, stars, said)
        ratings[who] = SimulatedRating(
            at, use.user_email, use.asset, use.version, stars, reason, comment, use.deal
        )
    return tuple(sorted(ratings.values(), key=lambda one: one.at))


def _why(rng: np.random.Generator, stars: int, said: set[str]) -> tuple[str | None, str]:
    """A reason that fits the stars, and sometimes a comment; nobody repeats a comment until all were said."""
    if stars == 3:
        reason = None if rng.random() < 0.5 else "too_long"
    elif stars > 3:
        reason = _PRAISE[rng.integers(len(_PRAISE))]
    else:
        reason = _BLAME[rng.choice(len(_BLAME), p=_BLAME_SHARES)]
    fresh = [comment for comment in COMMENTS[reason] if comment not in said] if reason else []
    if not fresh or rng.random() > _COMMENTED:
        return reason, ""
    comment = fresh[rng.integers(len(fresh))]
    said.add(comment)
    return reason, comment


def ask(
    rng: np.random.Generator, deals: Sequence[SimulatedDeal], reps: Sequence[Person], today: date
) -> tuple[SimulatedRequest, ...]:
    """Requests with their history; those still open have open deals waiting."""
    return tuple(_request(rng, wish, deals, reps, today) for wish in WISHES)


def _request(
    rng: np.random.Generator,
    wish: Wish,
    deals: Sequence[SimulatedDeal],
    reps: Sequence[Person],
    today: date,
) -> SimulatedRequest:
    local = [rep for rep in reps if rep.region == wish.region] or list(reps)
    asker = local[rng.integers(len(local))]
    others = [rep.email for rep in reps if rep != asker]
    supporters = tuple(others[at] for at in rng.permutation(len(others))[: wish.supporters])
    marketer = MARKETERS[rng.integers(len(MARKETERS))].email
    steps = _steps(rng, wish, asker, marketer, today)
    is_closed = wish.status in ("delivered", "declined")
    return SimulatedRequest(
        need=wish.need,
        details=wish.details,
        asked_by=asker.email,
        created_at=steps[0].at,
        status=wish.status,
        kind=wish.kind,
        audience=wish.audience,
        needed_by=None if wish.due_in is None else working_day(today, wish.due_in),
        assigned_to=None if wish.status == "new" else marketer,
        supporters=supporters,
        deals=() if is_closed else _waiting(rng, wish, deals, (asker.email, *supporters)),
        delivered_asset=wish.delivered,
        decline_reason=wish.words if wish.status == "declined" else "",
        steps=steps,
    )


def _steps(
    rng: np.random.Generator, wish: Wish, asker: Person, marketer: str, today: date
) -> tuple[SimulatedStep, ...]:
    path = _PATHS[wish.status]
    took = min(wish.days_ago - 2, {"delivered": 34, "declined": 8}.get(wish.status, wish.days_ago - 2))
    shares = np.linspace(0.0, 1.0, len(path)) if len(path) > 1 else np.zeros(1)
    steps = []
    for status, share in zip(path, shares, strict=True):
        at = _moment(rng, today, -wish.days_ago + share * took, asker.region if status == "new" else None)
        by = asker.email if status == "new" else marketer
        steps.append(SimulatedStep(at, status, by, wish.words if status == path[-1] != "new" else ""))
    return tuple(steps)


def _moment(rng: np.random.Generator, today: date, days: float, region: str | None) -> datetime:
    return working_time(working_day(today, days), region, rng.random())


def _waiting(
    rng: np.random.Generator, wish: Wish, deals: Sequence[SimulatedDeal], people: tuple[str, ...]
) -> tuple[str, ...]:
    """Open deals of those who need it, about the same product and industry where the wish names one."""
    fitting = [
        deal.external_id
        for deal in deals
        if deal.status == "open"
        and deal.owner_email in people
        and wish.product in (None, deal.product)
        and wish.industry in (None, deal.industry)
    ]
    return tuple(fitting[at] for at in sorted(rng.permutation(len(fitting))[: wish.deals]))
