"""Tying searches to the requests that they led to, and writing down how they do once these are delivered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import or_, select, update
from sqlalchemy.orm import aliased

from portal.content_requests.models import ContentRequest, Supporter, WaitingDeal
from portal.content_requests.services import MAX_NEED, ask
from portal.db import db, insert_rows, now
from portal.deals.models import Deal
from portal.discovery.learning.facts import Scope, facts
from portal.discovery.learning.queries import Searched
from portal.discovery.models import RequestSearch, Search
from portal.errors import Conflict
from portal.users.models import User


@dataclass(frozen=True)
class Rerun:
    """How a search did when it was run again: how much it found, and the place of what was delivered, if any."""

    search_id: int
    result_count: int
    place: int | None


def remember_with(request: ContentRequest, search: Search) -> None:
    """Tie a search to a request, with those that its person rephrased it from and as."""
    chain = (
        select(Search.id, Search.rephrased_by_id).where(Search.id == search.id).cte("chain", recursive=True)
    )
    other = aliased(Search)
    linked = or_(other.rephrased_by_id == chain.c.id, other.id == chain.c.rephrased_by_id)
    chain = chain.union(select(other.id, other.rephrased_by_id).join(chain, linked))
    remember(request.id, db.session.scalars(select(chain.c.id)))


def remember(request_id: int, search_ids: Iterable[int]) -> None:
    """Tie searches to a request; those that are tied already stay as they are."""
    tied = set(
        db.session.scalars(select(RequestSearch.search_id).where(RequestSearch.request_id == request_id))
    )
    new = [{"request_id": request_id, "search_id": search_id} for search_id in sorted(set(search_ids) - tied)]
    insert_rows(RequestSearch, new)


def ask_for(group: Searched, scope: Scope, by: User) -> ContentRequest:
    """Turn searches in vain into a request: it remembers them, and who searched and their open deals wait for it."""
    if group.request_id is not None:
        raise Conflict("There is an open request for this already.")
    need = f"Content that answers the search “{group.text}”"
    each = facts(scope, "nothing")
    same = select(each.c.id).where(each.c.words == group.words)
    ids = list(db.session.scalars(same.order_by(each.c.id)))
    request = ask(by=by, need=need if len(need) <= MAX_NEED else group.text[:MAX_NEED], search_id=ids[-1])
    remember(request.id, ids)
    _let_wait(request)
    return request


def _let_wait(request: ContentRequest) -> None:
    tied = select(RequestSearch.search_id).where(RequestSearch.request_id == request.id)
    people = select(Search.user_id).join(User, User.id == Search.user_id)
    people = people.where(Search.id.in_(tied), User.status == "active", User.id != request.asked_by_id)
    insert_rows(
        Supporter,
        [{"request_id": request.id, "user_id": user_id} for user_id in db.session.scalars(people.distinct())],
    )
    deals = select(Search.deal_id, Search.user_id).join(Deal, Deal.id == Search.deal_id)
    deals = deals.where(Search.id.in_(tied), Deal.status == "open").order_by(Search.id)
    waiting = dict(db.session.execute(deals).tuples().all())
    insert_rows(
        WaitingDeal,
        [
            {"request_id": request.id, "deal_id": deal_id, "added_by_id": user_id}
            for deal_id, user_id in waiting.items()
        ],
    )


def keep_reruns(request_id: int, reruns: Iterable[Rerun]) -> None:
    """Write down how the searches of a delivered request do now."""
    moment = now()
    rows = [
        {
            "request_id": request_id,
            "search_id": one.search_id,
            "rerun_at": moment,
            "result_count": one.result_count,
            "place": one.place,
        }
        for one in reruns
    ]
    if rows:
        db.session.execute(update(RequestSearch), rows)
