"""Whom somebody said that an owner of a CRM is: looked up by all that a file says of them, or by a part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """Who an owner is here; without a user nobody, as somebody said."""

    user_id: int | None


class Said:
    """What was said of the owners of a CRM, by (name in small letters, email).

    A file that leaves the email out, or writes the name of an email in another way, means the same person, as long as
    nothing else was said of one of that name or email.
    """

    def __init__(self, said: Mapping[tuple[str, str], int | None]) -> None:
        self._whole = {key: Answer(user_id) for key, user_id in said.items()}
        self._by_email: dict[str, set[Answer]] = {}
        self._by_name: dict[str, set[Answer]] = {}
        for (name, email), answer in self._whole.items():
            if email:
                self._by_email.setdefault(email, set()).add(answer)
            if name:
                self._by_name.setdefault(name, set()).add(answer)

    def of(self, name: str, email: str) -> Answer | None:
        """Return what was said of an owner, None when nothing was."""
        if not self._whole:
            return None
        name = name.casefold()
        whole = self._whole.get((name, email))
        if whole:
            return whole
        part = self._by_email.get(email) if email else self._by_name.get(name)
        return next(iter(part)) if part and len(part) == 1 else None
