"""What was searched for in vain, and picks for a deal."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.deals.models import Deal
from portal.discovery.learning.queries import gaps
from portal.discovery.learning.services import plain_words
from portal.discovery.models import Search
from portal.discovery.queries import picks_for_deals
from portal.impact.models import ImpactRow, ImpactSnapshot


def test_searches_in_vain_are_grouped_by_their_words_and_ordered_by_how_many_people_miss_it(app, make):
    one, two = make.user("rep"), make.user("rep")
    deal = make.deal(owner=one, amount=5000)
    with app.app_context():
        words = {
            text: plain_words(text)
            for text in ("hospital spreadsheets", "Spreadsheet for hospitals", "zeppelin")
        }
    assert words["hospital spreadsheets"] == words["Spreadsheet for hospitals"]
    for user, text, deal_id in (
        (one, "hospital spreadsheets", deal.id),
        (one, "hospital spreadsheets", deal.id),
        (two, "Spreadsheet for hospitals", None),
        (two, "zeppelin", None),
    ):
        search = make.search(user, text, deal_id=deal_id)
        make.inside(lambda search=search, text=text: _set_words(search.id, words[text]))
    with app.app_context():
        first, second = gaps()
    assert (first.text, first.searches, first.people, first.pipeline_minor) == (
        "Spreadsheet for hospitals",
        3,
        2,
        500_000,
    )
    assert (second.text, second.searches, second.pipeline_minor) == ("zeppelin", 1, 0)


def _set_words(search_id, words):
    db.session.get_one(Search, search_id).words = words


def test_what_marketing_tries_out_and_what_was_found_is_no_gap(app, make):
    make.search(make.user("marketer"), "trying out")
    make.search(make.user("rep"), "found it", results=3)
    with app.app_context():
        assert gaps() == []


def _loaded():
    return list(db.session.scalars(select(Deal).options(joinedload(Deal.account))))


def _snapshot(make, **verdicts):
    snapshot = make.store(ImpactSnapshot(method_version="m", coverage={}, left_out={}))
    for asset, verdict, lift in verdicts.values():
        make.store(
            ImpactRow(
                snapshot_id=snapshot.id,
                asset_id=asset.id,
                deals_used=1,
                won=1,
                lost=0,
                matched=1,
                comparison_deals=1,
                credited_minor=0,
                used_revenue_minor=0,
                shrunk_lift=lift,
                verdict=verdict,
            )
        )


def test_picks_fit_the_deal_say_why_and_leave_room_for_what_is_untested(app, make):
    industry, product = make.facet("industry", ("Healthcare", "Energy")), make.facet("product", ("Planner",))
    health, energy = industry.terms
    strong = make.asset("Strong", terms=(health, *product.terms))
    good = make.asset("Good", terms=(health, *product.terms))
    fine = make.asset("Fine", terms=(health, *product.terms))
    fresh = make.asset("Fresh", terms=(health,))
    make.asset("Elsewhere", terms=(energy,))
    weak = make.asset("Weak", terms=(health, *product.terms))
    make.asset("Draft", terms=(health, *product.terms), state="draft")
    _snapshot(
        make,
        a=(strong, "won_more", 0.12),
        b=(good, "no_clear_difference", 0.01),
        c=(fine, "no_clear_difference", 0.0),
        d=(weak, "won_less", -0.1),
    )
    rep = make.user("rep")
    deal = make.deal(owner=rep, industry="healthcare", product="Planner")
    with app.app_context():
        picks = picks_for_deals(_loaded())[deal.id]
    assert [pick.asset.title for pick in picks] in (["Strong", "Good", "Fresh"], ["Strong", "Fine", "Fresh"])
    assert picks[0].reason == "For Healthcare and Planner; won more often than other content on similar deals"
    assert picks[2].untested
    assert "not used on enough deals" in picks[2].reason
    assert fresh.id == picks[2].asset.id


def test_what_was_used_on_a_deal_is_not_picked_for_it_again(app, make):
    term = make.facet("industry", ("Healthcare",)).terms[0]
    used, other = make.asset("Used", terms=(term,)), make.asset("Other", terms=(term,))
    rep = make.user("rep")
    deal = make.deal(owner=rep, industry="Healthcare")
    make.use(used, rep, kind="sent", deal=deal)
    with app.app_context():
        picks = picks_for_deals(_loaded())[deal.id]
    assert [pick.asset.id for pick in picks] == [other.id]


def test_picks_for_many_deals_cost_as_many_queries_as_for_one(app, make, count_queries):
    term = make.facet("industry", ("Healthcare",)).terms[0]
    make.asset("Fits", terms=(term,))
    rep = make.user("rep")
    for _ in range(8):
        make.deal(owner=rep, industry="Healthcare")
    with app.app_context():
        loaded = _loaded()
        with count_queries() as one:
            picks_for_deals(loaded[:1])
        with count_queries() as many:
            picks_for_deals(loaded)
    assert len(many) == len(one) <= 5
