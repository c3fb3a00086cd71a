"""What marketers do to the vocabulary: the facets are given, their terms come and go."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from portal.db import db
from portal.errors import Conflict, Invalid, NotFound
from portal.jobs import enqueue
from portal.library.models import Facet, Term, asset_terms
from portal.library.slugs import slug_of
from portal.notifications.following import forget

FACETS = (
    ("industry", "Industry"),
    ("product", "Product"),
    ("persona", "Persona"),
    ("region", "Region"),
    ("language", "Language"),
    ("stage", "Stage"),
    ("competitor", "Competitor"),
)
MAX_NAME = 120


def ensure_facets() -> dict[str, Facet]:
    """Make the facets that every portal has, where they are missing, and return all by key."""
    facets = {facet.key: facet for facet in db.session.scalars(select(Facet))}
    for position, (key, name) in enumerate(FACETS):
        if key not in facets:
            facets[key] = Facet(key=key, name=name, position=position)
            db.session.add(facets[key])
    db.session.flush()
    return facets


def facet_by_key(key: str) -> Facet:
    """Return a facet by its key, or raise NotFound with the keys that there are."""
    facets = ensure_facets()
    facet = facets.get(key.strip().lower())
    if facet is None:
        raise NotFound(f"There is no filter “{key}”. There are: {', '.join(facets)}.")
    return facet


def add_term(facet: Facet, name: str) -> Term:
    """Add a term to a facet; one of that name already there is a Conflict."""
    name = _checked(name)
    if find_term(facet, name) is not None:
        raise Conflict(f"{facet.name} has “{name}” already.", field="name")
    last = db.session.scalar(select(func.max(Term.position)).where(Term.facet_id == facet.id))
    term = Term(facet_id=facet.id, key=_free_key(facet, name), name=name, position=(last or 0) + 1)
    db.session.add(term)
    db.session.flush()
    return term


def find_term(facet: Facet, text: str) -> Term | None:
    """Return a facet's term by name or key, whatever the case."""
    wanted = " ".join(text.split())
    # SQLite lowers only plain letters, so the name as written is asked for too.
    same = (func.lower(Term.name) == wanted.lower()) | (Term.name == wanted) | (Term.key == wanted.lower())
    return db.session.scalar(select(Term).where(Term.facet_id == facet.id, same).limit(1))


def term_for(facet: Facet, text: str) -> Term:
    """Return a facet's term by name, added when it is new, for what an admin brings in by command."""
    return find_term(facet, text) or add_term(facet, text)


def rename_term(term: Term, name: str) -> None:
    """Give a term another name; its key, which addresses carry, stays."""
    name = _checked(name)
    same = find_term(db.session.get_one(Facet, term.facet_id), name)
    if same is not None and same.id != term.id:
        raise Conflict(f"“{name}” is there already.", field="name")
    term.name = name
    _index_again(term)


def delete_term(term: Term) -> int:
    """Take a term out of the vocabulary and off all content that carried it; return how much did."""
    _index_again(term)
    gone = db.session.execute(delete(asset_terms).where(asset_terms.c.term_id == term.id))
    db.session.execute(delete(Term).where(Term.id == term.id))
    forget("term", term.id)
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _index_again(term: Term) -> None:
    carriers = select(asset_terms.c.asset_id).where(asset_terms.c.term_id == term.id)
    for asset_id in db.session.scalars(carriers).all():
        enqueue("index_asset", asset_id, once=True)


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= MAX_NAME:
        raise Invalid(f"A term has 1 to {MAX_NAME} characters.", field="name")
    return name


def _free_key(facet: Facet, name: str) -> str:
    base = slug_of(name, longest=60, empty="term")
    taken = set(db.session.scalars(select(Term.key).where(Term.facet_id == facet.id)))
    key, number = base, 2
    while key in taken:
        key, number = f"{base}-{number}", number + 1
    return key
