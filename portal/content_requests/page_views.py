"""The page of one request, whichever form on it is being answered."""

from __future__ import annotations

from typing import Any

from flask import Response, g

from portal.content_requests.delivering import delivery_word
from portal.content_requests.draft_queries import (
    deliverable_first,
    draft_panel,
    sendable_drafts,
)
from portal.content_requests.drafts import question_about
from portal.content_requests.forms import CompleteForm
from portal.content_requests.history import steps_of
from portal.content_requests.merging import merged_into
from portal.content_requests.models import ContentRequest
from portal.content_requests.outcome import outcome_of
from portal.content_requests.queries import begun_for, like_of, request_or_404
from portal.content_requests.worth_queries import waiting_for
from portal.db import db, give_up
from portal.deals.queries import open_deals_of, working_deal
from portal.deals.words import deal_choices
from portal.discovery.finding.wanted import matching
from portal.discovery.learning.request_queries import (
    RequestSearches,
    lines_of,
    searchers_of,
    searches_of,
    typed_for,
)
from portal.errors import Conflict
from portal.feedback.closing.queries import behind_request, words_behind
from portal.feedback.queries import rated_since
from portal.feedback.threads.queries import thread_panel
from portal.jobs import pending
from portal.library.models import Asset
from portal.notifications.following import follows
from portal.users.access import OVERSIGHT, me
from portal.web import render
from portal.web.formatting import kind_words

# How many of the best hits, and how many of the newest, are offered before somebody types.
MOST_FITTING, MOST_OFFERED = 5, 30
# The fields of the forms that hold words of somebody's own.
TYPED = ("reason", "word", "question")


def request_page(asked: ContentRequest, *, status: int = 200, **forms: Any) -> Response:
    """Show a request; forms that were refused come along with what was typed."""
    complete_form = forms.pop("complete_form", None) or _as_it_is(asked)
    may_deliver = me().is_marketing and asked.is_open
    waiting = waiting_for(asked, me())
    return render(
        "content_requests/show.html",
        block="searches",
        **_searches(asked, searches_of([asked.id]).get(asked.id)),
        asked=asked,
        parts=merged_into(asked),
        like=like_of(asked, me()),
        waiting=waiting,
        deals=_own_deals() if asked.is_open and not waiting.joined else [],
        steps=steps_of(asked),
        is_followed=follows(me().id, "request", asked.id),
        threads=thread_panel(asked, me()),
        buyers_asked=behind_request(asked.id, me()),
        complete_form=complete_form,
        draft=draft_panel(asked, me()),
        **(_to_deliver(asked, forms) if may_deliver else {}),
        **_delivered(asked),
        status=status,
        **forms,
    )


def meanwhile_page(asked: ContentRequest, error: Conflict, **forms: Any) -> Response:
    """Show a request as it is now, why nothing was done to it, and the forms with what was typed in them."""
    give_up()
    asked = request_or_404(asked.id)
    lost = {name: form[field].data for name, form in forms.items() for field in TYPED if field in form}
    # What was typed into a form that the page does not have any more is repeated in words.
    told = next(
        (words for name, words in lost.items() if asked.is_open == (name == "reopen_form")),
        None,
    )
    return request_page(asked, status=error.status, meanwhile=error.message, lost=told, **forms)


def _as_it_is(asked: ContentRequest) -> CompleteForm:
    """Return what is known of a request; what was typed or said is offered where nobody has put it into words yet."""
    form = CompleteForm(None, obj=asked)
    if not asked.is_worded and me().is_marketing:
        said = words_behind([asked.id]).get(asked.id, "")
        form.need.data = said or typed_for([asked.id]).get(asked.id, "")
    return form


def _to_deliver(asked: ContentRequest, forms: dict[str, Any]) -> dict[str, Any]:
    """Return what a request can be answered with: what was begun for it first, then what fits its words."""
    begun = begun_for(asked)
    # What was begun for it is what will be delivered; then nothing else is looked for.
    is_sought = asked.is_worded and not begun
    fitting = (matching(me(), asked.need, {}).ids or ())[:MOST_FITTING] if is_sought else ()
    offered = {asset.id: (asset, "Begun for this request") for asset in begun}
    live = {
        number: line for number, line in offered.items() if line[0].is_live and line[0].current_version_id
    }
    for asset in deliverable_first(fitting, limit=MOST_OFFERED):
        note = "Fits what is needed" if asset.id in fitting else kind_words(asset.kind)
        live.setdefault(asset.id, (asset, note))
    drafts = {number: line for number, line in offered.items() if not line[0].is_live}
    for asset in sendable_drafts(limit=MOST_OFFERED):
        drafts.setdefault(asset.id, (asset, kind_words(asset.kind)))
    deliver_form, draft_form = forms.get("deliver_form"), forms.get("draft_form")
    return {
        "begun": begun,
        "assets": _choices(live, deliver_form.asset_id.data if deliver_form else None),
        "drafts": _choices(drafts, draft_form.draft_id.data if draft_form else None),
        "draft_question": question_about(asked),
    }


def _choices(offered: dict[int, tuple[Asset, str]], chosen: int | None) -> list[tuple[int, str, str]]:
    """Return content as the choices of a field; what was chosen stays among them, even if it was refused."""
    is_known = chosen is None or chosen in offered or not 0 < chosen < 2**62
    asset = None if is_known else db.session.get(Asset, chosen)
    lines = [*offered.values(), *([(asset, kind_words(asset.kind))] if asset else [])]
    return [(one.id, one.title, note) for one, note in lines]


def _delivered(asked: ContentRequest) -> dict[str, Any]:
    """Return what became of a delivered request, and how what was delivered is rated."""
    outcome = outcome_of(asked, me())
    if outcome is None or asked.delivered_asset_id is None or asked.closed_at is None:
        return {}
    mean, ratings = rated_since(asked.delivered_asset_id, asked.closed_at)
    return {"outcome": outcome, "word": delivery_word(asked), "mean": mean, "ratings": ratings}


def _searches(asked: ContentRequest, searches: RequestSearches | None) -> dict[str, Any]:
    """Return the searches behind a request: what others typed, and who, only for those who may know it."""
    may_see = me().role in OVERSIGHT
    return {
        "searches": searches,
        "sees_searches": may_see,
        "lines": lines_of(asked.id, None if may_see else me()) if searches else [],
        "searchers": searchers_of(asked.id) if searches and may_see else [],
        "is_running": pending("rerun_searches", asked.id) if searches else False,
    }


def _own_deals() -> list[tuple[str, str]]:
    """Return the deals that a person may say wait for a request: the one at hand, and the own open ones."""
    deals = list(db.session.scalars(open_deals_of(me()).limit(200)))
    working = working_deal(me(), g.user_session)
    at_hand = [working] if working and working.status == "open" and working not in deals else []
    return deal_choices([*at_hand, *deals])
