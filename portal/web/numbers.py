"""Numbers as they come in addresses and forms: whatever is none, or none that a table can hold, is told apart."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter, ValidationError

# The largest row number that SQLite and PostgreSQL know has 19 digits; nobody has that many rows.
MOST_DIGITS = 18


class Number(IntegerConverter):
    """A row's number in an address; one that no table can hold leads nowhere, as any unknown one does."""

    def to_python(self, value: str) -> int:
        number = number_of(value)
        if number is None:
            raise ValidationError
        return number


def number_of(text: str | None) -> int | None:
    """Return what somebody sent as a row's number, or None when it is none."""
    if not text or len(text) > MOST_DIGITS or not (text.isascii() and text.isdigit()):
        return None
    return int(text)
