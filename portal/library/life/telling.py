"""Telling the owners of content, ahead of time and once, that it is to be looked at or expires; and who becomes one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from portal.db import now
from portal.library.life.dates import today
from portal.library.life.queries import DueDate, due_dates
from portal.library.models import Asset
from portal.notifications.services import Line, notify, tell, told_of
from portal.users.access import MARKETING
from portal.users.models import User
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

    def key_of(self, one: DueDate) -> str:
        """The event of being told of one of them."""
        return f"{self.kind}:{one.asset_id}:{self.day}:{self.step}"


def tell_of_dates() -> int:
    """Tell owners of what is due in four weeks, in two, or today or before, each step once; return how many lines."""
    groups = [
        *_groups("review", due_dates(Asset.review_by)),
        *_groups("expiry", due_dates(Asset.expires_on)),
    ]
    told = told_of({group.key_of(one) for group in groups for one in group.due})
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
        checks = one.owner_role in MARKETING
        others = () if owner_id and checks else marketers
        recipients[key] = tuple(dict.fromkeys(((owner_id,) if owner_id else ()) + others))
    for (day, step, owner_id), group in together.items():
        yield _Group(kind, day, step, owner_id, recipients[day, step, owner_id], tuple(group))


def _lines(group: _Group, told: set[tuple[int, str]]) -> Iterator[Line]:
    """Tell each of them of what they were not told yet: what comes to a day later, or to them, is told then."""
    for person in group.recipients:
        fresh = [one for one in group.due if (person, group.key_of(one)) not in told]
        together = len(fresh) > MOST_LINES
        if together:
            words = _words(group, f"{len(fresh):,} pieces of content", many=True)
            # What makes them a line is its pieces: each of them is in one such line only.
            in_sales = person == group.owner_id and fresh[0].owner_role not in MARKETING
            address = "/library" if in_sales else "/to-do#due"
            yield Line(person, "life", words, address, f"many:{group.key_of(fresh[0])}")
        for one in fresh:
            words = _words(group, f"“{_short(one.title)}”", many=False)
            yield Line(
                person, "life", words, f"/library/{one.slug}", group.key_of(one), is_shown=not together
            )


def tell_new_owner(assets: Sequence[Asset], owner: User | None, by: User) -> None:
    """Tell somebody in one line that another gave them content to look after."""
    if not assets or owner is None or not owner.is_active or owner.id == by.id:
        return
    many = len(assets) > 1
    what = f"{len(assets):,} pieces of content" if many else f"“{_short(assets[0].title)}”"
    notify(
        recipient_id=owner.id,
        kind="life",
        title=f"{by.name[:60]} gave you {what} to look after.",
        address=f"/library/{assets[0].slug}"
        if not many
        else "/to-do#due"
        if owner.is_marketing
        else "/library",
        event_key=f"owner:{assets[0].id}:{now().isoformat()}",
    )


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
