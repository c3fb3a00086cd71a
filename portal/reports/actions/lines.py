"""Lines: what every list is made of, and the addresses that its buttons lead to."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from portal.library.models import Asset
from portal.reports.table import Value

# A request's sentence takes 500 characters; a title may have 300.
MOST_OF_TITLE = 200


@dataclass(frozen=True)
class Act:
    """The one button of a row: a link to a form that is filled in, or with `fields` what is posted."""

    label: str
    address: str
    fields: dict[str, str] | None = None


@dataclass(frozen=True)
class Line:
    """One row: what it is about, why it is here, what to do, and its values for the columns of the list's Table."""

    title: str
    address: str
    note: str
    reason: str
    act: Act
    values: tuple[Value, ...]
    sentence: str = ""
    verdict: str = ""
    worth_minor: int | None = None


@dataclass(frozen=True)
class Found:
    """The lines asked for, how many there are in all, and what to say instead where there can't be any."""

    lines: list[Line] = field(default_factory=list)
    total: int = 0
    nothing: str = ""


def address(path: str, **arguments: str | int | None) -> str:
    """Return an address with those of the arguments that are given."""
    given = {name: value for name, value in arguments.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path


def short_title(asset: Asset) -> str:
    """Return a title that leaves room for a sentence around it."""
    title = asset.title
    return title if len(title) <= MOST_OF_TITLE else f"{title[: MOST_OF_TITLE - 1]}…"


def ask_about(label: str, asset: Asset, need: str, *, deal_id: int | None = None) -> Act:
    """Return the button that opens a request about content, with the sentence and maybe the deal filled in."""
    return Act(label, address("/requests/new", like=asset.slug, need=need, deal_id=deal_id))
