"""Why a hit stands where it does, in words; each is a fact that the order was made of, or was read in its text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from portal.db import IDS, db, one_of, sent
from portal.deals.models import Deal
from portal.discovery.finding.boosts import NEW_FOR, Facts
from portal.discovery.finding.presence import has
from portal.library.models import Asset, Term, asset_terms
from portal.search.analysis import words
from portal.search.engine import Ranked
from portal.search.query import Query, QueryWord, Synonyms
from portal.web.formatting import ago, day, kind_words

# More words than these are no search for words but for a text.
MOST_WORDS = 12
ALL_WORDS = "Has all your words"
_TITLE_LIFT, _PHRASES_LIFT = 4, 2
_NAMES = (
    select(Asset.id, Asset.kind, Term.name)
    .outerjoin(asset_terms, asset_terms.c.asset_id == Asset.id)
    .outerjoin(Term, Term.id == asset_terms.c.term_id)
    .where(one_of(Asset.id, IDS))
)


@dataclass(frozen=True)
class Read:
    """What was read of a hit to tell which words it has, and whether that is all that it was found by."""

    texts: tuple[str, ...]
    is_whole: bool


def term_names(asset_ids: Sequence[int]) -> dict[int, str]:
    """Return the names under which assets are found beside their text: kind and terms."""
    names: dict[int, list[str]] = {}
    for asset_id, kind, name in db.session.execute(_NAMES, sent(asset_ids)):
        names.setdefault(asset_id, [kind_words(kind)]).append(name or "")
    return {asset_id: "\n".join(own) for asset_id, own in names.items()}


def word_reasons(query: Query, synonyms: Synonyms, ranked: Ranked, read: Read) -> list[str]:
    """Say what of the query a hit has, as far as that was read."""
    reasons = []
    if ranked.lift >= _TITLE_LIFT:
        reasons.append("Its title is what you typed")
    if query.phrases and _has_phrases(query, ranked.lift % _TITLE_LIFT):
        reasons.append("Has what you put in quotes, word for word")
    if not query.words:
        return [*reasons, "Its title has your words"] if not query.phrases else reasons
    if len(query.words) > MOST_WORDS:
        return reasons
    typed = _surfaces(query)
    own = [has(read.texts, word) for word in query.words]
    found_as = [
        _found_as(word, synonyms, read) if there is False else None
        for word, there in zip(query.words, own, strict=True)
    ]
    having = [
        None if other == "" else bool(other) or there for there, other in zip(own, found_as, strict=True)
    ]
    reasons += _counted(query.words, typed, having, read.is_whole)
    names = [name for name in dict.fromkeys(found_as) if name]
    return [*reasons, *(f"Found as: {name}" for name in names)]


def _has_phrases(query: Query, lift: float) -> bool:
    # With several phrases a share of them may weigh as much as all words do: then it is not said.
    return lift >= _PHRASES_LIFT if len(query.phrases) == 1 else lift >= _PHRASES_LIFT + 1


def _counted(
    words_of: Sequence[QueryWord], typed: Mapping[QueryWord, str], having: list[bool | None], is_whole: bool
) -> list[str]:
    if len(having) < 2:
        return []
    if all(having):
        return [ALL_WORDS]
    if not is_whole or None in having:
        return []
    missing = [typed[word] for word, there in zip(words_of, having, strict=True) if not there]
    return [f"Has {len(having) - len(missing)} of your {len(having)} words, not: {', '.join(missing)}"]


def _surfaces(query: Query) -> dict[QueryWord, str]:
    """Return each word of a query as it was typed."""
    typed: dict[tuple[tuple[str, ...], tuple[str, ...]], str] = {}
    for word in words(query.typed):
        typed.setdefault((word.terms, word.wholes), query.typed[word.start : word.end])
        typed.setdefault(((), word.wholes), query.typed[word.start : word.end])
    return {
        word: typed.get((word.terms, word.wholes), " ".join(word.terms or word.wholes))
        for word in query.words
    }


def _found_as(word: QueryWord, synonyms: Synonyms, read: Read) -> str | None:
    """Return the synonym by which a hit has a word that it does not have itself, "" when that can't be told."""
    found = None
    for other in word.alternatives:
        there = has(read.texts, other)
        if there is None:
            found = ""
        elif there:
            names = (phrase for group in synonyms for phrase in group if _terms(phrase) == other.terms)
            return next(names, " ".join(other.terms or other.wholes))
    return found


def _terms(phrase: str) -> tuple[str, ...]:
    return tuple(term for word in words(phrase) for term in word.terms)


def boost_reasons(facts: Facts, boosts: Mapping[str, float], deal: Deal | None) -> list[str]:
    """Say what lifted a hit beside its words, and by how much."""
    said = {
        "rating": f"Rated {facts.rating_mean or 0:.1f} by {facts.rating_count} people",
        "wins": f"Used on {facts.won} won {'deal' if facts.won == 1 else 'deals'}",
        "freshness": _freshness(facts),
        "deal": f"Fits the deal at hand ({deal.name if deal else ''})",
        "approved": "Published by marketing",
        "new": f"New: lifted until {day(_moment((facts.published_at or 0) + NEW_FOR))}",
    }
    return [f"{said[name]}: {_up(share)}" for name, share in boosts.items()]


def _freshness(facts: Facts) -> str:
    at = facts.fresh_at
    return f"{'Checked' if at == facts.verified_at else 'Published'} {ago(_moment(at))}"


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _up(share: float) -> str:
    percent = round(100 * share)
    return f"up {percent}%" if percent else "up less than 1%"
