"""Every page of the portal with the demo in it: a name, whose eyes, and the address."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import func, select

from portal.content_requests.models import ContentRequest, RequestDraft
from portal.db import db, now
from portal.deals.models import Account, Deal, DealImport
from portal.deals.queries import visible_deals
from portal.demo.queries import logins
from portal.discovery.models import SynonymGroup
from portal.feedback.models import ClosingAnswer, Comment, Rating, Thread
from portal.library.models import Asset, Collection, Contribution, Term, Version
from portal.notifications.models import TeamWebhook
from portal.notifications.unsubscribing import unsubscribe_token
from portal.sharing.models import ShareItem, ShareLink, Visit
from portal.sharing.services import token_of
from portal.usage.models import FirstUse, UsageEvent
from portal.users.models import Team, User


@dataclass(frozen=True)
class Shown:
    """One page to look at; `role` is whose eyes, or None for somebody who is not signed in."""

    name: str
    role: str | None
    path: str


def demo_people(app: Flask) -> dict[str, str]:
    """Return the email of one person of each role, the same that the demo offers for signing in."""
    with app.app_context():
        return {login.role: login.email for login in logins()}


def all_pages(app: Flask) -> list[Shown]:
    """Return all pages; the addresses of objects are looked up in the database."""
    with app.app_context():
        rep = db.session.scalars(select(User).where(User.email == demo_people(app)["rep"])).one()
        of_rep = [*_deal_pages(rep), *_conversation_pages(rep)]
        of_requests = [*_request_pages(), *_drafts_and_outcomes()]
        return [*_plain_pages(rep), *_library_pages(), *of_rep, *of_requests, *_admin_pages()]


def _plain_pages(rep: User) -> list[Shown]:
    return [
        Shown("sign-in", None, "/sign-in"),
        Shown("home-rep", "rep", "/"),
        Shown("home-marketer", "marketer", "/"),
        Shown("home-manager", "manager", "/"),
        Shown("home-admin", "admin", "/"),
        Shown("to-do", "marketer", "/to-do"),
        Shown("wins", "rep", "/wins"),
        Shown("profile", "rep", "/me"),
        Shown("notifications", "rep", "/notifications"),
        Shown("mails", "rep", "/me/capture"),
        Shown("mails-marketer", "marketer", "/me/capture"),
        Shown("proposals", "rep", "/me/proposals"),
        Shown("meetings", "rep", "/me/meetings"),
        Shown("proposals-none", "admin", "/me/proposals"),
        Shown("notification-choices", "rep", "/me/notifications"),
        Shown("following", "rep", "/me/following"),
        Shown("following-nothing", "admin", "/me/following"),
        Shown("unsubscribe", None, f"/unsubscribe/{unsubscribe_token(rep.id, ['mention', 'request'])}"),
        Shown("reviews", "rep", "/reviews"),
        Shown("reviews-marketer", "marketer", "/reviews"),
        Shown("links", "rep", "/links"),
        Shown("reports", "manager", "/reports"),
        Shown("report-usage", "manager", "/reports/usage"),
        Shown("report-adoption", "manager", "/reports/adoption"),
        Shown("report-coverage", "manager", "/reports/coverage"),
        Shown("report-coverage-month", "manager", "/reports/coverage?by=month"),
        Shown("report-search", "marketer", "/reports/search"),
        *(
            Shown(f"report-search-{show}", "marketer", f"/reports/search?show={show}")
            for show in ("nothing", "unopened", "rephrased", "requests")
        ),
        Shown("impact", "manager", "/impact"),
        Shown("impact-chosen", "rep", "/impact?industry=Pharmaceuticals&kind=deck&sort=-won"),
        Shown(
            "impact-too-few",
            "manager",
            "/impact?industry=Pharmaceuticals&segment=Mid&begin=2000-01-01&end=2000-02-01",
        ),
        Shown("impact-stages", "manager", "/impact/by/stages"),
        Shown("impact-kinds", "manager", "/impact/by/kinds"),
        Shown("impact-sequence", "manager", "/impact/by/sequence"),
        Shown("impact-owners", "manager", "/impact/by/owners"),
        Shown("actions", "manager", "/reports/actions"),
        Shown("actions-marketer", "marketer", "/reports/actions?region=EMEA&begin=2026-01-01"),
        *(
            Shown(f"actions-{name}", "manager", f"/reports/actions/{name}")
            for name in ("promote", "fix", "not-found", "not-trusted", "missing", "leaning")
        ),
        Shown("not-found", "rep", "/library/there-is-no-such-thing"),
        Shown("styleguide", "admin", "/styleguide"),
    ]


def _slug(*conditions: object) -> str:
    found = select(Asset.slug).join(Version, Version.id == Asset.current_version_id).where(*conditions)  # type: ignore[arg-type]
    slug = db.session.scalars(found.order_by(Asset.use_count.desc(), Asset.id)).first()
    if slug is None:
        raise LookupError(f"no content fits {' and '.join(map(str, conditions))}")
    return slug


def _library_pages() -> list[Shown]:
    deck = _slug(Asset.kind == "deck", Asset.state == "published")
    paper = _slug(Asset.kind == "case_study", Asset.state == "published")
    written = _slug(Version.source == "markdown", Asset.state == "published")
    link = _slug(Version.source == "link", Asset.state == "published")
    draft = _slug(Asset.state == "draft")
    pdf = _slug(Version.filename.endswith(".pdf"), Asset.state == "published")
    old = _slug(Asset.state == "archived")
    twice = _slug(Version.number > 1, Asset.state == "published")
    term = db.session.scalars(select(Term.id).order_by(Term.id)).first()
    rated = select(Asset.slug, Rating.id).join(Rating, Rating.asset_id == Asset.id)
    slug, rating_id = db.session.execute(rated.order_by(Rating.stars, Rating.id).limit(1)).one()
    return [
        Shown("library", "rep", "/library"),
        Shown("library-search", "rep", "/library?q=spare+parts"),
        Shown("library-nothing-found", "rep", "/library?q=zeppelin"),
        Shown("library-nothing-found-marketer", "marketer", "/library?q=zeppelin"),
        Shown("library-nothing-with-filter", "rep", "/library?q=spare+parts&kind=video"),
        Shown("library-no-word", "rep", "/library?q=(((("),
        Shown("library-not-understood", "rep", "/library?q=kind:banana+spare+parts&cut=yes"),
        Shown("library-marketer", "marketer", "/library?kind=case_study"),
        Shown("content-deck", "rep", f"/library/{deck}"),
        Shown("content-case-study", "marketer", f"/library/{paper}"),
        Shown("content-markdown", "rep", f"/library/{written}"),
        Shown("content-link", "rep", f"/library/{link}"),
        Shown("content-draft", "marketer", f"/library/{draft}"),
        Shown("content-pdf", "rep", f"/library/{pdf}"),
        Shown("content-archived", "rep", f"/library/{old}"),
        Shown("content-version", "rep", f"/library/{twice}/v/1"),
        Shown("content-compare", "marketer", f"/library/{twice}/compare"),
        Shown("content-history", "rep", f"/library/{twice}/history"),
        Shown("content-present", "rep", f"/library/{pdf}/present"),
        Shown("content-present-notes", "rep", f"/library/{deck}/present/notes?page=2"),
        Shown("content-rating", "rep", f"/library/{deck}/rating"),
        Shown("content-rating-answer", "marketer", f"/library/{slug}/ratings/{rating_id}/answer"),
        Shown("content-edit", "marketer", f"/library/{deck}/edit"),
        Shown("content-new-version", "marketer", f"/library/{deck}/versions"),
        Shown("content-dates", "marketer", f"/library/{deck}/dates"),
        Shown("review-intervals", "marketer", "/library/review-intervals"),
        Shown("content-archive", "marketer", f"/library/{deck}/archive"),
        Shown("content-ask-review", "marketer", f"/library/{draft}/review"),
        Shown("content-new", "marketer", "/library/new"),
        Shown("content-review", "marketer", "/library/review"),
        Shown("hygiene", "marketer", "/library/hygiene"),
        Shown("synonyms", "marketer", "/library/synonyms"),
        Shown("synonyms-new", "marketer", "/library/synonyms/new?add=one-pager&add=one-sheeter"),
        *_synonym_pages(),
        Shown("saved-searches", "rep", "/searches"),
        Shown("saved-searches-none", "admin", "/searches"),
        Shown("saved-search-new", "rep", "/searches/new?q=spare+parts&kind=deck"),
        Shown("vocabulary", "marketer", "/library/vocabulary"),
        Shown("vocabulary-term", "marketer", f"/library/vocabulary/terms/{term}"),
        Shown("send", "rep", f"/library/{deck}/send"),
        Shown("impact-content", "manager", f"/impact/{deck}"),
        Shown("impact-content-cells", "manager", f"/impact/{deck}?part=cells"),
        Shown("impact-content-deals", "rep", f"/impact/{deck}?part=deals"),
        Shown("impact-content-time", "manager", f"/impact/{deck}?part=quarter"),
        *_collection_pages(deck),
        *_from_sales_pages(),
    ]


def _synonym_pages() -> list[Shown]:
    group = db.session.scalars(select(SynonymGroup.id).order_by(SynonymGroup.id)).first()
    return [Shown("synonyms-edit", "marketer", f"/library/synonyms/{group}")] if group else []


def _from_sales_pages() -> list[Shown]:
    brought = select(Asset.slug).join(Contribution, Contribution.asset_id == Asset.id)
    waiting = db.session.scalar(brought.where(Asset.state == "from_sales").order_by(Asset.id))
    return [
        Shown("contribute", "rep", "/library/contribute"),
        Shown("from-sales", "marketer", "/library/from-sales"),
        Shown("from-sales-decided", "marketer", "/library/from-sales?show=decided"),
        Shown("report-from-sales", "manager", "/reports/from-sales"),
        Shown("content-from-sales", "marketer", f"/library/{waiting}"),
        Shown("from-sales-merge", "marketer", f"/library/{waiting}/merge"),
        Shown("from-sales-decline", "marketer", f"/library/{waiting}/decline"),
    ]


def _collection_pages(deck: str) -> list[Shown]:
    published = db.session.scalar(select(Collection.slug).where(Collection.published_at.is_not(None)))
    shown = [("rep", ""), ("marketer", "/edit")] if published else []
    return [
        Shown("collections", "rep", "/collections"),
        Shown("collections-own", "rep", "/collections?view=own"),
        Shown("collection-new", "rep", "/collections/new"),
        Shown("collection-add", "rep", f"/library/{deck}/collect"),
        *(
            Shown(f"collection{part.replace('/', '-')}", role, f"/collections/{published}{part}")
            for role, part in shown
        ),
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


def _deal_pages(rep: User) -> list[Shown]:
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


def _request_pages() -> list[Shown]:
    number = db.session.scalars(select(ContentRequest.id).where(ContentRequest.status == "new")).first()
    delivered = db.session.scalars(
        select(ContentRequest.id).where(ContentRequest.status == "delivered")
    ).first()
    return [
        Shown("requests", "rep", "/requests"),
        Shown("requests-board", "marketer", "/requests?as=board"),
        Shown("request-new", "rep", "/requests/new"),
        Shown(
            "request-new-found",
            "rep",
            "/requests/new?text=A+case+study+on+spreadsheets+and+carbon+of+empty+miles",
        ),
        Shown("request-open", "marketer", f"/requests/{number}"),
        Shown("request-move", "marketer", f"/requests/{number}/move"),
        Shown("request-merge", "marketer", f"/requests/{number}/merge"),
        Shown("requests-filtered", "manager", "/requests?as=board&overdue=1&maker=0"),
        Shown("request-delivered", "rep", f"/requests/{delivered}"),
    ]


def _drafts_and_outcomes() -> list[Shown]:
    """Return a request whose draft is being looked at, as it is seen from either side, and what became of another."""
    sent = db.session.scalar(select(RequestDraft.request_id).order_by(RequestDraft.review_id.desc()))
    told = db.session.scalar(select(ContentRequest.id).where(ContentRequest.outcome_told_at.is_not(None)))
    return [
        Shown("request-draft", "marketer", f"/requests/{sent}"),
        Shown("request-draft-others", "rep", f"/requests/{sent}"),
        Shown("request-outcome", "marketer", f"/requests/{told}"),
    ]


def _conversation_pages(rep: User) -> list[Shown]:
    """Return conversations with names in them, on a request and on a deal, and the page that mends own words."""
    on_request = db.session.scalars(select(Thread.request_id).where(Thread.request_id.is_not(None))).first()
    on_deal = db.session.scalars(select(Thread.deal_id).where(Thread.team_id == rep.team_id)).first()
    unresolved = select(Thread.id).where(Thread.resolved_at.is_(None))
    own = select(Comment.id).where(Comment.author_id == rep.id, Comment.thread_id.in_(unresolved))
    comment = db.session.scalars(own.order_by(Comment.id)).first()
    return [
        Shown("request-conversation", "rep", f"/requests/{on_request}"),
        Shown("deal-conversation", "rep", f"/deals/{on_deal}"),
        Shown("comment-edit", "rep", f"/comments/{comment}/edit"),
    ]


def _channel_pages() -> list[Shown]:
    told = db.session.scalar(select(TeamWebhook.team_id).order_by(TeamWebhook.team_id))
    untold = select(Team.id).where(Team.id.not_in(select(TeamWebhook.team_id))).order_by(Team.id)
    numbers = {"channel": told, "channel-new": db.session.scalar(untold)}
    return [Shown(name, "admin", f"/teams/{number}/channel") for name, number in numbers.items() if number]


def _admin_pages() -> list[Shown]:
    person = db.session.scalars(select(User.id).where(User.role == "rep")).first()
    return [
        Shown("admin-people", "admin", "/admin/users"),
        Shown("admin-person", "admin", f"/admin/users/{person}"),
        Shown("admin-new-person", "admin", "/admin/users/new"),
        Shown("admin-teams", "admin", "/admin/teams"),
        *_channel_pages(),
        Shown("admin-mail", "admin", "/admin/mail"),
        Shown("admin-hooks", "admin", "/admin/hooks"),
        Shown("admin-audit", "admin", "/admin/audit"),
        Shown("admin-demo", "admin", "/admin/demo"),
    ]
