"""A portal with one of everything, and the address of each thing in it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

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

LINK_TOKEN = "t" * 43
PASSWORD_TOKEN = "p" * 43


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


def build_world(app: Any, make: Any) -> World:
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


def address_of(rule: str, things: SimpleNamespace, *, slug: str = "deck") -> str:
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
