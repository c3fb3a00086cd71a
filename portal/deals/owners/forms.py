"""Who the owners of a CRM are, as a form says it."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from portal.errors import Invalid
from portal.web import number_of

NOBODY = "nobody"


@dataclass(frozen=True)
class OwnerAnswer:
    """Who one owner of a CRM is; without a user nobody here."""

    source: str
    name: str
    email: str
    user_id: int | None


def answers_of(form: MultiDict[str, str]) -> list[OwnerAnswer]:
    """Return what a form says of each owner; one for whom nothing is chosen is left out."""
    columns = [form.getlist(field) for field in ("source", "name", "email", "person")]
    if len({len(column) for column in columns}) != 1:
        raise Invalid("The form came incomplete. Reload the page.")
    return [
        OwnerAnswer(source, name, email, None if person == NOBODY else number_of(person) or 0)
        for source, name, email, person in zip(*columns, strict=True)
        if person
    ]
