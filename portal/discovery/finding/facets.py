"""Filters with the number of hits of each value; a filter's own choice does not count against its other values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from portal.db import db, one_of
from portal.discovery.finding.found import Choice, Group
from portal.discovery.finding.gathering import gathered
from portal.discovery.finding.wanted import Wanted
from portal.library.life.queries import STATE_WORDS, shown_state
from portal.library.models import ASSET_KINDS, Asset, Facet, Term, asset_terms
from portal.web.formatting import kind_words

KIND_WORDS = {kind: kind_words(kind) for kind in ASSET_KINDS}
_TERMS = (
    select(Facet.key, Facet.name, Term.id, Term.key, Term.name)
    .join(Term, Term.facet_id == Facet.id)
    .order_by(Facet.position, Facet.id, Term.position, Term.name)
)


def groups_of(wanted: Wanted) -> tuple[Group, ...]:
    """Return all filters that have something to choose."""
    groups = [_column_group(wanted, "kind", "Kind", _kinds(wanted), KIND_WORDS), *_term_groups(wanted)]
    if wanted.user.is_marketing:
        states = _counts(wanted, "state", shown_state())
        groups.append(_column_group(wanted, "state", "State", states, STATE_WORDS))
    return tuple(group for group in groups if group.choices)


def _term_groups(wanted: Wanted) -> list[Group]:
    rows = db.session.execute(_TERMS).all()
    counts = _term_counts(wanted, None)
    for key in {row[0] for row in rows if wanted.filters.get(row[0])}:
        own = _term_counts(wanted, key)
        counts = {**counts, **{row[2]: own.get(row[2], 0) for row in rows if row[0] == key}}
    by_facet: dict[tuple[str, str], list[Choice]] = {}
    for facet, facet_name, number, term, name in rows:
        count, is_chosen = counts.get(number, 0), term in wanted.filters.get(facet, ())
        if count or is_chosen:
            by_facet.setdefault((facet, facet_name), []).append(Choice(term, name, count, is_chosen))
    return [Group(facet, name, tuple(choices)) for (facet, name), choices in by_facet.items()]


def _term_counts(wanted: Wanted, without: str | None) -> Mapping[int, int]:
    if wanted.seen and not wanted.is_narrowed:
        own = select(asset_terms.c.term_id).where(one_of(asset_terms.c.asset_id, wanted.fitting()))
        return Counter(gathered(own))
    counts = select(asset_terms.c.term_id, func.count())
    counts = counts.where(asset_terms.c.asset_id.in_(wanted.assets(without=without)))
    return dict(db.session.execute(counts.group_by(asset_terms.c.term_id)).tuples().all())


def _kinds(wanted: Wanted) -> Mapping[str, int]:
    """Count kinds; of hits that no filter narrows they are known already."""
    if wanted.seen and not wanted.is_narrowed:
        return Counter(wanted.seen[number].kind for number in wanted.fitting())
    return _counts(wanted, "kind", Asset.kind)


def _counts(wanted: Wanted, key: str, column: Any) -> Mapping[str, int]:
    counts = select(column, func.count()).where(wanted.condition(without=key)).group_by(column)
    return dict(db.session.execute(counts).tuples().all())


def _column_group(
    wanted: Wanted, key: str, name: str, known: Mapping[str, int], words: Mapping[str, str]
) -> Group:
    chosen = set(wanted.filters.get(key, ()))
    choices = (Choice(value, word, known.get(value, 0), value in chosen) for value, word in words.items())
    return Group(key, name, tuple(choice for choice in choices if choice.count or choice.chosen))
