"""Leaning: open deals on which content stands that is about to expire."""

from __future__ import annotations

from portal.reports.actions import words
from portal.reports.actions.lines import Act, Found, Line, address
from portal.reports.actions.queries import Expiring, Leaning, leaning
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
    deals, total = leaning(user, limit, offset)
    return Found([_line(user, one) for one in deals], total)


def _line(user: User, one: Leaning) -> Line:
    deal, first = one.deal, one.pieces[0]
    account = deal.account.name if deal.account else None
    owner = deal.owner.name if deal.owner else deal.owner_name or None
    closes = f"closes {day(deal.expected_close)}" if deal.expected_close else "no expected close"
    titles = ", ".join(piece.title for piece in one.pieces)
    return Line(
        title=deal.name,
        address=f"/deals/{deal.id}",
        note=" · ".join(word for word in (account, owner, closes) if word),
        reason=words.leans_on(one.pieces),
        act=_act(user, first, deal.id),
        values=(
            *(deal.name, account, owner, deal.base_amount_minor),
            *(deal.expected_close, titles, first.expires_on),
        ),
        worth_minor=deal.base_amount_minor,
    )


def _act(user: User, piece: Expiring, deal_id: int) -> Act:
    """Marketing sets the days of content; others ask for it, with the deal that waits."""
    if user.is_marketing:
        return Act("Extend or replace it", f"/library/{piece.slug}/dates")
    # A request is read by everyone, so that the sentence does not name the deal.
    need = f"“{piece.title[:200]}” beyond {day(piece.expires_on)}: an open deal leans on it."
    return Act("Ask to extend it", address("/requests/new", like=piece.slug, need=need, deal_id=deal_id))
