"""Uses of content on deals and without one, and what buyers did with what was sent to them."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from portal.demo.calendar import working_day, working_time
from portal.demo.company import MANAGERS, MARKETERS, Person
from portal.demo.pieces import Piece
from portal.demo.pipeline import Life
from portal.demo.shelf import Shelf
from portal.demo.simulated import SimulatedUse, SimulatedVisit

_KIND_SHARES: dict[str, dict[str, float]] = {
    "deck": {"presented": 0.48, "sent": 0.30, "viewed": 0.14, "downloaded": 0.08},
    "email_template": {"viewed": 0.55, "downloaded": 0.45},
    "internal": {"viewed": 0.72, "downloaded": 0.28},
    "for_buyers": {"sent": 0.62, "downloaded": 0.16, "viewed": 0.16, "presented": 0.06},
}
_INTERNAL = {"discovery-questions", "contract-questions", "reference-call-guide"}
_LOOKING_AROUND = 3_300
_AGAIN = 0.34
_OPENED = 0.66


def on_deals(
    rng: np.random.Generator, lives: Sequence[Life], shelf: Shelf, today: date
) -> list[SimulatedUse]:
    """The first use of each piece on each deal, some followed by another one before the deal closes."""
    uses = []
    for life in lives:
        last = life.left if life.status != "open" else -1.0
        for asset, touch in life.used.items():
            days = [touch.day]
            if rng.random() < _AGAIN:
                days.append(touch.day + rng.exponential(6.0))
            uses += [_on_deal(rng, life, shelf.pieces[asset], day, today) for day in days if day <= last]
    return uses


def _on_deal(rng: np.random.Generator, life: Life, piece: Piece, day: float, today: date) -> SimulatedUse:
    kind = _kind(rng, piece)
    contacts = life.account.contacts
    return SimulatedUse(
        at=working_time(working_day(today, day), life.owner.region, rng.random()),
        user_email=life.owner.email,
        asset=piece.key,
        version=piece.edition_at(-day / 7),
        kind=kind,
        deal=life.external_id,
        recipient=contacts[rng.integers(len(contacts))] if kind == "sent" else None,
    )


def _kind(rng: np.random.Generator, piece: Piece) -> str:
    internal = piece.kind == "battle_card" or piece.key in _INTERNAL
    shares = _KIND_SHARES[
        "internal" if internal else piece.kind if piece.kind in _KIND_SHARES else "for_buyers"
    ]
    return list(shares)[rng.choice(len(shares), p=list(shares.values()))]


def looking_around(
    rng: np.random.Generator, reps: Sequence[Person], shelf: Shelf, today: date
) -> list[SimulatedUse]:
    """People who look at content without a deal, more of them as the portal becomes known."""
    people = [*reps, *MARKETERS, *MANAGERS]
    weights = np.array([np.exp(2 * one.skill) if one.role == "rep" else 0.5 for one in people])
    days = -1 - 540 * (1 - rng.random(_LOOKING_AROUND) ** 0.7)
    fond = np.sqrt(shelf.fondness)
    uses = []
    for day in days:
        chances = np.cumsum(fond * (shelf.out_from <= day) * (shelf.out_until >= day))
        piece = shelf.pieces[int(np.searchsorted(chances, rng.random() * chances[-1]))]
        person = people[rng.choice(len(people), p=weights / weights.sum())]
        kind = ("viewed", "downloaded")[int(rng.random() < 0.16)]
        at = working_time(working_day(today, day), person.region, rng.random())
        uses.append(SimulatedUse(at, person.email, piece.key, piece.edition_at(-day / 7), kind))
    return uses


def visits(
    rng: np.random.Generator, uses: Sequence[SimulatedUse], pieces: Sequence[Piece], today: date
) -> tuple[SimulatedVisit, ...]:
    """What buyers did: two of three sendings are opened, some again and again, none after yesterday."""
    pages = {piece.key: _pages(piece) for piece in pieces}
    seen = []
    for place, use in enumerate(uses):
        if use.kind != "sent" or rng.random() > _OPENED:
            continue
        at = use.at + timedelta(hours=float(rng.exponential(20.0)) + 0.1)
        for _ in range(int(rng.geometric(0.6))):
            count = int(rng.integers(1, pages[use.asset] + 1))
            if at.date() < today and at < use.at + timedelta(days=29):
                seen.append(SimulatedVisit(place, at, count, bool(rng.random() < 0.22)))
            at += timedelta(hours=float(rng.exponential(60.0)) + 0.5)
    return tuple(seen)


def _pages(piece: Piece) -> int:
    sections = len(piece.editions[-1].sections)
    return sections + 1 if piece.format == "pptx" else max(1, sections // 3)
