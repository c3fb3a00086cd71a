"""Nobody does what they may not: every route is walked as every role, and every object as whoever may not see it.

A route that is not in the table fails; so does a row without a route.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from portal.capture.models import Meeting
from portal.db import db, now, unit_of_work
from portal.deals.models import AccountDomain, AccountMerge, CurrencyRate, DealHook, DealImport
from portal.discovery.models import DifferentWords, SavedSearch, SynonymGroup
from portal.feedback.models import ClosingAnswer, Comment, Thread
from portal.library.models import Collection, CollectionItem, HygieneFinding
from portal.notifications.models import Mail, Notification, OutboxMessage
from portal.notifications.unsubscribing import undo_token, unsubscribe_token
from portal.users.models import PasswordLink, User
from portal.users.passwords import token_hash
from portal.users.services import open_session

PUBLIC, ALL, MARKETING, OVERSIGHT, SELLERS = "public", "all", "marketing", "oversight", "sellers"
IMPORTERS, ADMIN, ASKER, AUTHOR, OWNER = "importers", "admin", "asker", "author", "owner"
ROLES_OF = {
    PUBLIC: {"nobody", "rep", "marketer", "manager", "admin"},
    ALL: {"rep", "marketer", "manager", "admin"},
    MARKETING: {"marketer", "admin"},
    OVERSIGHT: {"marketer", "manager", "admin"},
    IMPORTERS: {"manager", "admin"},
    SELLERS: {"rep", "manager"},
    ADMIN: {"admin"},
    # The one who asked, here a rep, and marketing.
    ASKER: {"rep", "marketer", "admin"},
    AUTHOR: {"rep"},
    OWNER: {"rep"},
}
LINK_TOKEN = "t" * 43
PASSWORD_TOKEN = "p" * 43

# Method and route: who may call it. A star says that the thing itself may be missing in the world of this test
# (a picture that was never drawn, say), so that 404 is a fair answer to those who may.
TABLE = {
    "GET /": ALL,
    "GET /styleguide": ALL,
    "GET /to-do": MARKETING,
    "GET /wins": ALL,
    "GET /setup": "public*",
    "POST /setup": "public*",
    "GET /sign-in": PUBLIC,
    "POST /sign-in": PUBLIC,
    "POST /sign-out": ALL,
    "GET /health": PUBLIC,
    "GET /favicon.ico": PUBLIC,
    "GET /password/<token>": PUBLIC,
    "POST /password/<token>": PUBLIC,
    "GET /me": ALL,
    "POST /me": ALL,
    "POST /me/password": ALL,
    "GET /me/capture": ALL,
    "POST /me/capture/address": SELLERS,
    "POST /me/capture/mails": SELLERS,
    "GET /me/meetings": ALL,
    "POST /me/meetings": SELLERS,
    "POST /me/meetings/upload": SELLERS,
    "POST /me/meetings/<int:meeting_id>/remove": "all*",
    "GET /me/proposals": ALL,
    "POST /me/proposals/together": ALL,
    "POST /me/proposals/<int:proposal_id>/confirm": "all*",
    "POST /me/proposals/<int:proposal_id>/refuse": "all*",
    "POST /me/proposals/<int:proposal_id>/undo": "all*",
    "GET /notifications": ALL,
    "POST /notifications/read": ALL,
    "POST /notifications/<int:notification_id>/open": "all*",
    "GET /me/following": ALL,
    "POST /follow/<any(asset, term, request):subject>/<int:subject_id>": ALL,
    "POST /follow/<any(asset, term, request):subject>/<int:subject_id>/stop": ALL,
    # The manager is of this team, whose channel is not set up yet.
    "GET /teams/<int:team_id>/channel": IMPORTERS,
    "POST /teams/<int:team_id>/channel": IMPORTERS,
    "POST /teams/<int:team_id>/channel/test": IMPORTERS,
    "POST /teams/<int:team_id>/channel/remove": IMPORTERS,
    "GET /me/notifications": ALL,
    "POST /me/notifications": ALL,
    "GET /unsubscribe/<token>": PUBLIC,
    "POST /unsubscribe/<token>": PUBLIC,
    "POST /unsubscribe/<token>/undo": PUBLIC,
    "POST /hooks/deals": PUBLIC,
    "GET /admin/hooks": ADMIN,
    "POST /admin/hooks": ADMIN,
    "GET /admin/hooks/<int:hook_id>": ADMIN,
    "POST /admin/hooks/<int:hook_id>/revoke": ADMIN,
    "GET /admin/mail": ADMIN,
    "POST /admin/mail/again": ADMIN,
    "POST /admin/mail/<int:mail_id>/again": ADMIN,
    "GET /admin/users": ADMIN,
    "GET /admin/users/new": ADMIN,
    "POST /admin/users/new": ADMIN,
    "GET /admin/users/<int:user_id>": ADMIN,
    "POST /admin/users/<int:user_id>": ADMIN,
    "POST /admin/users/<int:user_id>/password-link": ADMIN,
    "POST /admin/users/<int:user_id>/status": ADMIN,
    "GET /admin/teams": ADMIN,
    "POST /admin/teams": ADMIN,
    "GET /admin/audit": ADMIN,
    "GET /admin/demo": "admin*",
    "POST /admin/demo/clear": "admin*",
    "GET /library": ALL,
    "GET /search/suggest": ALL,
    "GET /searches": ALL,
    "GET /searches/new": ALL,
    "POST /searches/new": ALL,
    "GET /searches/<int:search_id>": "all*",
    "POST /searches/<int:search_id>": "all*",
    "POST /searches/<int:search_id>/delete": "all*",
    "GET /library/synonyms": MARKETING,
    "GET /library/synonyms/new": MARKETING,
    "POST /library/synonyms/new": MARKETING,
    "GET /library/synonyms/<int:group_id>": MARKETING,
    "POST /library/synonyms/<int:group_id>": MARKETING,
    "POST /library/synonyms/<int:group_id>/delete": MARKETING,
    "POST /library/synonyms/different": MARKETING,
    "POST /library/synonyms/different/<int:different_id>/delete": MARKETING,
    "GET /library/suggest": ALL,
    "GET /library/new": MARKETING,
    "POST /library/new": MARKETING,
    "GET /library/review": MARKETING,
    "POST /library/review": MARKETING,
    "GET /library/review/<slug>": MARKETING,
    "GET /library/vocabulary": MARKETING,
    "POST /library/vocabulary/<key>": MARKETING,
    "GET /library/vocabulary/terms/<int:term_id>": MARKETING,
    "POST /library/vocabulary/terms/<int:term_id>": MARKETING,
    "POST /library/vocabulary/terms/<int:term_id>/delete": MARKETING,
    "GET /library/hygiene": MARKETING,
    "POST /library/hygiene/look": MARKETING,
    "POST /library/hygiene/<int:finding_id>/<mend>": MARKETING,
    "GET /library/contribute": ALL,
    "POST /library/contribute": ALL,
    "GET /library/from-sales": MARKETING,
    "GET /library/<slug>/own": "all*",
    "POST /library/<slug>/own": "all*",
    "POST /library/<slug>/own/file": "all*",
    "POST /library/<slug>/own/withdraw": "all*",
    "POST /library/<slug>/own/offer": "all*",
    "POST /library/<slug>/adopt": "marketing*",
    "GET /library/<slug>/merge": "marketing*",
    "POST /library/<slug>/merge": "marketing*",
    "GET /library/<slug>/decline": "marketing*",
    "POST /library/<slug>/decline": "marketing*",
    "GET /library/<slug>": ALL,
    "POST /library/<slug>/verify": MARKETING,
    "POST /library/<slug>/take-over": MARKETING,
    "GET /library/<slug>/dates": MARKETING,
    "POST /library/<slug>/dates": MARKETING,
    "GET /library/review-intervals": MARKETING,
    "POST /library/review-intervals": MARKETING,
    "POST /library/bulk": MARKETING,
    "POST /library/bulk/apply": MARKETING,
    "GET /library/<slug>/edit": MARKETING,
    "POST /library/<slug>/edit": MARKETING,
    "POST /library/<slug>/publish": MARKETING,
    "POST /library/<slug>/v/<int:number>/publish": "marketing*",
    "GET /library/<slug>/v/<int:number>": ALL,
    "POST /library/<slug>/v/<int:number>/restore": MARKETING,
    "GET /library/<slug>/compare": ALL,
    "GET /library/<slug>/history": ALL,
    "GET /library/<slug>/archive": MARKETING,
    "POST /library/<slug>/archive": MARKETING,
    "POST /library/<slug>/restore": MARKETING,
    "GET /library/<slug>/versions": MARKETING,
    "POST /library/<slug>/versions": MARKETING,
    "POST /library/<slug>/v/<int:number>/read-again": MARKETING,
    "POST /library/<slug>/v/<int:number>/draw-again": "marketing*",
    "GET /library/<slug>/present": ALL,
    "GET /library/<slug>/present/notes": ALL,
    "POST /library/<slug>/present": ALL,
    "POST /library/<slug>/used": ALL,
    "GET /library/<slug>/v/<int:number>/file": ALL,
    "GET /library/<slug>/v/<int:number>/pages/<int:page>.webp": "all*",
    "GET /library/<slug>/v/<int:number>/pages/<int:page>/thumb": "all*",
    "GET /library/<slug>/v/<int:number>/preview": "all*",
    "GET /library/<slug>/v/<int:number>/thumb": "all*",
    "GET /collections": ALL,
    "GET /collections/new": ALL,
    "POST /collections/new": ALL,
    # A published one in this world.
    "GET /collections/<slug>": ALL,
    "GET /collections/<slug>/edit": MARKETING,
    "POST /collections/<slug>/edit": MARKETING,
    "POST /collections/<slug>/items": MARKETING,
    "POST /collections/<slug>/items/<int:asset_id>": MARKETING,
    # A private one, which is there for its owner alone.
    "POST /collections/<slug>/publish": "marketing*",
    "POST /collections/<slug>/unpublish": MARKETING,
    "POST /collections/<slug>/propose": MARKETING,
    "POST /collections/<slug>/end-proposal": MARKETING,
    "POST /collections/<slug>/delete": MARKETING,
    "GET /library/<slug>/collect": ALL,
    "POST /library/<slug>/collect": ALL,
    "GET /library/<slug>/rating": ALL,
    "POST /library/<slug>/rating": ALL,
    "POST /library/<slug>/rating/withdraw": "all*",
    # Of content that is nobody's in this world: its owner may answer too.
    "GET /library/<slug>/ratings/<int:rating_id>/answer": MARKETING,
    "POST /library/<slug>/ratings/<int:rating_id>/answer": MARKETING,
    # What only the rep used on a deal, so that nobody else was asked.
    "POST /questions/<int:deal_id>/<slug>": "all*",
    "POST /questions/<int:deal_id>/<slug>/later": "all*",
    # Of a deal that is the rep's: nobody else says what mattered on it.
    "GET /deals/<int:deal_id>/closing": OWNER,
    "POST /deals/<int:deal_id>/closing": OWNER,
    "POST /deals/<int:deal_id>/closing/later": OWNER,
    "POST /closing/<int:answer_id>/request": MARKETING,
    "GET /closing/<int:answer_id>/join": MARKETING,
    "POST /closing/<int:answer_id>/join": MARKETING,
    "POST /closing/<int:answer_id>/leave": MARKETING,
    "GET /library/<slug>/send": ALL,
    "POST /library/<slug>/send": ALL,
    "GET /reviews": ALL,
    "GET /library/<slug>/review": MARKETING,
    "POST /library/<slug>/review": MARKETING,
    "POST /library/<slug>/review/answer": "all*",
    "POST /library/<slug>/review/withdraw": "marketing*",
    "POST /library/<slug>/approve": MARKETING,
    "POST /library/<slug>/threads": ALL,
    "POST /requests/<int:request_id>/threads": ALL,
    "POST /deals/<int:deal_id>/threads": ALL,
    "GET /people/suggest": ALL,
    "POST /threads/<int:thread_id>/comments": ALL,
    "POST /threads/<int:thread_id>/resolve": ASKER,
    "POST /threads/<int:thread_id>/reopen": ASKER,
    "GET /comments/<int:comment_id>/edit": AUTHOR,
    "POST /comments/<int:comment_id>/edit": AUTHOR,
    "POST /comments/<int:comment_id>/remove": ASKER,
    "GET /links": ALL,
    "GET /links/<int:link_id>": ALL,
    "POST /links/<int:link_id>/revoke": ALL,
    "GET /deals/<int:deal_id>/links": ALL,
    "GET /s/<token>": PUBLIC,
    "GET /s/<token>/<int:piece>/file": PUBLIC,
    "GET /s/<token>/<int:piece>/preview": "public*",
    "GET /s/<token>/<int:piece>/pages/<int:page>.webp": "public*",
    "GET /s/<token>/<int:piece>/pages/<int:page>/thumb": "public*",
    "GET /s/<token>/seen/<key>.gif": PUBLIC,
    "GET /s/<token>/enter": PUBLIC,
    "POST /s/<token>/enter/password": PUBLIC,
    "POST /s/<token>/enter/email": PUBLIC,
    "POST /s/<token>/times": PUBLIC,
    "GET /deals": ALL,
    "GET /deals/suggest": ALL,
    "GET /deals/choose": ALL,
    "POST /deals/working": ALL,
    "GET /deals/<int:deal_id>": ALL,
    "GET /deals/<int:deal_id>/content": ALL,
    "GET /deals/crm/<source>/<path:external_id>": ALL,
    "GET /deals/import": IMPORTERS,
    "POST /deals/import": IMPORTERS,
    "GET /deals/import/<int:import_id>": IMPORTERS,
    "POST /deals/import/<int:import_id>/again": IMPORTERS,
    "POST /deals/import/<int:import_id>/apply": IMPORTERS,
    "GET /deals/import/<int:import_id>/undo": IMPORTERS,
    "POST /deals/import/<int:import_id>/undo": IMPORTERS,
    "GET /deals/import/<int:import_id>/columns": IMPORTERS,
    "POST /deals/import/<int:import_id>/columns": IMPORTERS,
    "POST /deals/import/<int:import_id>/sheet": IMPORTERS,
    "GET /deals/stages": IMPORTERS,
    "POST /deals/stages": IMPORTERS,
    "GET /deals/rates": IMPORTERS,
    "POST /deals/rates": ADMIN,
    "POST /deals/rates/<int:rate_id>/remove": ADMIN,
    "GET /deals/owners": IMPORTERS,
    "POST /deals/owners": IMPORTERS,
    "GET /deals/owners/choose": "importers*",
    "GET /deals/accounts": IMPORTERS,
    "GET /deals/accounts/<int:account_id>": IMPORTERS,
    "GET /deals/accounts/<int:account_id>/with/<int:other_id>": IMPORTERS,
    # They name no accounts here, which is answered with 404.
    "POST /deals/accounts/merge": "importers*",
    "POST /deals/accounts/two": "importers*",
    "POST /deals/accounts/merges/<int:merge_id>/undo": IMPORTERS,
    "POST /deals/accounts/<int:account_id>/domains": IMPORTERS,
    "POST /deals/accounts/<int:account_id>/domains/<int:domain_id>/remove": IMPORTERS,
    "GET /uses/<int:event_id>/move": ALL,
    "POST /uses/<int:event_id>/move": ALL,
    "POST /uses/<int:event_id>/remove": ALL,
    "GET /requests": ALL,
    "GET /requests/new": ALL,
    "POST /requests/new": ALL,
    "GET /requests/<int:request_id>": ALL,
    "POST /requests/<int:request_id>/support": ALL,
    "POST /requests/<int:request_id>/withdraw": ALL,
    "POST /requests/<int:request_id>/reopen": ASKER,
    "POST /requests/<int:request_id>/take": MARKETING,
    "POST /requests/<int:request_id>/start": MARKETING,
    "POST /requests/<int:request_id>/complete": MARKETING,
    "POST /requests/<int:request_id>/decline": MARKETING,
    "GET /requests/<int:request_id>/move": MARKETING,
    "POST /requests/<int:request_id>/move": MARKETING,
    "POST /requests/<int:request_id>/assign": MARKETING,
    "GET /requests/<int:request_id>/merge": MARKETING,
    "POST /requests/<int:request_id>/merge": MARKETING,
    "GET /requests/<int:request_id>/merge/suggest": MARKETING,
    "POST /requests/<int:request_id>/deliver": MARKETING,
    "POST /requests/<int:request_id>/draft": MARKETING,
    "GET /requests/<int:request_id>/content": MARKETING,
    "GET /impact": ALL,
    "GET /impact/<slug>": ALL,
    "GET /impact/by/kinds": ALL,
    "GET /impact/by/sequence": ALL,
    "GET /impact/by/owners": ALL,
    "GET /impact/deals/<int:deal_id>": ALL,
    "GET /impact/by/stages": ALL,
    "GET /impact/export.<any(csv, xlsx, docx):ending>": "all*",
    "POST /impact/compute": OVERSIGHT,
    "GET /reports": ALL,
    "GET /reports/usage": ALL,
    "GET /reports/usage.<any(csv, xlsx, docx):ending>": ALL,
    "GET /reports/coverage": OVERSIGHT,
    "GET /reports/coverage.<any(csv, xlsx, docx):ending>": OVERSIGHT,
    "GET /reports/adoption": OVERSIGHT,
    "GET /reports/adoption.<any(csv, xlsx, docx):ending>": OVERSIGHT,
    "GET /reports/from-sales": OVERSIGHT,
    "GET /reports/actions": OVERSIGHT,
    "GET /reports/actions/<any('promote', 'fix', 'not-found', 'not-trusted', 'missing', 'leaning'):name>": OVERSIGHT,
    "GET /reports/actions/<any('promote', 'fix', 'not-found', 'not-trusted', 'missing', 'leaning'):name>"
    ".<any(csv, xlsx, docx):ending>": OVERSIGHT,
    "GET /reports/search": OVERSIGHT,
    "GET /reports/search.<any(csv, xlsx, docx):ending>": OVERSIGHT,
    "POST /reports/search/request": "oversight*",
    "POST /requests/<int:request_id>/searches": OVERSIGHT,
    "POST /requests/<int:request_id>/searches/left": MARKETING,
    "GET /reports/from-sales.<any(csv, xlsx, docx):ending>": OVERSIGHT,
}


@dataclass
class World:
    """A portal with one of everything, which each check finds as it was made."""

    app: Any
    people: dict[str, User]
    tokens: dict[str, str]
    things: SimpleNamespace

    def restore(self) -> None:
        data = self.app.config["DATA_DIR"]
        with self.app.app_context():
            db.engine.dispose()
        for leftover in ("tandem.db-wal", "tandem.db-shm"):
            (data / leftover).unlink(missing_ok=True)
        shutil.copyfile(data / "world.db", data / "tandem.db")

    def client(self, who: str) -> Any:
        client = self.app.test_client()
        if who != "nobody":
            with client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = self.tokens[who], True
        return client


@pytest.fixture
def world(app, make) -> World:
    north, south = make.team("North"), make.team("South")
    people = {
        "rep": make.user("rep", team=north),
        "mate": make.user("rep", team=north),
        "stranger": make.user("rep", team=south),
        "marketer": make.user("marketer"),
        "manager": make.user("manager", team=north),
        "admin": make.user("admin"),
    }
    rep = people["rep"]
    asset, draft = (
        make.asset("Deck", slug="deck"),
        make.asset("Draft", slug="draft", state="draft", owner=people["marketer"]),
    )
    marketer_id = people["marketer"].id
    collection = make.store(
        Collection(slug="deck", name="First meeting", owner_id=marketer_id, published_at=now())
    )
    make.store(
        CollectionItem(collection_id=collection.id, asset_id=asset.id, position=1),
        Collection(slug="draft", name="Not ready", owner_id=marketer_id),
    )
    archived = make.asset("Old", slug="old", state="archived", published_at=now(), archived_at=now())
    deal = make.deal(owner=rep, external_id="X1", name="Quiet deal")
    won = make.deal(owner=rep, status="won", external_id="X3", name="Quiet win")
    said = make.store(ClosingAnswer(deal_id=won.id, user_id=rep.id, unanswered="Quiet objection"))
    request = make.request(people["mate"], deals=(deal,))
    closed = make.request(rep, status="declined", decline_reason="No", closed_at=now())
    link = make.link(asset, rep, token=LINK_TOKEN, deal=deal)
    event = make.use(asset, rep, kind="sent", deal=deal)
    term = make.facet("industry").terms[0]
    rating = make.rating(asset, people["mate"], 2)
    finding = make.store(HygieneFinding(kind="no_owner", asset_id=asset.id))
    message = make.store(
        OutboxMessage(recipient_id=rep.id, event_key="e", kind="request", title="T", address="/requests")
    )
    notice = make.store(
        Notification(user_id=rep.id, message_id=message.id, kind="request", title="T", address="/requests")
    )
    mail = make.store(Mail(user_id=rep.id, message_id="<m@x>", mail_time="now", state="failed"))
    saved = make.store(SavedSearch(user_id=rep.id, name="Quiet search", text="deck"))
    synonyms = make.store(SynonymGroup(phrases=["deck", "slides"]))
    different = make.store(DifferentWords(one="deck", other="pump", typed="deck", instead="pump"))
    imported = make.store(
        DealImport(kind="deals", source="csv", filename="deals.csv", state="refused", created_by_id=None)
    )
    account = make.account("Quiet Co")
    merged = make.account("Quiet Company", merged_into_id=account.id)
    thread, resolved = (
        make.store(Thread(asset_id=asset.id, created_by_id=rep.id, **fields))
        for fields in ({}, {"resolved_at": now(), "resolved_by_id": rep.id})
    )
    comment = make.store(Comment(thread_id=thread.id, author_id=rep.id, body="Quiet words"))
    private = _private_threads(make, people["stranger"], asset, request)
    make.store(
        PasswordLink(
            user_id=rep.id, token_hash=token_hash(PASSWORD_TOKEN), expires_at=now().replace(year=2099)
        )
    )
    rate = make.store(CurrencyRate(currency="EUR", valid_from=date(2026, 1, 1), rate_nano=1))
    other = make.account("Quiet firm")
    domain = make.store(AccountDomain(account_id=account.id, domain="quiet.example"))
    merge = make.store(AccountMerge(account_id=merged.id, into_id=account.id, deal_ids=[]))
    hook = make.store(DealHook(key="k", source="csv", name="Workflow", salt="s"))
    proposal = make.proposal(asset, rep, deal=deal)
    with app.app_context(), unit_of_work():
        unsubscribe, undo = unsubscribe_token(rep.id, ["request"]), undo_token(rep.id, {"request": "now"})
        tokens = {who: open_session(db.session.get_one(User, user.id)) for who, user in people.items()}
    with app.app_context():
        db.session.connection().exec_driver_sql("SELECT 1")
        db.session.remove()
        with db.engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    data = app.config["DATA_DIR"]
    shutil.copyfile(data / "tandem.db", data / "world.db")
    things = SimpleNamespace(
        asset=asset,
        draft=draft,
        archived=archived,
        deal=deal,
        won=won,
        said=said,
        request=request,
        closed=closed,
        link=link,
        event=event,
        term=term,
        finding=finding,
        rating=rating,
        proposal=proposal,
        meeting=make.store(
            Meeting(user_id=rep.id, uid="1", title="Demo", starts_at=now(), ends_at=now(), domains=[])
        ),
        notice=notice,
        team=north,
        mail=mail,
        unsubscribe=unsubscribe,
        undo=undo,
        saved=saved,
        synonyms=synonyms,
        different=different,
        imported=imported,
        rate=rate,
        account=account,
        other=other,
        domain=domain,
        merge=merge,
        hook=hook,
        thread=thread,
        resolved=resolved,
        comment=comment,
        private=private,
    )
    return World(app, people, tokens, things)


def _private_threads(make: Any, member: User, asset: Any, request: Any) -> dict[str, Comment]:
    """Let a team talk among itself about content, a request and a deal; return what is said by the page."""
    deal = make.deal(owner=member, external_id="X2", name="Their deal")
    subjects = {
        f"/library/{asset.slug}": {"asset_id": asset.id},
        f"/requests/{request.id}": {"request_id": request.id},
        f"/deals/{deal.id}": {"deal_id": deal.id},
    }
    said = {}
    for page, subject in subjects.items():
        thread = make.store(Thread(team_id=member.team_id, created_by_id=member.id, **subject))
        said[page] = make.store(Comment(thread_id=thread.id, author_id=member.id, body="Among South"))
    return said


def _address(rule: str, things: SimpleNamespace, *, slug: str = "deck") -> str:
    values = {
        "unsubscribe/<token>/undo": f"unsubscribe/{things.undo}/undo",
        "unsubscribe/<token>": f"unsubscribe/{things.unsubscribe}",
        "<token>": PASSWORD_TOKEN if rule.startswith("/password") else LINK_TOKEN,
        "<slug>": "draft"
        if "/review/" in rule or rule.endswith("/publish")
        else "old"
        if rule.endswith("/restore")
        else slug,
        "<key>": "industry" if "vocabulary" in rule else "abc",
        "<source>": "csv",
        "<path:external_id>": "X1",
        "<int:number>": "1",
        "<int:page>": "1",
        "<int:piece>": "1",
        "<int:asset_id>": str(things.asset.id),
        "<any(asset, term, request):subject>": "asset",
        "<int:subject_id>": str(things.asset.id),
        "<int:team_id>": str(things.team.id),
        "<any(csv, xlsx, docx):ending>": "csv",
        "<any('promote', 'fix', 'not-found', 'not-trusted', 'missing', 'leaning'):name>": "promote",
        "<int:user_id>": str(things.deal.owner_id),
        "<int:search_id>": str(things.saved.id),
        "<int:group_id>": str(things.synonyms.id),
        "<int:different_id>": str(things.different.id),
        "<int:notification_id>": str(things.notice.id),
        "<int:proposal_id>": str(things.proposal.id),
        "<int:meeting_id>": str(things.meeting.id),
        "<int:finding_id>": str(things.finding.id),
        "<int:rating_id>": str(things.rating.id),
        "<mend>": "owner",
        "<int:term_id>": str(things.term.id),
        "<int:mail_id>": str(things.mail.id),
        "<int:account_id>": str(things.account.id),
        "<int:other_id>": str(things.other.id),
        "<int:domain_id>": str(things.domain.id),
        "<int:merge_id>": str(things.merge.id),
        "<int:hook_id>": str(things.hook.id),
        "<int:rate_id>": str(things.rate.id),
        "<int:link_id>": str(things.link.id),
        "<int:deal_id>": str((things.won if "/closing" in rule else things.deal).id),
        "<int:answer_id>": str(things.said.id),
        "<int:import_id>": str(things.imported.id),
        "<int:event_id>": str(things.event.id),
        "<int:thread_id>": str((things.resolved if rule.endswith("/reopen") else things.thread).id),
        "<int:comment_id>": str(things.comment.id),
        "<int:request_id>": str(things.closed.id if rule.endswith("/reopen") else things.request.id),
    }
    for name, value in values.items():
        rule = rule.replace(name, value)
    return rule


def _routes(app: Any) -> set[str]:
    return {
        f"{method} {rule}"
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_is_in_the_table_and_every_row_has_its_route(app):
    routes = _routes(app)
    assert routes - TABLE.keys() == set()
    assert TABLE.keys() - routes == set()


def test_each_route_lets_in_whom_it_should_and_nobody_else(world):
    wrong = []
    for row, access in TABLE.items():
        method, rule = row.split(" ", 1)
        allowed = ROLES_OF[access.rstrip("*")]
        for who in ("nobody", "rep", "marketer", "manager", "admin"):
            world.restore()
            answer = world.client(who).open(_address(rule, world.things), method=method)
            signed_out = answer.status_code in (302, 303) and answer.location.startswith("/sign-in")
            if rule == "/sign-out":
                signed_out = who == "nobody"
            if who in allowed:
                refused = answer.status_code in (401, 403, 405) or (signed_out and access != PUBLIC)
                missing = answer.status_code == 404 and not access.endswith("*")
                if refused or missing or answer.status_code >= 500:
                    wrong.append(f"{row} refused {who}: {answer.status_code} {answer.location or ''}")
            elif not (signed_out if who == "nobody" else answer.status_code == 403):
                wrong.append(f"{row} let in {who}: {answer.status_code}")
    assert wrong == []


# What a rep of another team, a rep of the same team, and people without a sign-in get when they name an object.
HIDDEN_FROM_STRANGERS = (
    *("GET /deals/<int:deal_id>", "GET /deals/crm/<source>/<path:external_id>", "GET /links/<int:link_id>"),
    *("GET /deals/<int:deal_id>/links", "GET /impact/deals/<int:deal_id>"),
    *("GET /deals/<int:deal_id>/content", "POST /deals/<int:deal_id>/threads"),
    *(
        "POST /links/<int:link_id>/revoke",
        "POST /uses/<int:event_id>/remove",
        "GET /uses/<int:event_id>/move",
    ),
    *("POST /uses/<int:event_id>/move", "POST /notifications/<int:notification_id>/open"),
    "POST /me/meetings/<int:meeting_id>/remove",
    *(f"POST /me/proposals/<int:proposal_id>/{verb}" for verb in ("confirm", "refuse", "undo")),
    *("POST /questions/<int:deal_id>/<slug>", "POST /questions/<int:deal_id>/<slug>/later"),
    *("GET /deals/<int:deal_id>/closing", "POST /deals/<int:deal_id>/closing"),
    "POST /deals/<int:deal_id>/closing/later",
    *(
        "GET /searches/<int:search_id>",
        "POST /searches/<int:search_id>",
        "POST /searches/<int:search_id>/delete",
    ),
)


@pytest.mark.parametrize("row", HIDDEN_FROM_STRANGERS)
def test_what_is_not_shared_with_a_rep_of_another_team_does_not_exist_for_them(world, row):
    method, rule = row.split(" ", 1)
    assert world.client("stranger").open(_address(rule, world.things), method=method).status_code == 404


def test_a_deal_is_seen_by_its_team_but_a_notification_only_by_its_person(world):
    assert world.client("mate").get(f"/deals/{world.things.deal.id}").status_code == 200
    assert world.client("mate").post(f"/notifications/{world.things.notice.id}/open").status_code == 404


@pytest.mark.parametrize("who", ["rep", "mate", "marketer", "manager", "admin"])
def test_a_private_thread_of_another_team_exists_for_nobody_whatever_their_role(world, who):
    client, wrong = world.client(who), []
    rows = [row for row in TABLE if "<int:thread_id>" in row or "<int:comment_id>" in row]
    for page, comment in world.things.private.items():
        if "Among South" in client.get(page).text:
            wrong.append(page)
        ids = {"<int:thread_id>": str(comment.thread_id), "<int:comment_id>": str(comment.id)}
        for method, rule in (row.split(" ", 1) for row in rows):
            for name, value in ids.items():
                rule = rule.replace(name, value)
            status = client.open(rule, method=method, data={"body": "Let me in"}).status_code
            if status != 404:
                wrong.append(f"{method} {rule}: {status}")
    assert wrong == []
    assert len(rows) >= 6


def test_a_private_thread_is_read_by_its_team(world):
    client = world.client("stranger")
    assert all("Among South" in client.get(page).text for page in world.things.private)


def test_a_draft_of_others_does_not_exist_for_a_rep_at_any_address(world):
    slug_rows = [row for row, access in TABLE.items() if "<slug>" in row and access.rstrip("*") == ALL]
    wrong = []
    for row in slug_rows:
        method, rule = row.split(" ", 1)
        world.restore()
        status = (
            world.client("rep").open(_address(rule, world.things, slug="draft"), method=method).status_code
        )
        if status != 404:
            wrong.append(f"{row}: {status}")
    assert wrong == []


def test_the_name_of_a_hidden_deal_stands_on_no_page_of_a_stranger(world):
    client = world.client("stranger")
    pages = [
        "/",
        "/deals",
        "/deals?show=all",
        "/deals/suggest?q=quiet",
        "/requests",
        f"/requests/{world.things.request.id}",
    ]
    pages += [
        "/library/deck",
        "/links",
        "/impact",
        "/reports/usage",
        "/search/suggest?q=quiet",
        "/library?q=quiet",
    ]
    pages += ["/wins", "/impact/deck"]
    for page in pages:
        for hidden in ("Quiet deal", "Quiet win", "Quiet objection"):
            assert hidden not in client.get(page).text, page
