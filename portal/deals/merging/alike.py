"""Which accounts may be one, by what they are called and by their mail domains, and why, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

from portal.deals.merging.naming import Name, one_edit, only_letter, parted
from portal.tabular.cells import shorten

# In a larger group everything is put beside its first only.
MOST_IN_A_GROUP = 6
# A domain that more accounts share is a group's or a reseller's, and says nothing.
MOST_WITH_ONE_DOMAIN = 6
# Shorter names differ by a letter too easily.
SHORTEST = 8
# Nobody goes through more in a day; the surest are kept, and others come up when these are settled.
MOST_PAIRS = 1_000
LONGEST_NAME = 60
LONGEST_REASON = 400


@dataclass(frozen=True, slots=True)
class Known:
    """An account as it is compared."""

    id: int
    name: str
    key: str
    industry: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Alike:
    """Two accounts that may be one; the smaller id stands first, and the lowest rank is the surest."""

    one_id: int
    other_id: int
    reason: str
    rank: int


Pair = tuple[int, int]


def find_alike(accounts: Iterable[Known], domains: Iterable[tuple[str, int]]) -> list[Alike]:
    """Return the pairs of accounts that may be one, the surest first; `domains` are (domain, account id)."""
    known = {account.id: account for account in accounts}
    names = {account.id: parted(account.name, account.key) for account in known.values()}
    reasons: dict[Pair, list[tuple[int, str]]] = defaultdict(list)
    for pair in _groups(known, lambda each: names[each].squeezed):
        reasons[pair].append((1, _spaces(*_both(known, pair))))
    for pair in _groups(known, lambda each: names[each].bare):
        if pair not in reasons:
            said = _endings(*(names[each] for each in pair))
            if said:
                reasons[pair].append((2, said))
    for pair, domain in _one_domain(domains, known):
        reasons[pair].append((3, f"both have the mail domain {domain}"))
    for pair, letter in _letters({each: name for each, name in names.items() if len(name.bare) >= SHORTEST}):
        if pair not in reasons and not _wholly_other(*_both(known, pair)):
            reasons[pair].append((4, letter))
    found = [_alike(pair, said, *_both(known, pair)) for pair, said in reasons.items()]
    found.sort(key=lambda each: (each.rank, each.one_id, each.other_id))
    return found[:MOST_PAIRS]


def _both(known: dict[int, Known], pair: Pair) -> tuple[Known, Known]:
    return known[pair[0]], known[pair[1]]


def _alike(pair: Pair, said: list[tuple[int, str]], one: Known, other: Known) -> Alike:
    words = "; ".join(reason for _, reason in said)
    # Facts that contradict each other make a pair less sure; what they are is shown beside it.
    rank = said[0][0] + (10 if contradictions(one, other) else 0)
    return Alike(*pair, shorten(words[:1].upper() + words[1:], LONGEST_REASON) + ".", rank)


class Described(Protocol):
    """Something of which the industry and the region may be known."""

    @property
    def industry(self) -> str | None: ...

    @property
    def region(self) -> str | None: ...


def contradictions(one: Described, other: Described) -> list[str]:
    """Return what is known of two accounts that hardly fits one company, in words."""
    facts = (("industry", one.industry, other.industry), ("region", one.region, other.region))
    return [
        f"{name}: {shorten(here, LONGEST_NAME)} and {shorten(there, LONGEST_NAME)}"
        for name, here, there in facts
        if here and there and _differ(here.casefold(), there.casefold())
    ]


def _differ(here: str, there: str) -> bool:
    return not (here in there or there in here or one_edit(here, there))


def _wholly_other(one: Known, other: Known) -> bool:
    """Say whether both industry and region contradict: then a letter is no typing error."""
    return len(contradictions(one, other)) == 2


def _groups(ids: Iterable[int], key: Callable[[int], Hashable]) -> Iterator[Pair]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for each in ids:
        groups[key(each)].append(each)
    for group in groups.values():
        yield from _pairs(sorted(group))


def _pairs(group: list[int]) -> Iterator[Pair]:
    if len(group) <= MOST_IN_A_GROUP:
        yield from combinations(group, 2)
    else:
        yield from ((group[0], each) for each in group[1:])


def _one_domain(domains: Iterable[tuple[str, int]], known: dict[int, Known]) -> Iterator[tuple[Pair, str]]:
    owners: dict[str, set[int]] = defaultdict(set)
    for domain, account_id in domains:
        if account_id in known:
            owners[domain].add(account_id)
    told: set[Pair] = set()
    for domain, ids in owners.items():
        if len(ids) <= MOST_WITH_ONE_DOMAIN:
            for pair in combinations(sorted(ids), 2):
                if pair not in told:
                    told.add(pair)
                    yield pair, domain


def _letters(names: dict[int, Name]) -> Iterator[tuple[Pair, str]]:
    """Yield the pairs of longer names between which one letter differs.

    Names that share what is left of them without one letter may be one edit apart; only those are compared. Names
    of one length and the next are looked at together, so that little is held at a time.
    """
    by_length: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for each, name in names.items():
        by_length[len(name.bare)].append((name.bare, each))
    for length, shorter in by_length.items():
        whole: dict[str, list[int]] = defaultdict(list)
        for bare, each in shorter:
            whole[bare].append(each)
        yield from _compared(_without_one(shorter), names)
        longer = _without_one(by_length.get(length + 1, ()))
        yield from _compared(((left, [*ids, *whole[left]]) for left, ids in longer if left in whole), names)


def _without_one(names: Iterable[tuple[str, int]]) -> Iterator[tuple[str, list[int]]]:
    left: dict[str, list[int]] = defaultdict(list)
    for bare, each in names:
        for rest in {bare[:at] + bare[at + 1 :] for at in range(len(bare))}:
            left[rest].append(each)
    return iter(left.items())


def _compared(groups: Iterable[tuple[str, list[int]]], names: dict[int, Name]) -> Iterator[tuple[Pair, str]]:
    told: set[Pair] = set()
    for _, group in groups:
        for pair in _pairs(sorted(group)) if len(group) > 1 else ():
            if pair not in told:
                told.add(pair)
                letter = only_letter(names[pair[0]], names[pair[1]])
                if letter:
                    yield pair, f"one letter differs: {letter}"


def _spaces(one: Known, other: Known) -> str:
    if one.key.replace(" ", "") == other.key.replace(" ", ""):
        return "the names differ by spaces only"
    return "the names differ by spaces and by “&” and “and” only"


def _endings(one: Name, other: Name) -> str | None:
    """Say how two names differ that are the same without their endings; None when these name two companies."""
    if one.forms == other.forms:
        if one.ending.casefold() == other.ending.casefold():
            return "the names differ by “The” only"
        return f"“{one.ending}” and “{other.ending}” are the same ending"
    if one.forms and other.forms:
        return None
    return f"only one name has the ending “{one.ending or other.ending}”"
