"""Tying searches to the requests that they led to, and what follows for them once these are delivered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update

from portal.content_requests.models import UNWORDED, ContentRequest, Supporter
from portal.content_requests.services import ask
from portal.db import db, insert_rows, now
from portal.discovery.learning.facts import Scope, facts
from portal.discovery.learning.queries import Searched
from portal.discovery.learning.request_queries import Delivery, in_a_row, to_tie
from portal.discovery.models import RequestSearch, Search
from portal.errors import Conflict
from portal.notifications.following import followers_of
from portal.notifications.services import notify_many
from portal.users.models import User

MOST_IN_A_ROW = 5
IN_A_ROW = timedelta(minutes=10)


@dataclass(frozen=True)
class Rerun:
    """How a search did when it was run again: how much it found, and the place of what was delivered, if any."""

    search_id: int
    result_count: int
    place: int | None


def remember_with(request: ContentRequest, search: Search) -> None:
    """Tie a search to a request, with the few before and after it by which its person tried to say the same.

    These lead from one to the next, share a word with it or with the next, and nothing of them was opened.
    """
    near = {one.id: one for one in in_a_row(search, IN_A_ROW)}
    former = {one.rephrased_by_id: one for one in near.values() if one.rephrased_by_id}
    tied = {search.id}
    for one in (former.get, lambda number: near.get(near[number].rephrased_by_id or 0)):
        here = search
        while len(tied) < MOST_IN_A_ROW and here.id in near:
            there = one(here.id)
            if there is None or there.id in tied or not _share_a_word(there, here, search):
                break
            tied.add(there.id)
            here = there
    remember(request.id, tied)


def _share_a_word(one: Search, *others: Search) -> bool:
    own = set(one.words.split())
    return any(own.intersection(other.words.split()) for other in others)


def remember(request_id: int, search_ids: Iterable[int]) -> None:
    """Tie searches to a request; those that are tied already stay as they are."""
    tied = set(
        db.session.scalars(select(RequestSearch.search_id).where(RequestSearch.request_id == request_id))
    )
    new = [{"request_id": request_id, "search_id": search_id} for search_id in sorted(set(search_ids) - tied)]
    insert_rows(RequestSearch, new)


def pass_searches(from_id: int, to_id: int) -> None:
    """Tie the searches of a request to the one that it is merged into; those that are tied there stay as they are."""
    there = select(RequestSearch.search_id).where(RequestSearch.request_id == to_id)
    here = RequestSearch.request_id == from_id
    apart = {"synchronize_session": False}
    passed = update(RequestSearch).where(here, RequestSearch.search_id.not_in(there))
    db.session.execute(passed.values(request_id=to_id), execution_options=apart)
    db.session.execute(delete(RequestSearch).where(here), execution_options=apart)


def ask_for(group: Searched, scope: Scope, by: User) -> ContentRequest:
    """Turn searches in vain into a request of the one who asks, which remembers all of them, whenever they were made.

    What people typed may hold names that are not for everybody, so the request does not repeat it.
    """
    each = facts(Scope(sales_only=scope.sales_only), "gap")
    same = select(each.c.id).where(each.c.words == group.words)
    ids = list(db.session.scalars(same.order_by(each.c.id)))
    if not ids:
        raise Conflict("There is a request for these searches already.")
    request = ask(by=by, need=UNWORDED, search_id=ids[-1])
    remember(request.id, ids)
    return request


def remember_later(request_id: int | None = None) -> None:
    """Tie to a request what was searched for in vain with the same words since; to all open ones when none is named."""
    insert_rows(
        RequestSearch,
        [{"request_id": request, "search_id": search} for request, search in to_tie(request_id)],
    )


def tell_searchers(request: ContentRequest, delivery: Delivery) -> None:
    """Tell who searched in vain what was delivered, once per delivery; who joined or follows it is told anyway."""
    tied = select(RequestSearch.search_id).where(RequestSearch.request_id == request.id)
    joined = select(Supporter.user_id).where(Supporter.request_id == request.id)
    following = followers_of("request", [request.id])
    people = select(Search.user_id).join(User, User.id == Search.user_id)
    people = people.where(Search.id.in_(tied), User.status == "active")
    people = people.where(Search.user_id.not_in(joined), Search.user_id.not_in(following))
    known = {request.asked_by_id, request.assigned_to_id}
    notify_many(
        [person for person in db.session.scalars(people.distinct()) if person and person not in known],
        kind="request",
        title=f"You searched for something like this: {delivery.title}",
        address=f"/library/{delivery.slug}",
        event_key=f"request:{request.id}:searched:{delivery.closed_at:%Y%m%d%H%M%S%f}",
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


def leave_missed(request_id: int, *, leave: bool = True) -> None:
    """Say that what was delivered need not be found by the searches that miss it, or take that back."""
    missed = update(RequestSearch).where(
        RequestSearch.request_id == request_id, RequestSearch.place.is_(None)
    )
    db.session.execute(missed.values(left_at=now() if leave else None))
