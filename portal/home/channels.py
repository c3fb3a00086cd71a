"""Telling channels that deals were won: sellers' teams all of it, teams that made the content nothing of the deal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.deals.models import Deal
from portal.feedback.closing.used import UsedContent
from portal.notifications.webhooks import post_to_teams

# An import that brings more wins of a team than this is told in one message.
MOST_APART = 5
MOST_NAMED = 3


@dataclass(frozen=True)
class _News:
    """One win as the members of a team may all know of it."""

    deal_id: int
    title: str
    address: str


def post_wins(deals: Sequence[Deal], used: Mapping[int, Sequence[UsedContent]], *, import_id: int) -> None:
    """Let the channels of the teams that sold these deals, and made what was used on them, be told of them."""
    news: dict[int, list[_News]] = {}
    for deal in deals:
        # What is not everybody's to see is not named where a whole channel reads it.
        live = [one for one in used[deal.id] if one.asset.is_live]
        seller = deal.owner.team_id if deal.owner else None
        if seller is not None:
            news.setdefault(seller, []).append(_for_seller(deal, live))
        made: dict[int, list[UsedContent]] = {}
        for one in live:
            if one.maker and one.maker.team_id and one.maker.team_id != seller:
                made.setdefault(one.maker.team_id, []).append(one)
        for team, theirs in made.items():
            title, address = f"A deal was won with {_content(theirs)}", f"/library/{theirs[0].asset.slug}"
            news.setdefault(team, []).append(_News(deal.id, title, address))
    for team, wins in news.items():
        _post(team, wins, import_id)


def _for_seller(deal: Deal, live: Sequence[UsedContent]) -> _News:
    by = f" by {deal.owner.name[:80]}" if deal.owner else ""
    content = f", with {_content(live)}" if live else ""
    return _News(deal.id, f"Won{by}: {deal.name[:80]}{content}", f"/deals/{deal.id}")


def _content(used: Sequence[UsedContent]) -> str:
    more = f" and {len(used) - 1} more" if len(used) > 1 else ""
    return f"“{used[0].asset.title[:80]}”{more}"


def _post(team_id: int, wins: Sequence[_News], import_id: int) -> None:
    if len(wins) > MOST_APART:
        title = (
            f"{len(wins)} deals were won. {'; '.join(one.title[:80] for one in wins[:MOST_NAMED])}; and more"
        )
        key = f"won:import:{import_id}"
        post_to_teams([team_id], kind="win", title=title, address="/", event_key=key)
        return
    for one in wins:
        key = f"won:{one.deal_id}"
        post_to_teams([team_id], kind="win", title=one.title, address=one.address, event_key=key)
