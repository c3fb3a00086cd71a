"""What a thread can be about, so that one set of code serves content, requests and deals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from portal.content_requests.models import ContentRequest
from portal.content_requests.queries import request_or_404
from portal.db import db
from portal.deals.models import Deal
from portal.deals.queries import visible_deal, who_sees
from portal.errors import NotFound
from portal.feedback.models import Thread
from portal.library.models import Asset
from portal.library.queries import may_open, reachable_assets
from portal.users.models import User

About = Asset | ContentRequest | Deal


@dataclass(frozen=True)
class Subject:
    """One thing that is talked about: what it is called, where its page is, and who looks after it.

    `people` are told of all that is said in public and may resolve it: the owner, or who asked and who makes it.
    """

    about: About
    title: str
    address: str
    people: frozenset[int]
    begin_address: str

    @property
    def asset(self) -> Asset | None:
        return self.about if isinstance(self.about, Asset) else None

    @property
    def kind(self) -> str:
        return {Asset: "content", ContentRequest: "request", Deal: "deal"}[type(self.about)]


def subject_of(about: About) -> Subject:
    """Say of content, a request or a deal what its conversations need to know."""
    if isinstance(about, Asset):
        title, address, people = about.title, f"/library/{about.slug}", {about.owner_id}
    elif isinstance(about, ContentRequest):
        title, address = about.need, f"/requests/{about.id}"
        people = {about.asked_by_id, about.assigned_to_id}
    else:
        title, address, people = about.name, f"/deals/{about.id}", {about.owner_id}
    known = frozenset(person for person in people if person is not None)
    return Subject(about, title, address, known, f"{address}/threads")


def subject_of_thread(thread: Thread) -> Subject:
    """Return what a thread is about, whoever asks: for work that acts for the portal itself."""
    if thread.asset_id is not None:
        return subject_of(db.session.get_one(Asset, thread.asset_id))
    if thread.request_id is not None:
        return subject_of(db.session.get_one(ContentRequest, thread.request_id))
    return subject_of(db.session.get_one(Deal, thread.deal_id))


def visible_subject(user: User, thread: Thread) -> Subject:
    """Return what a thread is about, or raise NotFound where the person may not see that."""
    if thread.request_id is not None:
        return subject_of(request_or_404(thread.request_id))
    if thread.deal_id is not None:
        return subject_of(visible_deal(user, thread.deal_id))
    asset = db.session.scalar(reachable_assets(user).where(Asset.id == thread.asset_id))
    if asset is None:
        raise NotFound
    return subject_of(asset)


def those_who_see(subject: Subject, people: Iterable[User]) -> list[User]:
    """Return those of some people who see what is talked about, in one statement unless it is not for everyone yet."""
    about, asked = subject.about, list(people)
    if isinstance(about, ContentRequest) or (isinstance(about, Asset) and about.is_live):
        return asked
    if isinstance(about, Asset):
        return [person for person in asked if may_open(person, about)]
    seeing = set(db.session.scalars(select(User.id).where(who_sees(about))))
    return [person for person in asked if person.id in seeing]
