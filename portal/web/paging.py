"""Cutting a long list into pages, with the address of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import Select, func, select

from portal.db import db

PER_PAGE = 25


@dataclass(frozen=True)
class Page:
    """One page of a list: its items, its number from 1, and how many items there are in all."""

    items: Sequence[Any]
    number: int
    total: int
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        """The position of the first item shown, from 1; 0 when there is none."""
        return 0 if not self.total else (self.number - 1) * self.per_page + 1

    @property
    def last(self) -> int:
        """The position of the last item shown."""
        return min(self.total, self.number * self.per_page)


def page_number() -> int:
    """Return the page asked for in the address; anything unreadable is the first."""
    text = request.args.get("page", "1")
    return max(1, min(int(text), 100_000)) if text.isascii() and text.isdigit() else 1


def paginate(statement: Select[Any], *, per_page: int = PER_PAGE, scalars: bool = True) -> Page:
    """Run a select for the page that the address names, and count the whole."""
    total = db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    number = min(page_number(), max(1, -(-total // per_page)))
    rows = db.session.execute(statement.limit(per_page).offset((number - 1) * per_page))
    items = rows.scalars().unique().all() if scalars else rows.all()
    return Page(items, number, total, per_page)


def page_of(items: Sequence[Any], *, per_page: int = PER_PAGE) -> Page:
    """Cut the page that the address names out of a list that is ranked as a whole."""
    number = min(page_number(), max(1, -(-len(items) // per_page)))
    return Page(items[(number - 1) * per_page : number * per_page], number, len(items), per_page)
