"""What is offered while somebody types, and before they do: lines in groups, of what they may see alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.content_requests.models import OPEN_STATUSES, ContentRequest
from portal.db import db, one_of
from portal.discovery.models import Search
from portal.discovery.saved.queries import saved_searches
from portal.library.collections.queries import visible_collections
from portal.library.indexing import engine
from portal.library.models import Asset, Collection, Facet, Term, asset_terms
from portal.library.queries import visible_assets, worth_offering
from portal.search.analysis import without_accents
from portal.search.engine import IndexUnusableError
from portal.search.snippets import Fragment
from portal.search.stopwords import STOP_WORDS
from portal.usage.models import UsageEvent
from portal.users.models import User

MOST_LINES = 10
MOST_WORDS = 6
MOST_TITLES = 6
_LOOKED_AT = 50  # of rows of small tables, and of one's own latest searches and uses
_TITLES_LOOKED_AT = 5_000  # of those that fit, before all of them
_TITLES_ORDERED = 300  # of those that fit: what begins as typed, then what is used most
_EARLY = 3  # words from the beginning of a title in which people look for what it is about
_MOST_NAMES = 1_000  # of filters and of collections

_WORD = re.compile(r"[^\W_]+")
# Inside a title these say nothing of what it is about, as in: Prices on one page.
_INNER = STOP_WORDS | {"one"}


@dataclass(frozen=True)
class Suggestion:
    """One line: what kind of thing it is, its text with the typed beginnings marked, and where it leads."""

    kind: str
    text: str
    address: str
    note: str = ""
    parts: tuple[Fragment, ...] = ()


@dataclass(frozen=True)
class Offered:
    """The lines under one heading."""

    name: str
    lines: tuple[Suggestion, ...]


def suggestions(user: User, text: str) -> list[Offered]:
    """Return what the typed words may be the beginning of; without words, what one looked for and opened last."""
    words = [_plain(word) for word in _WORD.findall(text.replace("\x00", " "))[:MOST_WORDS]]
    if not words:
        return [] if text.strip() else _before_typing(user)
    return _kept(
        {
            "Content": _titles(user, text, words),
            "Searched before": [line for line in _recent(user, words) if line.text != text.strip()][:2],
            "Saved searches": _saved(user, words),
            "Filters": _terms(user, words),
            "Collections": _collections(user, words),
            "Open requests": _requests(words),
        }
    )


def _before_typing(user: User) -> list[Offered]:
    return _kept(
        {
            "Searched before": _recent(user, [])[:4],
            "Saved searches": _saved(user, []),
            "Opened last": _opened(user),
        }
    )


def _kept(groups: dict[str, list[Suggestion]]) -> list[Offered]:
    """Leave out empty groups, and the last lines of the longest where there are too many in all."""
    while sum(map(len, groups.values())) > MOST_LINES:
        max(groups.values(), key=len).pop()
    return [Offered(name, tuple(lines)) for name, lines in groups.items() if lines]


def _plain(text: str) -> str:
    return without_accents(text).casefold()


def marked(text: str, words: Sequence[str]) -> tuple[Fragment, ...]:
    """Return a text with the beginnings of its words marked that were typed, or nothing unless all were."""
    parts, end, met = [], 0, set()
    for match in _WORD.finditer(text):
        fitting = [word for word in words if _plain(match.group()).startswith(word)]
        if not fitting:
            continue
        met.update(fitting)
        length = _length(match.group(), max(fitting, key=len))
        parts += [Fragment(text[end : match.start()], False), Fragment(match.group()[:length], True)]
        end = match.start() + length
    if met != set(words):
        return ()
    return tuple(part for part in (*parts, Fragment(text[end:], False)) if part.text)


def _fits(text: str, words: Sequence[str]) -> bool:
    """Say whether each typed word begins some word of a text."""
    return words[0] in _plain(text) and bool(marked(text, words))


def _length(word: str, beginning: str) -> int:
    """Return how many characters of a word its typed beginning covers: ß and æ are two when they are typed plainly."""
    return next(n for n in range(1, len(word) + 1) if _plain(word[:n]).startswith(beginning))


def _line(kind: str, text: str, address: str, note: str, words: Sequence[str]) -> Suggestion:
    return Suggestion(kind, text, address, note, marked(text, words) or (Fragment(text, False),))


def _titles(user: User, text: str, words: list[str]) -> list[Suggestion]:
    """Put first what begins as typed or has it early, of that what marketing published, and then what is used most."""
    begins = Asset.title.istartswith(text.strip(), autoescape=True)
    found = _offered_assets(user).order_by(
        begins.desc(), Asset.state == "from_sales", Asset.use_count.desc(), Asset.id.desc()
    )
    rows: Sequence[Any] = ()
    for having in _having_title(text, words):
        rows = db.session.execute(found.where(having).limit(_TITLES_ORDERED)).all()
        if len(rows) >= MOST_TITLES:
            break
    beginning = _plain(text.strip())

    def place(row: Any) -> tuple[bool, bool, bool]:
        early, first = _is_early(row.title, words), _plain(row.title).startswith(beginning)
        return not (first or early), row.state == "from_sales", not first

    return [
        _line(
            "asset",
            row.title,
            f"/library/{row.slug}",
            "From sales" if row.state == "from_sales" else row.kind,
            words,
        )
        for row in sorted(rows, key=place)[:MOST_TITLES]
    ]


def _is_early(title: str, words: Sequence[str]) -> bool:
    """Say whether one of the first words of a title begins as typed, of one or two letters one that says something."""
    first = [_plain(word) for word in _WORD.findall(title)[:_EARLY]]
    return any(
        each.startswith(word) and (len(word) > 2 or each not in _INNER) for each in first for word in words
    )


def _offered_assets(user: User) -> Select[Any]:
    offered = visible_assets(user).where(Asset.state != "archived", worth_offering(user))
    return offered.with_only_columns(Asset.id, Asset.slug, Asset.title, Asset.kind, Asset.state)


def _having_title(text: str, words: list[str]) -> Iterator[ColumnElement[bool]]:
    """Say in SQL whose title the words begin, of the newest and then of all; without a sound index by titles alone."""
    try:
        ids = engine().titled(text, _TITLES_LOOKED_AT)
        if ids or engine().count():
            yield one_of(Asset.id, ids)
            if len(ids) == _TITLES_LOOKED_AT:
                yield one_of(Asset.id, engine().titled(text, engine().count()))
            return
    except IndexUnusableError:
        pass
    yield _holds(Asset.title, words)


def _holds(column: InstrumentedAttribute[str], words: list[str]) -> ColumnElement[bool]:
    return and_(*(column.icontains(word, autoescape=True) for word in words))


def _terms(user: User, words: list[str]) -> list[Suggestion]:
    """Filters that would show this person something: what only hidden content has is nothing to tell of."""
    names = db.session.execute(select(Term.id, Term.name).order_by(Term.position, Term.id).limit(_MOST_NAMES))
    fitting = [number for number, name in names if _fits(name, words)][:_LOOKED_AT]
    if not fitting:
        return []
    tagged = _offered_assets(user).join(asset_terms, asset_terms.c.asset_id == Asset.id)
    shown = (
        tagged.where(asset_terms.c.term_id == Term.id).with_only_columns(Asset.id).correlate(Term).exists()
    )
    found = select(Facet.key, Facet.name, Term.key, Term.name).join(Term, Term.facet_id == Facet.id)
    found = found.where(Term.id.in_(fitting), shown).order_by(Facet.position, Term.position).limit(2)
    return [
        _line("term", name, f"/library?{urlencode({facet: term})}", facet_name, words)
        for facet, facet_name, term, name in db.session.execute(found)
    ]


def _collections(user: User, words: list[str]) -> list[Suggestion]:
    found = visible_collections(user).with_only_columns(Collection.slug, Collection.name)
    rows = db.session.execute(found.order_by(Collection.updated_at.desc()).limit(_MOST_NAMES))
    fitting = [(slug, name) for slug, name in rows if _fits(name, words)][:2]
    return [_line("collection", name, f"/collections/{slug}", "", words) for slug, name in fitting]


def _requests(words: list[str]) -> list[Suggestion]:
    asked = _open_requests(words, 2)
    return [_line("request", need, f"/requests/{number}", "", words) for number, need in asked]


def open_request_for(text: str) -> tuple[int, str] | None:
    """Return the number and need of the latest open request that has all words of a text, if there is one."""
    words = [_plain(word) for word in _WORD.findall(text)]
    return next(iter(_open_requests(words, 1)), None) if 0 < len(words) <= MOST_WORDS else None


def _open_requests(words: list[str], most: int) -> list[tuple[int, str]]:
    found = select(ContentRequest.id, ContentRequest.need).where(ContentRequest.status.in_(OPEN_STATUSES))
    found = found.where(_holds(ContentRequest.need, words)).order_by(ContentRequest.id.desc())
    asked = db.session.execute(found.limit(_LOOKED_AT)).tuples()
    return [(number, need) for number, need in asked if _fits(need, words)][:most]


def _recent(user: User, words: list[str]) -> list[Suggestion]:
    """One's own latest searches that found something, each once however often and in whatever case it was typed.

    A mended slip is offered as it was mended.
    """
    said = func.coalesce(func.nullif(Search.corrected, ""), Search.text)
    found = select(said).where(Search.user_id == user.id, Search.result_count > 0)
    texts: dict[str, str] = {}
    for text in db.session.scalars(found.order_by(Search.at.desc(), Search.id.desc()).limit(_LOOKED_AT)):
        texts.setdefault(text.casefold(), text)
    return [
        _line("search", text, f"/library?{urlencode({'q': text})}", "", words)
        for text in texts.values()
        if not words or _fits(text, words)
    ]


def _saved(user: User, words: list[str]) -> list[Suggestion]:
    fitting = [
        search
        for search in db.session.scalars(saved_searches(user).limit(_LOOKED_AT))
        if not words or _fits(search.name, words)
    ]
    return [_line("saved", search.name, f"/searches/{search.id}", "", words) for search in fitting[:2]]


def _opened(user: User) -> list[Suggestion]:
    """The content that somebody looked at last, as far as they may see it still."""
    own = select(UsageEvent.asset_id).where(UsageEvent.user_id == user.id, UsageEvent.kind == "viewed")
    recent = db.session.scalars(own.order_by(UsageEvent.at.desc()).limit(_LOOKED_AT))
    ids = list(dict.fromkeys(recent))
    rows = {row[0]: row for row in db.session.execute(_offered_assets(user).where(Asset.id.in_(ids)))}
    shown = [rows[number] for number in ids if number in rows][:4]
    return [_line("asset", title, f"/library/{slug}", kind, ()) for _, slug, title, kind, _state in shown]
