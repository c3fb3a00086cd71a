"""The pages of deals, of their links and accounts, and of imports, with the demo in them."""

from __future__ import annotations

from urllib.parse import urlencode

from sqlalchemy import func, select

from portal.db import db, now
from portal.deals.models import Account, Deal, DealImport
from portal.deals.queries import visible_deals
from portal.feedback.models import ClosingAnswer
from portal.sharing.models import ShareItem, ShareLink, Visit
from portal.sharing.services import token_of
from portal.usage.models import FirstUse, UsageEvent
from portal.users.models import User
from tests.browser.shown import Shown


def deal_pages(rep: User) -> list[Shown]:
    used = select(FirstUse.deal_id).group_by(FirstUse.deal_id).order_by(func.count().desc())
    busiest = select(Deal).where(Deal.owner_id == rep.id, Deal.id.in_(used))
    deal = db.session.scalars(busiest.where(Deal.status == "open")).first()
    won = db.session.scalars(busiest.where(Deal.status == "won")).first()
    link = db.session.scalars(
        select(ShareLink)
        .where(ShareLink.created_by_id == rep.id, ~ShareLink.asks_email, ShareLink.password_hash.is_(None))
        .order_by(ShareLink.id.desc())
    ).first()
    seen = visible_deals(rep).with_only_columns(Deal.id).order_by(None)
    own = select(UsageEvent).where(UsageEvent.user_id == rep.id, UsageEvent.deal_id.in_(seen))
    event = db.session.scalars(own.order_by(UsageEvent.id.desc())).first()
    asked = select(ClosingAnswer.id).where(ClosingAnswer.unanswered != "", ClosingAnswer.settled_at.is_(None))
    waiting = db.session.scalars(asked.order_by(ClosingAnswer.id).limit(1)).all()
    if not (deal and won and link and event):
        raise LookupError("the rep has no open deal, no won deal, no link or no use on a deal")
    return [
        Shown("deals", "rep", "/deals"),
        Shown("deals-import", "manager", "/deals/import"),
        *_columns_pages(),
        Shown("deals-stages", "manager", "/deals/stages"),
        Shown("deals-rates", "admin", "/deals/rates"),
        Shown("deals-rates-manager", "manager", "/deals/rates"),
        Shown("deals-owners", "manager", "/deals/owners"),
        Shown("deals-owners-matched", "manager", "/deals/owners?show=matched"),
        *_owner_pages(),
        *_account_pages(),
        Shown("deal", "rep", f"/deals/{deal.id}"),
        Shown("impact-deal", "rep", f"/impact/deals/{deal.id}"),
        Shown("deal-content", "rep", f"/deals/{deal.id}/content"),
        Shown("library-with-deal", "rep", f"/library?q=spare+parts&deal_id={deal.id}"),
        Shown("deal-won", "manager", f"/deals/{won.id}"),
        Shown("deal-closing", "rep", f"/deals/{won.id}/closing"),
        *(Shown("closing-join", "marketer", f"/closing/{answer}/join") for answer in waiting),
        Shown("link", "rep", f"/links/{link.id}"),
        Shown("buyer", None, f"/s/{token_of(link.salt)}"),
        *_links_with_pieces(),
        Shown("use-move", "rep", f"/uses/{event.id}/move"),
    ]


def _links_with_pieces() -> list[Shown]:
    """A link with several pieces that was read, asks for an email and still opens: all who see its deal."""
    several = select(ShareItem.link_id).where(ShareItem.position == 2)
    read = select(Visit.link_id).where(Visit.seen_at.is_not(None))
    found = select(ShareLink).where(
        ShareLink.id.in_(several), ShareLink.id.in_(read), ShareLink.expires_at > now(), ShareLink.asks_email
    )
    link = db.session.scalars(found.order_by(ShareLink.id.desc())).first()
    if link is None:
        return []
    return [
        Shown("link-with-pieces", "manager", f"/links/{link.id}"),
        Shown("deal-links", "manager", f"/deals/{link.deal_id}/links"),
        Shown("buyer-gate", None, f"/s/{token_of(link.salt)}/enter"),
    ]


def _columns_pages() -> list[Shown]:
    """Look at the columns of a file that waits for it, where there is one."""
    waiting = select(DealImport.id).where(DealImport.state == "mapping").order_by(DealImport.id.desc())
    found = db.session.scalars(waiting.limit(1)).all()
    applied = select(DealImport.id).where(DealImport.state == "applied").order_by(DealImport.id.desc())
    done = db.session.scalars(applied.limit(1)).all()
    return [
        *(Shown("import-columns", "manager", f"/deals/import/{one}/columns") for one in found),
        *(Shown("import-undo", "manager", f"/deals/import/{one}/undo") for one in done),
    ]


def _owner_pages() -> list[Shown]:
    named = select(Deal.source, Deal.owner_name, Deal.owner_email).where(Deal.owner_name.is_not(None))
    first = db.session.execute(named.order_by(Deal.id).limit(1)).all()
    asked = [urlencode({"source": one, "name": name, "email": email or ""}) for one, name, email in first]
    return [Shown("deals-owner-choose", "manager", f"/deals/owners/choose?{query}") for query in asked]


def _account_pages() -> list[Shown]:
    """The lists of accounts, one account, one that was merged where there is one, and two beside each other."""
    one, other = db.session.scalars(select(Account.id).where(Account.merged_into_id.is_(None)).limit(2))
    merged = select(Account.id).where(Account.merged_into_id.is_not(None)).order_by(Account.id)
    return [
        Shown("accounts", "manager", "/deals/accounts"),
        Shown("accounts-all", "manager", "/deals/accounts?view=all"),
        Shown("accounts-merged", "manager", "/deals/accounts?view=merged"),
        Shown("accounts-domain", "manager", "/deals/accounts?q=nobody-has.example"),
        Shown("account", "manager", f"/deals/accounts/{one}?with=a"),
        Shown("accounts-pair", "manager", f"/deals/accounts/{one}/with/{other}"),
        *(
            Shown("account-merged", "manager", f"/deals/accounts/{each}")
            for each in db.session.scalars(merged.limit(1))
        ),
    ]
