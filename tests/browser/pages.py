"""Every page of the portal with the demo in it: a name, whose eyes, and the address."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from portal.content_requests.models import ContentRequest, RequestDraft
from portal.db import db
from portal.demo.queries import logins
from portal.discovery.models import SynonymGroup
from portal.feedback.models import Comment, Rating, Thread
from portal.library.models import Asset, Collection, Contribution, Term, Version
from portal.notifications.models import TeamWebhook
from portal.notifications.unsubscribing import unsubscribe_token
from portal.users.models import Team, User
from tests.browser.deal_pages import deal_pages
from tests.browser.shown import Shown


def demo_people(app: Flask) -> dict[str, str]:
    """Return the email of one person of each role, the same that the demo offers for signing in."""
    with app.app_context():
        return {login.role: login.email for login in logins()}


def all_pages(app: Flask) -> list[Shown]:
    """Return all pages; the addresses of objects are looked up in the database."""
    with app.app_context():
        rep = db.session.scalars(select(User).where(User.email == demo_people(app)["rep"])).one()
        of_rep = [*deal_pages(rep), *_conversation_pages(rep)]
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
        Shown("impact-owners-chosen", "rep", "/impact/by/owners?industry=Pharmaceuticals"),
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
