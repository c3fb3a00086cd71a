"""What people searched for in the last half year, with and without success."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from portal.demo.blocks import Block, Chart, Section
from portal.demo.calendar import working_day, working_time
from portal.demo.company import MARKETERS, Person
from portal.demo.pieces import Piece
from portal.demo.simulated import SimulatedDeal, SimulatedSearch, SimulatedUse
from portal.demo.wording import BEFORE_DELIVERY, IN_VAIN, OTHER_WORDS, SEARCHES, SLIPS

_DAYS = 180
_IN_VAIN_SHARE = 0.11
_OPENED = 0.62
_BEFORE_A_USE = 0.45
_TRIED_AGAIN = 0.3
_SLIPPED = 0.6
_BY_TEXT = dict(SEARCHES)


@dataclass(frozen=True)
class _World:
    """What searches are made up from: how much each text finds, who has which open deals, and what was used when."""

    hits: Mapping[str, int]
    deals: Mapping[str, Sequence[str]]
    uses: Sequence[SimulatedUse]
    today: date


def search(
    rng: np.random.Generator,
    pieces: Sequence[Piece],
    deals: Sequence[SimulatedDeal],
    reps: Sequence[Person],
    uses: Sequence[SimulatedUse],
    today: date,
    count: int,
) -> tuple[SimulatedSearch, ...]:
    """So many searches, more of them lately; the count of hits is reckoned by the words that a piece holds."""
    people = [*reps, *MARKETERS]
    weights = np.array([np.exp(1.5 * one.skill) if one.role == "rep" else 0.4 for one in people])
    world = _world(pieces, deals, uses, today)
    early = _before_delivery(reps, today)
    days = np.sort(-1 - _DAYS * (1 - rng.random(count - len(early)) ** 0.75))
    who = rng.choice(len(people), size=len(days), p=weights / weights.sum())
    found = list(early)
    for at, day in zip(who, days, strict=True):
        last = found[-1]
        if last not in early and last.opened is None and rng.random() < _TRIED_AGAIN:
            found.append(_again(rng, last, world))
        else:
            found.append(_one(rng, people[at], float(day), world))
    return tuple(sorted(found, key=lambda one: one.at))


def _world(
    pieces: Sequence[Piece], deals: Sequence[SimulatedDeal], uses: Sequence[SimulatedUse], today: date
) -> _World:
    words = [words_of_piece(piece) for piece in pieces if piece.status == "published"]
    texts = [*_BY_TEXT, *OTHER_WORDS.values()]
    hits = {text: sum(bool(words_of(text) & have) for have in words) for text in texts}
    own: dict[str, list[str]] = defaultdict(list)
    for deal in deals:
        if deal.status == "open":
            own[deal.owner_email].append(deal.external_id)
    wanted, since = set(_BY_TEXT.values()), today - timedelta(days=_DAYS)
    kept = [use for use in uses if use.kind != "viewed" and use.asset in wanted and use.at.date() >= since]
    return _World(hits, own, kept, today)


def _before_delivery(reps: Sequence[Person], today: date) -> list[SimulatedSearch]:
    return [
        SimulatedSearch(
            working_time(working_day(today, -days), reps[who].region, 0.1 + 0.05 * place),
            reps[who].email,
            text,
            0,
        )
        for place, (text, days, who) in enumerate(BEFORE_DELIVERY)
    ]


def _one(rng: np.random.Generator, person: Person, day: float, world: _World) -> SimulatedSearch:
    at = working_time(working_day(world.today, day), person.region, rng.random())
    deals = world.deals.get(person.email, ())
    is_recent = day > -30 and len(deals) and rng.random() < 0.4
    deal = deals[int(rng.integers(len(deals)))] if is_recent else None
    if rng.random() < _IN_VAIN_SHARE:
        shares = np.array([share for _, share in IN_VAIN])
        text = IN_VAIN[rng.choice(len(IN_VAIN), p=shares / shares.sum())][0]
        return SimulatedSearch(at, person.email, text, 0, deal)
    text, wanted = SEARCHES[int(len(SEARCHES) * rng.random() ** 1.4)]
    if rng.random() > _OPENED:
        return SimulatedSearch(at, person.email, text, world.hits[text], deal)
    if world.uses and rng.random() < _BEFORE_A_USE:
        return _before_a_use(rng, world)
    return _opened(rng, SimulatedSearch(at, person.email, text, world.hits[text], deal), wanted)


def _opened(rng: np.random.Generator, found: SimulatedSearch, wanted: str) -> SimulatedSearch:
    place = int(min(rng.geometric(0.55), max(1, found.result_count)))
    return replace(found, opened=wanted, place=place)


def _before_a_use(rng: np.random.Generator, world: _World) -> SimulatedSearch:
    """A search some minutes before somebody sent, presented or downloaded what it found."""
    use = world.uses[int(rng.integers(len(world.uses)))]
    texts = [text for text, wanted in SEARCHES if wanted == use.asset]
    text = texts[rng.integers(len(texts))]
    at = use.at - timedelta(seconds=int(rng.integers(60, 2_400)))
    found = SimulatedSearch(at, use.user_email, text, world.hits[text], use.deal)
    if text in SLIPS and rng.random() < _SLIPPED:
        found = replace(found, text=SLIPS[text], corrected=text)
    return _opened(rng, found, use.asset)


def _again(rng: np.random.Generator, last: SimulatedSearch, world: _World) -> SimulatedSearch:
    """The same person tries other words within two minutes, and finds it when there is anything to be found."""
    at = last.at + timedelta(seconds=int(rng.integers(15, 110)))
    if last.text in OTHER_WORDS:
        text = OTHER_WORDS[last.text]
        return SimulatedSearch(at, last.user_email, text, world.hits[text], last.deal)
    same = [pair for pair in SEARCHES if pair[1] == _BY_TEXT.get(last.text) and pair[0] != last.text]
    pairs = same or [pair for pair in SEARCHES if pair[0] != last.text]
    text, wanted = pairs[rng.integers(len(pairs))]
    return _opened(rng, SimulatedSearch(at, last.user_email, text, world.hits[text], last.deal), wanted)


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
