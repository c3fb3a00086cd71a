"""Telling those who made content that a deal was won with it, once per person and deal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from portal.db import chunks, db, now
from portal.deals.models import Deal, DealChange
from portal.feedback.closing.used import UsedContent, used_on
from portal.home.channels import post_wins
from portal.notifications.models import TeamWebhook
from portal.notifications.services import Group, Line, tell
from portal.notifications.webhooks import post_to_teams
from portal.usage.sums import local_day
from portal.users.models import SEE_ALL_DEALS, User

# A deal that is new to the portal is news only if it was won lately; a first import brings years of them.
NEWS_FOR = timedelta(days=30)
WON = Group("win", "deals won with content of yours")


def tell_of_wins(import_id: int) -> int:
    """Tell makers of what was used on the deals that an import turned into wins, and channels; return the new lines."""
    return sum(_tell(ids, import_id) for ids in chunks(_newly_won(import_id), 500))


def _newly_won(import_id: int) -> list[int]:
    """Return the deals that are won now, and were open before this import or are new and closed lately."""
    before = DealChange.before["status"].as_string()
    is_new = DealChange.before.is_(None) & (Deal.closed_on > local_day(now()) - NEWS_FOR)
    found = select(Deal.id).join(DealChange, DealChange.deal_id == Deal.id)
    found = found.where(DealChange.import_id == import_id, Deal.status == "won")
    return list(db.session.scalars(found.where(is_new | (before == "open")).order_by(Deal.id)))


def _tell(deal_ids: list[int]) -> int:
    found = select(Deal).where(Deal.id.in_(deal_ids)).options(joinedload(Deal.owner))
    deals = list(db.session.scalars(found))
    used = used_on(deals)
    _tell_channels(deals, used)
    return tell([line for deal in deals for line in _lines(deal, used[deal.id])])


def _tell_channels(deals: Iterable[Deal], used: Mapping[int, list[UsedContent]]) -> None:
    """Tell the channel of the owner's team, all of whom see the deal, and those of teams that see every deal."""
    channels = set(db.session.scalars(select(TeamWebhook.team_id)))
    if not channels:
        return
    of_marketing = channels & _teams_of_marketing()
    for deal in deals:
        teams = of_marketing | ({deal.owner.team_id} & channels if deal.owner else set())
        titles = [one.asset.title for one in used[deal.id] if one.asset.published_at]
        with_it = f" with “{titles[0][:100]}”" if titles else ""
        more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
        post_to_teams(
            {team for team in teams if team is not None},
            kind="win",
            title=f"{_who_won(deal)} {deal.name[:100]}{with_it}{more}",
            address=f"/deals/{deal.id}",
            event_key=f"won:{deal.id}",
        )


def _teams_of_marketing() -> set[int]:
    """Return the teams with marketers in which nobody is who might not see a deal."""
    sees_all = func.min(case((User.role.in_(SEE_ALL_DEALS), 1), else_=0)) == 1
    has_marketer = func.max(case((User.role == "marketer", 1), else_=0)) == 1
    found = select(User.team_id).where(User.team_id.is_not(None), User.status == "active")
    found = found.group_by(User.team_id).having(sees_all, has_marketer)
    return {team for team in db.session.scalars(found) if team is not None}


def _who_won(deal: Deal) -> str:
    return f"{deal.owner.name[:80]} won" if deal.owner else "Won:"


def _lines(deal: Deal, used: Iterable[UsedContent]) -> list[Line]:
    """Return what is told of one deal: a line for each maker, however much of it is theirs; not for who sold it."""
    made: dict[int, list[UsedContent]] = {}
    for one in used:
        if one.maker and one.maker.status == "active" and one.maker.id != deal.owner_id:
            made.setdefault(one.maker.id, []).append(one)
    return [_line(deal, theirs) for theirs in made.values()]


def _line(deal: Deal, theirs: list[UsedContent]) -> Line:
    maker, first = theirs[0].maker, theirs[0].asset
    assert maker is not None
    more = f" and {len(theirs) - 1} more of yours" if len(theirs) > 1 else ""
    content = f"“{first.title[:100]}”{more}"
    if _sees(maker, deal):
        title, address = f"{_who_won(deal)} {deal.name[:100]} with {content}", f"/deals/{deal.id}"
    else:
        title, address = f"A deal was won with {content}", f"/library/{first.slug}"
    return Line(maker.id, "win", title, address, f"won:{deal.id}", group_key=WON.key, group_title=WON.title)


def _sees(person: User, deal: Deal) -> bool:
    """Say whether a person sees a deal, as portal.deals.queries.who_sees says in SQL."""
    mates = deal.owner is not None and person.team_id is not None and deal.owner.team_id == person.team_id
    return person.sees_all_deals or mates
