"""Things for tests to act on, stored in the portal's database: make.deal(owner=rep, status="won")."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from flask import Flask

from portal.capture.models import ProposedUse
from portal.content_requests.models import ContentRequest, Supporter, WaitingDeal
from portal.content_requests.worth import score_requests
from portal.db import db, now, unit_of_work
from portal.deals.models import Account, Deal, StageEntry
from portal.discovery.models import RequestSearch, Search
from portal.feedback.models import Rating
from portal.impact.models import ImpactSnapshot
from portal.impact.services import compute_figures, store_figures
from portal.library.models import Asset, Facet, Page, Term, Version
from portal.sharing.models import ShareItem, ShareLink
from portal.tabular.currencies import minor_units
from portal.usage.models import FirstUse, UsageEvent
from portal.users.models import Team, User
from portal.users.passwords import hash_password

Row = TypeVar("Row")
PASSWORD = "correct horse battery"


class Make:
    """Factories bound to one portal; each call commits, and returns a detached row."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._numbers = itertools.count(1)

    def store(self, *items: Row) -> Row:
        """Store rows in one transaction and return the first."""
        with self.app.app_context(), unit_of_work():
            db.session.add_all(items)
            db.session.flush()
        return items[0]

    def inside(self, function: Callable[[], Row]) -> Row:
        """Run a function (a service, say) in a unit of work of its own."""
        with self.app.app_context(), unit_of_work():
            return function()

    def figures(self) -> ImpactSnapshot:
        """Work out the impact figures of all that there is."""
        return self.inside(lambda: store_figures(compute_figures()))

    def team(self, name: str = "") -> Team:
        return self.store(Team(name=name or f"Team {next(self._numbers)}"))

    def user(
        self, role: str = "rep", *, team: Team | None = None, password: str | None = None, **fields: Any
    ) -> User:
        number = next(self._numbers)
        fields.setdefault("name", f"{role.title()} Person {number}")
        fields.setdefault("email", f"{role}{number}@example.com")
        user = User(role=role, team_id=team.id if team else None, **fields)
        if password:
            with self.app.app_context():
                user.password_hash = hash_password(password)
        return self.store(user)

    def facet(self, key: str = "industry", terms: tuple[str, ...] = ("Healthcare", "Energy")) -> Facet:
        facet = Facet(key=key, name=key.title())
        facet.terms = [Term(key=name.lower(), name=name, position=i) for i, name in enumerate(terms)]
        return self.store(facet)

    def asset(
        self,
        title: str = "",
        *,
        pages: tuple[str, ...] = ("Some text.",),
        kind: str = "deck",
        state: str = "published",
        terms: tuple[Term, ...] = (),
        owner: User | None = None,
        **fields: Any,
    ) -> Asset:
        """A Markdown asset whose one version has been read; published unless said otherwise."""
        number = next(self._numbers)
        title = title or f"Asset {number}"
        fields.setdefault("slug", f"asset-{number}")
        if state == "published":
            fields.setdefault("published_at", now())
        with self.app.app_context(), unit_of_work():
            asset = Asset(title=title, kind=kind, state=state, owner_id=owner.id if owner else None, **fields)
            asset.terms = [db.session.get_one(Term, term.id) for term in terms]
            version = Version(
                number=1,
                source="markdown",
                body="\n\n".join(pages),
                state="indexed",
                preview_kind="html",
                preview_html="".join(f"<p>{text}</p>" for text in pages),
                page_count=len(pages),
                character_count=sum(map(len, pages)),
                created_by_id=owner.id if owner else None,
                published_at=now() if fields.get("published_at") else None,
            )
            version.pages = [Page(number=i, text=text) for i, text in enumerate(pages, 1)]
            asset.versions = [version]
            db.session.add(asset)
            db.session.flush()
            asset.current_version_id = version.id
        return asset

    def account(self, name: str = "", **fields: Any) -> Account:
        name = name or f"Company {next(self._numbers)}"
        return self.store(Account(name=name, key=name.casefold(), **fields))

    def deal(
        self, *, owner: User | None = None, status: str = "open", amount: int | None = 10_000, **fields: Any
    ) -> Deal:
        """A deal of the source csv; `amount` in whole units of its currency, USD unless said otherwise."""
        number = next(self._numbers)
        stage = {"open": "Proposal", "won": "Closed Won", "lost": "Closed Lost"}[status]
        minor = None if amount is None else minor_units(amount, fields.get("currency", "USD"))
        today = now().date()
        defaults: dict[str, Any] = {
            "source": "csv",
            "external_id": f"D{number}",
            "name": f"Deal {number}",
            "stage": stage,
            "created_on": today - timedelta(days=60),
            "currency": "USD",
            "closed_on": None if status == "open" else today - timedelta(days=3),
            "expected_close": today + timedelta(days=20) if status == "open" else None,
        }
        deal = Deal(
            owner_id=owner.id if owner else None,
            status=status,
            amount_minor=minor,
            base_amount_minor=minor,
            size_minor=minor,
            size_amount_minor=minor,
            size_currency=None if minor is None else fields.get("currency", "USD"),
            **(defaults | fields),
        )
        return self.store(deal)

    def stage(self, deal: Deal, stage: str, entered_on: date) -> StageEntry:
        return self.store(StageEntry(deal_id=deal.id, stage=stage, entered_on=entered_on))

    def use(
        self,
        asset: Asset,
        user: User,
        *,
        kind: str = "viewed",
        deal: Deal | None = None,
        at: datetime | None = None,
        **fields: Any,
    ) -> UsageEvent:
        """A use as stored; the first use of its deal is kept too."""
        moment = at or now()
        defaults = {"deal_id": deal.id if deal else None, "deal_known_by": "named" if deal else None}
        event = UsageEvent(
            at=moment,
            user_id=user.id,
            asset_id=asset.id,
            version_id=asset.current_version_id,
            kind=kind,
            **(defaults | fields),
        )
        self.store(event)
        if deal:
            with self.app.app_context(), unit_of_work():
                first = db.session.get(FirstUse, (asset.id, deal.id))
                if first is None:
                    db.session.add(FirstUse(asset_id=asset.id, deal_id=deal.id, first_at=moment))
                else:
                    first.first_at, first.uses = min(first.first_at, moment), first.uses + 1
        return event

    def proposal(
        self, asset: Asset, user: User, *, deal: Deal | None = None, kind: str = "sent", **fields: Any
    ) -> ProposedUse:
        """A use that is proposed to its person, out of a mail unless said otherwise."""
        defaults = {"origin": "mail", "origin_key": f"mail:{next(self._numbers)}", "reason": {}, "at": now()}
        return self.store(
            ProposedUse(
                user_id=user.id,
                kind=kind,
                asset_id=asset.id,
                version_id=asset.current_version_id,
                deal_id=deal.id if deal else None,
                **(defaults | fields),
            )
        )

    def rating(self, asset: Asset, user: User, stars: int = 4, **fields: Any) -> Rating:
        return self.store(
            Rating(
                asset_id=asset.id, version_id=asset.current_version_id, user_id=user.id, stars=stars, **fields
            )
        )

    def request(
        self,
        asked_by: User,
        need: str = "A case study about hospitals",
        *,
        deals: tuple[Deal, ...] = (),
        **fields: Any,
    ) -> ContentRequest:
        request = self.store(ContentRequest(need=need, asked_by_id=asked_by.id, **fields))
        self.store(
            Supporter(request_id=request.id, user_id=asked_by.id),
            *(WaitingDeal(request_id=request.id, deal_id=deal.id, added_by_id=asked_by.id) for deal in deals),
            *(
                RequestSearch(request_id=request.id, search_id=number)
                for number in (request.search_id,)
                if number
            ),
        )
        if "waiting_minor" not in fields:
            self.inside(lambda: score_requests([request.id]))
        return request

    def search(
        self, user: User, text: str = "hospital case study", *, results: int = 0, **fields: Any
    ) -> Search:
        fields.setdefault("words", text.lower())
        return self.store(
            Search(
                key=f"search{next(self._numbers)}",
                user_id=user.id,
                text=text,
                result_count=results,
                **fields,
            )
        )

    def link(
        self,
        asset: Asset,
        by: User,
        *,
        others: tuple[Asset, ...] = (),
        token: str = "t" * 43,
        deal: Deal | None = None,
        **fields: Any,
    ) -> ShareLink:
        fields.setdefault("expires_at", now() + timedelta(days=30))
        pieces = [
            ShareItem(position=place, asset_id=piece.id, version_id=piece.current_version_id)
            for place, piece in enumerate((asset, *others), 1)
        ]
        return self.store(
            ShareLink(
                token_hash=hashlib.sha256(token.encode()).hexdigest(),
                salt="s",
                items=pieces,
                created_by_id=by.id,
                deal_id=deal.id if deal else None,
                **fields,
            )
        )
