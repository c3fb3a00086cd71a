"""Telling the owners of content, ahead of time and once, that it is to be looked at or expires."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from portal.library.life.dates import today
from portal.library.life.queries import DueDate, due_dates
from portal.library.models import Asset
from portal.notifications.services import Line, events_told, tell
from portal.users.queries import active_users
from portal.web.formatting import day as day_words

# More than so many with the same day are told in one line: an import gives thousands the same day.
MOST_LINES = 5
MOST_TITLE = 180


@dataclass(frozen=True)
class _Group:
    """What the same people are told of one day at one step; `owner_id` is None where the marketers are told."""

    kind: str
    day: date
    step: int
    owner_id: int | None
    recipients: tuple[int, ...]
    due: tuple[DueDate, ...]

    @property
    def key(self) -> str:
        """The event of being told of all of them in one line."""
        return f"{self.kind}:many:{self.owner_id or 'all'}:{self.day}:{self.step}"

    def key_of(self, one: DueDate) -> str:
        """The event of being told of one of them."""
        return f"{self.kind}:{one.asset_id}:{self.day}:{self.step}"


def tell_of_dates() -> int:
    """Tell owners of what is due in four weeks, in two, or today or before, each step once; return how many lines."""
    groups = [
        *_groups("review", due_dates(Asset.review_by)),
        *_groups("expiry", due_dates(Asset.expires_on)),
    ]
    told = events_told({key for group in groups for key in (group.key, *map(group.key_of, group.due))})
    return tell([line for group in groups for line in _lines(group, told)])


def _groups(kind: str, due: Sequence[DueDate]) -> Iterator[_Group]:
    """Put together what the same people are told of the same day."""
    marketers = tuple(person.id for person in active_users("marketer") or active_users("admin"))
    together: dict[tuple[date, int, int | None], list[DueDate]] = {}
    recipients: dict[tuple[date, int, int | None], tuple[int, ...]] = {}
    for one in due:
        owner_id = one.owner_id if one.owner_status == "active" else None
        key = (one.day, one.step, owner_id)
        together.setdefault(key, []).append(one)
        # An owner in sales can't check content, so somebody who can is told too.
        checks = one.owner_role in ("marketer", "admin")
        others = () if owner_id and checks else marketers
        recipients[key] = tuple(dict.fromkeys(((owner_id,) if owner_id else ()) + others))
    for (day, step, owner_id), group in together.items():
        yield _Group(kind, day, step, owner_id, recipients[day, step, owner_id], tuple(group))


def _lines(group: _Group, told: set[str]) -> Iterator[Line]:
    if group.key in told:
        return
    fresh = [one for one in group.due if group.key_of(one) not in told]
    for person in group.recipients:
        if len(fresh) > MOST_LINES:
            words = _words(group, f"{len(fresh):,} pieces of content", many=True)
            yield Line(person, "life", words, "/to-do#due", group.key)
            continue
        for one in fresh:
            words = _words(group, f"“{_short(one.title)}”", many=False)
            yield Line(person, "life", words, f"/library/{one.slug}", group.key_of(one))


def _short(title: str) -> str:
    return title if len(title) <= MOST_TITLE else f"{title[: MOST_TITLE - 1]}…"


def _words(group: _Group, what: str, *, many: bool) -> str:
    day = day_words(group.day)
    they, right = ("them", "Are they still right?") if many else ("it", "Is it still right?")
    if group.kind == "expiry" and group.day <= today():
        return f"{what} expired on {day}. Sales can't find {they} any more."
    if group.kind == "expiry":
        return f"{what} {'expire' if many else 'expires'} on {day}. {right}"
    if group.day <= today():
        return f"{what} {'were' if many else 'was'} to be looked at by {day}. {right}"
    return f"Please look at {what} by {day}. {right}"
