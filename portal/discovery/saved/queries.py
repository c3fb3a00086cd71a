"""Questions about one's own saved searches; those of others do not exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import Select, case, func, or_, select

from portal.db import db
from portal.discovery.models import SavedSearch, SavedSearchHit
from portal.errors import NotFound
from portal.library.life.queries import STATE_WORDS
from portal.library.models import Asset, Facet, Term
from portal.library.queries import visible_assets, worth_offering
from portal.users.models import User
from portal.web.formatting import kind_words

Filters = Mapping[str, Sequence[str]]


def saved_searches(user: User) -> Select[tuple[SavedSearch]]:
    """Select a person's saved searches, the last saved first."""
    found = select(SavedSearch).where(SavedSearch.user_id == user.id)
    return found.order_by(SavedSearch.created_at.desc(), SavedSearch.id.desc())


def saved_search_or_404(user: User, search_id: int) -> SavedSearch:
    """Return one of a person's own saved searches, or raise NotFound."""
    search = db.session.get(SavedSearch, search_id)
    if search is None or search.user_id != user.id:
        raise NotFound
    return search


def tidy(filters: Filters) -> dict[str, list[str]]:
    """Return filters in the one form in which they are kept and compared."""
    return {key: sorted(set(values)) for key, values in sorted(filters.items()) if values}


def saved_as(user: User, text: str, filters: Filters) -> SavedSearch | None:
    """Return a person's saved search for the same words and filters, if there is one."""
    wanted = tidy(filters)
    same = db.session.scalars(saved_searches(user).where(SavedSearch.text == text[:500]))
    return next((search for search in same if search.filters == wanted), None)


def new_hits(search: SavedSearch, since: datetime) -> set[int]:
    """Return the content that a saved search has found since a moment."""
    found = select(SavedSearchHit.asset_id).where(SavedSearchHit.saved_search_id == search.id)
    return set(db.session.scalars(found.where(SavedSearchHit.found_at > since)))


@dataclass(frozen=True)
class SavedLine:
    """A saved search in the list: what it asks for, how much fits it now, and how much of that is new."""

    search: SavedSearch
    words: str
    count: int
    new: int


def saved_lines(user: User) -> list[SavedLine]:
    """Return a person's saved searches with their counts, what is new first."""
    searches = list(db.session.scalars(saved_searches(user)))
    if not searches:
        return []
    with_state = [search.id for search in searches if search.filters.get("state")]
    offered = visible_assets(user).with_only_columns(Asset.id).where(worth_offering(user))
    is_new = case((SavedSearchHit.found_at > SavedSearch.seen_at, 1))
    counts = (
        select(SavedSearchHit.saved_search_id, func.count(), func.count(is_new))
        .join(SavedSearch, SavedSearch.id == SavedSearchHit.saved_search_id)
        .join(Asset, Asset.id == SavedSearchHit.asset_id)
        .where(SavedSearch.user_id == user.id, SavedSearchHit.fits, Asset.id.in_(offered))
        .where(or_(Asset.state != "archived", SavedSearch.id.in_(with_state)))
        .group_by(SavedSearchHit.saved_search_id)
    )
    known = {number: (count, new) for number, count, new in db.session.execute(counts)}
    names = term_names() if any(search.filters for search in searches) else {}
    lines = [
        SavedLine(search, words_of(search.text, search.filters, names), *known.get(search.id, (0, 0)))
        for search in searches
    ]
    return sorted(lines, key=lambda line: line.new == 0)


Names = Mapping[tuple[str, str], str]


def term_names() -> dict[tuple[str, str], str]:
    """Return the names of all terms by the keys of facet and term."""
    found = select(Facet.key, Term.key, Term.name).join(Term, Term.facet_id == Facet.id)
    return {(facet, term): name for facet, term, name in db.session.execute(found)}


def words_of(text: str, filters: Filters, names: Names) -> str:
    """Say what a search asks for: “hospital” · Decks · Healthcare or Energy."""
    parts = [f"“{text}”"] if text else []
    parts += [
        " or ".join(_value_words(key, value, names) for value in values) for key, values in filters.items()
    ]
    return " · ".join(parts)


def _value_words(key: str, value: str, names: Names) -> str:
    if key == "kind":
        return kind_words(value)
    if key == "state":
        return STATE_WORDS.get(value, value)
    return names.get((key, value), value)


def address_of(search: SavedSearch, **more: object) -> str:
    """Return the address of the results of a saved search."""
    pairs = [("q", search.text)] if search.text else []
    pairs += [(key, value) for key, values in search.filters.items() for value in values]
    pairs += [(key, str(value)) for key, value in more.items()]
    return f"/library?{urlencode(pairs)}"
