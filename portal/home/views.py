"""The first page of each role, and the To do list of marketing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, request

from portal.content_requests.queries import request_rows, requests_by_pipeline
from portal.content_requests.worth_queries import waiting_pipeline
from portal.db import db, now, record_apart
from portal.deals.queries import open_deals_of
from portal.discovery.learning.missed import still_missed
from portal.discovery.learning.queries import gaps, lately_since
from portal.discovery.learning.request_queries import typed_for
from portal.discovery.news import News, news_for
from portal.discovery.queries import picks_for_deals
from portal.discovery.services import mark_news_seen
from portal.errors import Invalid
from portal.feedback.asking.views import ask_today
from portal.feedback.closing.queries import unanswered_waiting
from portal.feedback.closing.services import seen_of as answer_seen
from portal.feedback.models import REASONS
from portal.feedback.queries import low_ratings
from portal.home import overview, queries
from portal.home.proposals import proposed_to
from portal.home.styleguide_views import blueprint as styleguide_blueprint
from portal.home.wins import latest_wins
from portal.home.wins_views import blueprint as wins_blueprint
from portal.impact.overview import coverage_sentence, headline
from portal.impact.queries import latest_snapshot, verdict_counts
from portal.library.contributions.queries import waiting_count
from portal.library.hygiene.finding import KINDS
from portal.library.hygiene.queries import finding_counts
from portal.library.life.queries import due_for_a_look, life_counts, unowned
from portal.library.page_queries import with_thumbnails
from portal.library.reviewing.queries import ready_to_publish, reviews_waiting_for
from portal.library.reviewing.unfinished import unfinished_of
from portal.reports.actions.leaning import lean_own
from portal.reports.actions.rules import UNUSED
from portal.reports.actions.unused import both
from portal.tabular.currencies import minor_units
from portal.usage.sums import local_day
from portal.users.access import MARKETING, allow, me
from portal.web import render

blueprint = Blueprint("home", __name__)
blueprints = (blueprint, styleguide_blueprint, wins_blueprint)

DEALS_SHOWN = 6
DEALS_WITH_NEWS = 200
SUMMARY = 5
WHOLE = 100
SINCE = timedelta(days=90)


@blueprint.get("/")
def index() -> Response:
    user = me()
    begun = queries.beginnings()
    if begun.is_empty:
        return render("home/first_steps.html", begun=begun)
    if user.is_marketing:
        return _marketing(begun)
    return _manager() if user.role == "manager" else _rep()


def _rep() -> Response:
    user = me()
    every_deal = list(db.session.scalars(open_deals_of(user).limit(DEALS_WITH_NEWS)))
    deals = every_deal[:DEALS_SHOWN]
    picks = picks_for_deals(deals)
    versions = [pick.asset.current_version for offered in picks.values() for pick in offered]
    news = news_for(user, every_deal)
    _note_as_seen(news)
    return render(
        "home/rep.html",
        shown=SUMMARY,
        deals=deals,
        picks=picks,
        news=news,
        pictured=with_thumbnails(
            version.id for version in [*versions, *(one.version for one in news)] if version
        ),
        pipeline=queries.pipeline_of(user),
        requests=queries.requests_of(user),
        opened=queries.opened_lately(user),
        today=local_day(now()),
        reviews=reviews_waiting_for(user),
        question=ask_today(),
        wins=latest_wins(me()),
        proposals=proposed_to(user, every_deal),
        leaning=lean_own(user, WHOLE),
    )


def _note_as_seen(news: list[News]) -> None:
    """Note what this page shows of news, unless nobody looks: a browser may fetch pages ahead, or only their heads."""
    ahead = "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    if news and request.method == "GET" and not ahead:
        user_id, version_ids = me().id, [one.version.id for one in news]
        record_apart(lambda: mark_news_seen(user_id, version_ids))


def _marketing(begun: queries.Beginnings) -> Response:
    user = me()
    is_admin = user.role == "admin"
    return render(
        "home/marketing.html",
        begun=begun,
        shown=SUMMARY,
        people=queries.people_counts() if is_admin else None,
        imports=queries.latest_imports() if is_admin else [],
        question=ask_today(),
        wins=latest_wins(me()),
        **_figures(local_day(now())),
        **_owed(),
    )


@blueprint.get("/to-do")
@allow(*MARKETING)
def to_do() -> Response:
    counts = {KINDS[kind]: number for kind, number in finding_counts().items()}
    whole = request.args.get("all", "")
    owed = _owed()
    own = {one.asset.id for one in owed["mine"]}
    return render(
        "home/to_do.html",
        shown=SUMMARY,
        whole=whole,
        hygiene=counts,
        contributions=waiting_count(),
        ready=[asset for asset in ready_to_publish() if asset.id not in own],
        unowned=unowned(WHOLE),
        life=life_counts(),
        **owed,
    )


def _owed() -> dict[str, Any]:
    """Return what marketing owes and its first page shows too, up to WHOLE of each kind."""
    pipeline_minor, deals = waiting_pipeline()
    requests = request_rows(requests_by_pipeline("open").limit(WHOLE))
    return {
        "requests": requests,
        "typed": typed_for([row.request.id for row in requests if not row.request.is_worded]),
        "pipeline_minor": pipeline_minor,
        "pipeline_deals": deals,
        "ratings": low_ratings(WHOLE),
        "reasons": REASONS,
        "unanswered": unanswered_waiting(WHOLE),
        "answer_seen": answer_seen,
        "reviews": reviews_waiting_for(me()),
        "mine": unfinished_of(me(), WHOLE),
        "gaps": gaps(WHOLE),
        "gaps_since": lately_since().isoformat(),
        "missed": still_missed(WHOLE),
        "unused": both(me(), WHOLE),
        "unused_rule": UNUSED,
        "most": WHOLE,
        "due": due_for_a_look(WHOLE),
    }


def _manager() -> Response:
    today = local_day(now())
    text, error = request.args.get("since", ""), ""
    try:
        since = _day(text, today)
    except Invalid as refusal:
        since, error = today - SINCE, refusal.message
    return render(
        "home/manager.html",
        shown=SUMMARY,
        revenue=_revenue(today),
        reviews=reviews_waiting_for(me()),
        question=ask_today(),
        wins=latest_wins(me()),
        proposals=proposed_to(me()),
        leaning=lean_own(me(), WHOLE),
        waiting=overview.requests_waiting(),
        oldest=overview.oldest_requests(),
        **_figures(today),
        changes=overview.changes_since(me(), _begin_of(since), since),
        since=since,
        typed=text if error else since.isoformat(),
        error=error,
        status=422 if error else 200,
    )


def _figures(today: date) -> dict[str, Any]:
    """Return what the latest figures say in a sentence, and for how many deals they speak."""
    snapshot = latest_snapshot()
    if snapshot is None:
        return {"snapshot": None, "coverage": "", "headline": ""}
    return {
        "snapshot": snapshot,
        "coverage": coverage_sentence(snapshot.coverage, today),
        "headline": headline(verdict_counts(me(), snapshot.id)),
    }


def _revenue(today: date) -> dict[str, Any]:
    """Return what was won this quarter, the target in minor units, and what had been won at this time of the last."""
    begin = overview.quarter_begin(today)
    last_begin = overview.quarter_begin(begin - timedelta(days=1))
    same_day = min(last_begin + (today - begin), begin - timedelta(days=1))
    return {
        "won": overview.won_between(begin, today),
        "before": overview.won_between(last_begin, same_day),
        "target_minor": minor_units(
            current_app.config["REVENUE_TARGET"], current_app.config["BASE_CURRENCY"]
        ),
        "quarter": f"Q{(begin.month + 2) // 3} {begin.year}",
        "begin": begin,
    }


def _day(text: str, today: date) -> date:
    """Return the day asked for, a quarter of a year ago when none was; refuse what is no day or still to come."""
    if not text:
        return today - SINCE
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise Invalid("Please give a day as year-month-day, such as 2026-01-31.", field="since") from None
    if day > today:
        raise Invalid("This day is still to come.", field="since")
    return day


def _begin_of(day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(current_app.config["ORGANISATION_TIME_ZONE"]))
