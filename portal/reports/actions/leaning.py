"""Leaning: open deals on which content stands that is about to expire."""

from __future__ import annotations

from sqlalchemy import Select, select

from portal.deals.models import Deal
from portal.deals.queries import open_deals_of, visible_deals
from portal.reports.actions import words
from portal.reports.actions.lines import MOST_OF_TITLE, Act, Found, Line, address
from portal.reports.actions.queries import Leaning, leaning
from portal.reports.table import Column
from portal.users.models import User
from portal.web.formatting import day

COLUMNS = (
    Column("deal", "Deal", "text", "An open deal."),
    Column("account", "Account", "text", "Whose deal it is."),
    Column("owner", "Owner", "text", "Who owns the deal."),
    Column("amount", "Amount", "money", "What the deal is worth, where that is known."),
    Column("close", "Expected close", "date", "When it is expected to close."),
    Column("content", "Leans on", "text", "Content used on it, or sent by a link that still opens."),
    Column("expires", "Expires", "date", "When the first of it expires."),
)


def lean(user: User, limit: int, offset: int) -> Found:
    """List the open deals a person may see that lean on content about to expire."""
    return _found(user, visible_deals(user), limit, offset)


def lean_own(user: User, limit: int) -> Found:
    """List a person's own open deals that do."""
    return _found(user, open_deals_of(user), limit, 0)


def lean_one(user: User, deal: Deal) -> Line | None:
    """Return what is said of one deal, if it does."""
    lines = _found(user, select(Deal).where(Deal.id == deal.id), 1, 0).lines if deal.is_worked_on else []
    return lines[0] if lines else None


def _found(user: User, deals: Select[tuple[Deal]], limit: int, offset: int) -> Found:
    found, total = leaning(user, deals, limit, offset)
    return Found([_line(user, one) for one in found], total)


def _line(user: User, one: Leaning) -> Line:
    deal = one.deal
    account = deal.account.name if deal.account else None
    owner = deal.owner.name if deal.owner else deal.owner_name or None
    closes = f"closes {day(deal.expected_close)}" if deal.expected_close else "no expected close"
    titles = ", ".join(piece.title for piece in one.pieces)
    first = one.pieces[0]
    return Line(
        title=deal.name,
        address=f"/deals/{deal.id}",
        note=" · ".join(word for word in (account, owner, closes) if word),
        reason=words.leans_on(one.pieces),
        act=_act(user, one),
        values=(
            *(deal.name, account, owner, deal.base_amount_minor),
            *(deal.expected_close, titles, first.expires_on),
        ),
        worth_minor=deal.base_amount_minor,
    )


def _act(user: User, one: Leaning) -> Act:
    """Marketing sets the days of content; others ask for it, with the deal that waits, once for each piece."""
    if user.is_marketing:
        it = "it" if len(one.pieces) == 1 else "the first"
        return Act(f"Extend or replace {it}", f"/library/{one.pieces[0].slug}/dates")
    piece = next((piece for piece in one.pieces if piece.request_id is None), None)
    if piece is None:
        return Act("Asked for: see the request", f"/requests/{one.pieces[0].request_id}")
    it = "it" if len(one.pieces) == 1 else "the first" if piece is one.pieces[0] else "the next"
    # A request is read by everyone, so that the sentence does not name the deal.
    need = f"“{piece.title[:MOST_OF_TITLE]}” beyond {day(piece.expires_on)}: an open deal leans on it."
    return Act(
        f"Ask to extend {it}", address("/requests/new", like=piece.slug, need=need, deal_id=one.deal.id)
    )
