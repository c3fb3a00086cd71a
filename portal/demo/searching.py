"""What people searched for in the last half year, with and without success."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np

from portal.demo.blocks import Block, Chart, Section
from portal.demo.calendar import working_day, working_time
from portal.demo.company import MARKETERS, Person
from portal.demo.pieces import Piece
from portal.demo.simulated import SimulatedDeal, SimulatedSearch
from portal.demo.wording import IN_VAIN, SEARCHES

_DAYS = 180
_IN_VAIN_SHARE = 0.11
_OPENED = 0.62


def search(
    rng: np.random.Generator,
    pieces: Sequence[Piece],
    deals: Sequence[SimulatedDeal],
    reps: Sequence[Person],
    today: date,
    count: int,
) -> tuple[SimulatedSearch, ...]:
    """So many searches, more of them lately; the count of hits is reckoned by the words that a piece holds."""
    people = [*reps, *MARKETERS]
    weights = np.array([np.exp(1.5 * one.skill) if one.role == "rep" else 0.4 for one in people])
    words = {piece.key: words_of_piece(piece) for piece in pieces if piece.status == "published"}
    hits = {text: sum(bool(words_of(text) & have) for have in words.values()) for text, _ in SEARCHES}
    open_deals = {
        person.email: [d.external_id for d in deals if d.owner_email == person.email and d.status == "open"]
        for person in people
    }
    days = np.sort(-1 - _DAYS * (1 - rng.random(count) ** 0.75))
    who = rng.choice(len(people), size=count, p=weights / weights.sum())
    return tuple(
        _one(rng, people[at], float(day), hits, open_deals[people[at].email], today)
        for at, day in zip(who, days, strict=True)
    )


def _one(
    rng: np.random.Generator, person: Person, day: float, hits: dict[str, int], deals: list[str], today: date
) -> SimulatedSearch:
    at = working_time(working_day(today, day), person.region, rng.random())
    is_recent = day > -30 and deals and rng.random() < 0.4
    deal = deals[rng.integers(len(deals))] if is_recent else None
    if rng.random() < _IN_VAIN_SHARE:
        shares = np.array([share for _, share in IN_VAIN])
        text = IN_VAIN[rng.choice(len(IN_VAIN), p=shares / shares.sum())][0]
        return SimulatedSearch(at, person.email, text, 0, deal)
    text, wanted = SEARCHES[int(len(SEARCHES) * rng.random() ** 1.4)]
    if rng.random() > _OPENED:
        return SimulatedSearch(at, person.email, text, hits[text], deal)
    place = int(min(rng.geometric(0.55), max(1, hits[text])))
    return SimulatedSearch(at, person.email, text, hits[text], deal, wanted, place)


def words_of(text: str) -> set[str]:
    """The words of a text, cut to their first six letters, so that endings don't matter."""
    return {word[:6] for word in re.findall(r"[^\W_]{3,}", text.lower())}


def words_of_piece(piece: Piece) -> set[str]:
    """All words that a search can find in the newest edition of a piece."""
    names = [name for names in piece.terms.values() for name in names]
    texts = [piece.title, piece.summary, piece.guidance.text, piece.kind.replace("_", " "), *names]
    return words_of(" ".join([*texts, *_texts(piece.editions[-1].sections)]))


def _texts(sections: Iterable[Section]) -> Iterable[str]:
    for section in sections:
        yield section.title
        yield section.notes
        for block in section.blocks:
            yield from _strings(block)


def _strings(value: Block | tuple[object, ...] | object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, Chart) or hasattr(value, "__dataclass_fields__"):
        yield from _strings(tuple(vars(value).values()))
