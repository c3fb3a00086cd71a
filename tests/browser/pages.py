"""Every page of the portal with the demo in it: a name, whose eyes, and the address."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import func, select

from portal.content_requests.models import ContentRequest
from portal.db import db
from portal.deals.models import Deal
from portal.library.models import Asset, Term, Version
from portal.sharing.models import ShareLink
from portal.sharing.services import token_of
from portal.usage.models import FirstUse, UsageEvent
from portal.users.models import User


@dataclass(frozen=True)
class Shown:
    """One page to look at; `role` is whose eyes, or None for somebody who is not signed in."""

    name: str
    role: str | None
    path: str


def demo_people(app: Flask) -> dict[str, str]:
    """Return the email of one person of each role: for reps the one with the most open deals."""
    with app.app_context():
        found = (
            select(User.role, User.email, func.count(Deal.id))
            .outerjoin(Deal, (Deal.owner_id == User.id) & (Deal.status == "open"))
            .where(User.status == "active", User.password_hash.is_not(None))
            .group_by(User.id)
            .order_by(func.count(Deal.id), User.id.desc())
        )
        return {role: email for role, email, _ in db.session.execute(found)}


def all_pages(app: Flask) -> list[Shown]:
    """Return all pages; the addresses of objects are looked up in the database."""
    with app.app_context():
        rep = db.session.scalars(select(User).where(User.email == demo_people(app)["rep"])).one()
        return [*_plain_pages(), *_library_pages(), *_deal_pages(rep), *_request_pages(), *_admin_pages()]


def _plain_pages() -> list[Shown]:
    return [
        Shown("sign-in", None, "/sign-in"),
        Shown("home-rep", "rep", "/"),
        Shown("home-marketer", "marketer", "/"),
        Shown("home-manager", "manager", "/"),
        Shown("home-admin", "admin", "/"),
        Shown("to-do", "marketer", "/to-do"),
        Shown("profile", "rep", "/me"),
        Shown("notifications", "rep", "/notifications"),
        Shown("links", "rep", "/links"),
        Shown("reports", "manager", "/reports"),
        Shown("report-usage", "manager", "/reports/usage"),
        Shown("report-adoption", "manager", "/reports/adoption"),
        Shown("impact", "manager", "/impact"),
        Shown("not-found", "rep", "/library/there-is-no-such-thing"),
        Shown("styleguide", "admin", "/styleguide"),
    ]


def _slug(*conditions: object) -> str:
    found = select(Asset.slug).join(Version, Version.id == Asset.current_version_id).where(*conditions)  # type: ignore[arg-type]
    return db.session.scalars(found.order_by(Asset.use_count.desc(), Asset.id)).first() or "missing"


def _library_pages() -> list[Shown]:
    deck = _slug(Asset.kind == "deck", Asset.state == "published")
    paper = _slug(Asset.kind == "case_study", Asset.state == "published")
    mail = _slug(Version.source == "markdown", Asset.state == "published")
    pdf = _slug(Version.filename.endswith(".pdf"), Asset.state == "published")
    old = _slug(Asset.state == "archived")
    term = db.session.scalars(select(Term.id).order_by(Term.id)).first()
    return [
        Shown("library", "rep", "/library"),
        Shown("library-search", "rep", "/library?q=spare+parts"),
        Shown("library-nothing-found", "rep", "/library?q=zeppelin+brochure"),
        Shown("library-marketer", "marketer", "/library?kind=case_study"),
        Shown("content-deck", "rep", f"/library/{deck}"),
        Shown("content-case-study", "marketer", f"/library/{paper}"),
        Shown("content-markdown", "rep", f"/library/{mail}"),
        Shown("content-pdf", "rep", f"/library/{pdf}"),
        Shown("content-archived", "rep", f"/library/{old}"),
        Shown("content-present", "rep", f"/library/{pdf}/present"),
        Shown("content-rating", "rep", f"/library/{deck}/rating"),
        Shown("content-edit", "marketer", f"/library/{deck}/edit"),
        Shown("content-new-version", "marketer", f"/library/{deck}/versions"),
        Shown("content-archive", "marketer", f"/library/{deck}/archive"),
        Shown("content-new", "marketer", "/library/new"),
        Shown("content-review", "marketer", "/library/review"),
        Shown("vocabulary", "marketer", "/library/vocabulary"),
        Shown("vocabulary-term", "marketer", f"/library/vocabulary/terms/{term}"),
        Shown("send", "rep", f"/library/{deck}/send"),
        Shown("impact-content", "manager", f"/impact/{deck}"),
    ]


def _deal_pages(rep: User) -> list[Shown]:
    used = select(FirstUse.deal_id).group_by(FirstUse.deal_id).order_by(func.count().desc())
    busiest = select(Deal).where(Deal.owner_id == rep.id, Deal.id.in_(used))
    deal = db.session.scalars(busiest.where(Deal.status == "open")).first()
    won = db.session.scalars(busiest.where(Deal.status == "won")).first()
    link = db.session.scalars(
        select(ShareLink).where(ShareLink.created_by_id == rep.id).order_by(ShareLink.id.desc())
    ).first()
    event = db.session.scalars(
        select(UsageEvent).where(UsageEvent.user_id == rep.id, UsageEvent.deal_id.is_not(None))
    ).first()
    shown = [Shown("deals", "rep", "/deals"), Shown("deals-import", "manager", "/deals/import")]
    if deal and won:
        shown += [Shown("deal", "rep", f"/deals/{deal.id}"), Shown("deal-won", "manager", f"/deals/{won.id}")]
    if link:
        shown += [
            Shown("link", "rep", f"/links/{link.id}"),
            Shown("buyer", None, f"/s/{token_of(link.salt)}"),
        ]
    if event:
        shown.append(Shown("use-move", "rep", f"/uses/{event.id}/move"))
    return shown


def _request_pages() -> list[Shown]:
    number = db.session.scalars(select(ContentRequest.id).where(ContentRequest.status == "new")).first()
    delivered = db.session.scalars(
        select(ContentRequest.id).where(ContentRequest.status == "delivered")
    ).first()
    return [
        Shown("requests", "rep", "/requests"),
        Shown("requests-board", "marketer", "/requests?as=board"),
        Shown("request-new", "rep", "/requests/new"),
        Shown("request-open", "marketer", f"/requests/{number}"),
        Shown("request-delivered", "rep", f"/requests/{delivered}"),
    ]


def _admin_pages() -> list[Shown]:
    person = db.session.scalars(select(User.id).where(User.role == "rep")).first()
    return [
        Shown("admin-people", "admin", "/admin/users"),
        Shown("admin-person", "admin", f"/admin/users/{person}"),
        Shown("admin-new-person", "admin", "/admin/users/new"),
        Shown("admin-teams", "admin", "/admin/teams"),
        Shown("admin-audit", "admin", "/admin/audit"),
        Shown("admin-demo", "admin", "/admin/demo"),
    ]
