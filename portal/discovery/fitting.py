"""What content and deals have in common: the terms under which content is filed, and what the CRM says of a deal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Select, select

from portal.db import db
from portal.deals.models import Deal
from portal.library.models import Facet, Term, asset_terms

# What a matching term is worth: the stage a deal is in changes, its industry does not.
WORTH = {"industry": 3.0, "product": 2.0, "stage": 2.0, "region": 1.0}
# Content that is filed under others of these only was made for other deals.
TELLING = ("industry", "product", "region")
# No CRM says who else is in a deal, so this never fits and only warns.
AGAINST = "competitor"


def facts_of(deal: Deal) -> dict[str, str]:
    """Return what is known of a deal, else of its account, under the facets by which content is filed."""
    industry = deal.industry or (deal.account.industry if deal.account else None)
    region = deal.region or (deal.account.region if deal.account else None)
    facts = {"industry": industry, "product": deal.product, "stage": deal.stage, "region": region}
    return {key: value for key, value in facts.items() if value}


def values_of(deals: Iterable[Deal], facets: Collection[str]) -> dict[str, set[str]]:
    """Return by facet what some deals are about, folded for comparing."""
    values: dict[str, set[str]] = {}
    for deal in deals:
        for facet, value in facts_of(deal).items():
            if facet in facets:
                values.setdefault(facet, set()).add(value.casefold())
    return values


def terms_named(values: Mapping[str, Collection[str]]) -> dict[int, tuple[str, str]]:
    """Return by number the terms (facet, name) that have one of the folded values of their facet as name.

    SQLite folds only plain letters, so the few hundred names are compared here.
    """
    found = select(Term.id, Facet.key, Term.name).join(Facet, Facet.id == Term.facet_id)
    found = found.where(Facet.key.in_(values)).order_by(Facet.position, Term.position, Term.id)
    rows = db.session.execute(found).tuples() if values else ()
    return {id: (facet, name) for id, facet, name in rows if name.casefold() in values[facet]}


def terms_that_tell() -> Select[tuple[int]]:
    """Select the terms that tell which deals an asset is for."""
    return select(Term.id).join(Facet, Facet.id == Term.facet_id).where(Facet.key.in_((*WORTH, AGAINST)))


def terms_of(asset_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Return the terms (facet, name) that tell which deals an asset is for."""
    found = (
        select(asset_terms.c.asset_id, Facet.key, Term.name)
        .join(Term, Term.id == asset_terms.c.term_id)
        .join(Facet, Facet.id == Term.facet_id)
        .where(asset_terms.c.asset_id.in_(asset_ids), Facet.key.in_((*WORTH, AGAINST)))
        .order_by(Term.position, Term.id)
    )
    terms: dict[int, list[tuple[str, str]]] = {}
    for asset_id, facet, name in db.session.execute(found):
        terms.setdefault(asset_id, []).append((facet, name))
    return terms


def is_for_others(deal: Deal, terms: Iterable[tuple[str, str]]) -> bool:
    """Say whether content is filed under other industries, products or regions than the deal's only."""
    facts = facts_of(deal)
    for facet in TELLING:
        names = {name.casefold() for key, name in terms if key == facet}
        if names and facet in facts and facts[facet].casefold() not in names:
            return True
    return False


def fits_of(deal: Deal, terms: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return by facet the term under which content is filed and which is the deal's own."""
    facts = {key: value.casefold() for key, value in facts_of(deal).items()}
    return {facet: name for facet, name in terms if facts.get(facet) == name.casefold()}
