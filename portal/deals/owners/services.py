"""Saying who an owner of a CRM is, and giving them the deals."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select, update

from portal.db import db, now
from portal.deals.models import CrmOwner, Deal, DealChange, ImportedRow
from portal.deals.owners.queries import said_email, said_name, spellings
from portal.deals.referring import held
from portal.errors import Invalid
from portal.jobs import enqueue
from portal.users.models import User
from portal.users.services import audit


def say_owner(source: str, name: str, email: str, user_id: int | None, by: User) -> int | None:
    """Keep who an owner of a CRM is, or that it is nobody here, and give them the deals that name this owner.

    Returns how many deals changed hands, or None when the same was said before.
    """
    written = spellings(source, name, email)
    if not written:
        raise Invalid(
            f"No deal of {source[:40]} names {(name or email)[:80]} as its owner any more.", field="person"
        )
    user = db.session.get(User, user_id) if user_id is not None else None
    if user_id is not None and (user is None or user.status == "placeholder"):
        raise Invalid(f"Choose a person for {(name or email)[:80]}.", field="person")
    is_new = _keep(source, written, email, user, by)
    theirs = (Deal.source == source, said_email == email, said_name.in_(written))
    before = set(db.session.scalars(select(Deal.owner_id).where(*theirs).distinct()))
    if not is_new and before == {user_id}:
        return None
    others = Deal.owner_id.is_distinct_from(user_id)
    moving = update(Deal).where(*theirs, others).values(owner_id=user_id, changed_at=now())
    moved = db.session.execute(moving, execution_options={"synchronize_session": False})
    _forget_placeholders(owner for owner in before if owner is not None and owner != user_id)
    count = int(moved.rowcount)  # type: ignore[attr-defined]
    said: dict[str, object] = {"is": user.name if user else "nobody here", "source": source, "deals": count}
    audit(by, "matched an owner", (name or email)[:200], said)
    enqueue("compute_impact", once=True)
    return count


def _keep(source: str, names: Iterable[str], email: str, user: User | None, by: User) -> bool:
    """Write down who an owner is, under every spelling; say whether that is news."""
    found = select(CrmOwner).where(CrmOwner.source == source, CrmOwner.email == email)
    known = {row.name: row for row in db.session.scalars(found)}
    is_new = False
    for name in names:
        row = known.get(name)
        if row is None:
            row = CrmOwner(source=source, name=name, email=email)
        elif row.user_id == (user.id if user else None):
            continue
        row.user_id, row.matched_by_id, row.matched_at = user.id if user else None, by.id, now()
        db.session.add(row)
        is_new = True
    db.session.flush()
    return is_new


def _forget_placeholders(user_ids: Iterable[int]) -> None:
    """Remove those who stood in for an owner and to whom nothing refers any more, not even what an undo puts back."""
    for user_id in user_ids:
        user = db.session.get_one(User, user_id)
        if user.status != "placeholder":
            continue
        kept = select(DealChange.id).where(DealChange.before["owner_id"].as_integer() == user_id).limit(1)
        itself = select(User.id).where(User.id == user_id)
        if db.session.scalar(held("users", itself, {}).limit(1)) or db.session.scalar(kept):
            continue
        # Its number may become another's, whom undoing the import must not take away.
        noted = delete(ImportedRow).where(ImportedRow.table_name == "users", ImportedRow.row_id == user_id)
        db.session.execute(noted)
        db.session.delete(user)
        db.session.flush()


def give_again(source: str) -> None:
    """Give the deals of a CRM to whom somebody said that their owners are, where an undo gave them to others."""
    said = (CrmOwner.source == source) & (CrmOwner.name == said_name) & (CrmOwner.email == said_email)
    person = select(CrmOwner.user_id).where(said).correlate(Deal).scalar_subquery()
    is_said = select(CrmOwner.id).where(said).correlate(Deal).exists()
    theirs = update(Deal).where(Deal.source == source, is_said, Deal.owner_id.is_distinct_from(person))
    db.session.execute(theirs.values(owner_id=person), execution_options={"synchronize_session": False})
