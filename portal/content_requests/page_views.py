"""The page of one request, whichever form on it is being answered."""

from __future__ import annotations

from typing import Any

from flask import Response, g

from portal.content_requests.forms import CompleteForm
from portal.content_requests.history import steps_of
from portal.content_requests.models import ContentRequest
from portal.content_requests.queries import begun_for, deliverable_assets
from portal.content_requests.worth_queries import waiting_for
from portal.db import db
from portal.deals.queries import open_deals_of, working_deal
from portal.deals.words import deal_choices
from portal.discovery.learning.request_queries import (
    RequestSearches,
    lines_of,
    searchers_of,
    searches_of,
    typed_for,
)
from portal.feedback.threads.queries import thread_panel
from portal.jobs import pending
from portal.users.access import OVERSIGHT, me
from portal.web import render


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
        waiting=waiting,
        deals=_own_deals() if asked.is_open and not waiting.joined else [],
        steps=steps_of(asked),
        threads=thread_panel(asked, me()),
        complete_form=complete_form,
        begun=begun_for(asked) if may_deliver else [],
        assets=[(asset.id, asset.title) for asset in deliverable_assets()] if may_deliver else [],
        status=status,
        **forms,
    )


def _as_it_is(asked: ContentRequest) -> CompleteForm:
    """Return what is known of a request; what was typed is offered where nobody has put it into words yet."""
    form = CompleteForm(None, obj=asked)
    if not asked.is_worded and me().is_marketing:
        form.need.data = typed_for([asked.id]).get(asked.id, "")
    return form


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
