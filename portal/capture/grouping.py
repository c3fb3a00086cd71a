"""Proposals as the page shows them: together with what else the same mail, meeting or day gave rise to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal.capture.models import ProposedUse
from portal.capture.wording import DONE, because, detail
from portal.deals.models import Deal
from portal.deals.words import deal_words
from portal.usage.sums import local_day


@dataclass(frozen=True)
class Line:
    """One proposal: what was done, what is known of it, the deal chosen so far, and what is wrong with that."""

    proposal: ProposedUse
    what: str
    detail: str
    deal_id: int | None
    error: str = ""

    @property
    def waits(self) -> bool:
        return self.proposal.state == "waiting"


@dataclass(frozen=True)
class Group:
    """The proposals of one mail, meeting or day, in words."""

    words: str
    lines: list[Line] = field(default_factory=list)

    @property
    def origin_word(self) -> str:
        return {"mail": "mail", "meeting": "meeting"}.get(self.lines[0].proposal.origin, "day")

    @property
    def id(self) -> str:
        return f"proposals-{self.lines[0].proposal.id}"


def groups_of(
    proposals: Sequence[ProposedUse],
    chosen: Mapping[int, int | None] | None = None,
    errors: Mapping[int, str] | None = None,
) -> list[Group]:
    """Put proposals together in the order given; `chosen` are deals picked in the page but not confirmed yet."""
    chosen, errors = chosen or {}, errors or {}
    groups: dict[tuple[object, ...], Group] = {}
    for one in proposals:
        group = groups.setdefault(_key(one), Group(because(one)))
        group.lines.append(line_of(one, chosen.get(one.id, one.deal_id), errors.get(one.id, "")))
    return list(groups.values())


def line_of(one: ProposedUse, deal_id: int | None, error: str = "") -> Line:
    """Put one proposal in words, with the deal chosen so far."""
    return Line(one, DONE[one.kind], detail(one), deal_id if one.state == "waiting" else one.deal_id, error)


def _key(one: ProposedUse) -> tuple[object, ...]:
    if one.origin == "same_day":
        return one.origin, local_day(one.at), one.reason.get("deal_id")
    return one.origin, one.mail_id or one.meeting_id or one.id


def deal_choices(deals: Sequence[Deal], proposals: Sequence[ProposedUse]) -> list[tuple[int, str]]:
    """Return what a proposal's deal can be changed to: a person's open deals, and those that are proposed."""
    every = {deal.id: deal for deal in deals}
    every.update({one.deal.id: one.deal for one in proposals if one.deal})
    return [(deal.id, deal_words(deal)) for deal in every.values()]
