"""A deal's own story: its content in order, where the deal stood, what is credited, and to whom it is told."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from portal.db import now
from tests.impact.test_pages import text_of


def _noon(days: int) -> datetime:
    return datetime.combine((now() - timedelta(days=days)).date(), time(12), UTC)


def test_content_stands_in_order_with_what_is_credited_and_what_counts(make, sign_in):
    rep = make.user("rep")
    first, then, after = make.asset("First piece"), make.asset("Then this"), make.asset("Too late")
    today = now().date()
    deal = make.deal(
        owner=rep,
        status="won",
        amount=9_000,
        created_on=today - timedelta(days=30),
        closed_on=today - timedelta(days=5),
    )
    make.use(then, rep, kind="sent", deal=deal, at=_noon(10))
    make.use(first, rep, kind="sent", deal=deal, at=_noon(20))
    make.use(first, rep, kind="presented", deal=deal, at=_noon(12))
    make.use(after, rep, kind="sent", deal=deal, at=_noon(2))
    make.figures()
    said = text_of(sign_in(rep), f"/impact/deals/{deal.id}")
    assert said.index("First piece") < said.index("Then this") < said.index("Too late")
    assert "week 2" in said
    assert "2 uses" in said
    assert "6,000" in said.split("First piece")[1].split("Then this")[0]
    assert "3,000" in said.split("Then this")[1].split("Too late")[0]
    assert "used before its creation or after its close" in said.split("Too late")[1]
    assert "Not enough deals yet" in said
    assert "enough deals yet to know" not in said  # the verdict says it already


def test_what_was_used_on_the_day_of_the_close_stands_in_the_stage_before(make, sign_in):
    rep = make.user("rep")
    last, after = make.asset("At the end"), make.asset("Too late")
    today = now().date()
    created, closed = today - timedelta(days=30), today - timedelta(days=5)
    deal = make.deal(owner=rep, status="won", stage="Signed", created_on=created, closed_on=closed)
    for stage, day in (("Pilot", created), ("Signed", closed)):
        make.stage(deal, stage, day)
    make.use(last, rep, kind="sent", deal=deal, at=_noon(5))
    make.use(after, rep, kind="sent", deal=deal, at=_noon(2))
    table = text_of(sign_in(rep), f"/impact/deals/{deal.id}").split("In order of first use")[1]
    at_the_end, too_late = table.split("At the end")[1].split("Too late")
    assert ("Pilot" in at_the_end, "Signed" in at_the_end) == (True, False)
    assert "Signed" in too_late


def test_an_open_deal_has_no_credit_and_an_empty_one_says_so(make, sign_in):
    rep, asset = make.user("rep"), make.asset("Only one")
    deal, empty = make.deal(owner=rep), make.deal(owner=rep)
    make.use(asset, rep, kind="sent", deal=deal, at=_noon(3))
    client = sign_in(rep)
    said = text_of(client, f"/impact/deals/{deal.id}")
    assert "Only one" in said
    assert "are credited" not in said
    assert "Credited revenue is" not in said
    assert "No content is logged on this deal" in text_of(client, f"/impact/deals/{empty.id}")


def test_content_that_is_not_shared_with_the_reader_has_no_name(make, sign_in):
    rep, draft = make.user("rep"), make.asset("Secret", state="draft", published_at=None)
    deal = make.deal(owner=rep)
    make.use(draft, rep, kind="sent", deal=deal, at=_noon(3))
    said = text_of(sign_in(rep), f"/impact/deals/{deal.id}")
    assert "Secret" not in said
    assert "Content that is not shared with you" in said


def test_a_deal_that_is_not_ones_own_is_not_there(make, sign_in):
    deal = make.deal(owner=make.user("rep", team=make.team("West")))
    assert (
        sign_in(make.user("rep", team=make.team("East"))).get(f"/impact/deals/{deal.id}").status_code == 404
    )


def test_the_page_takes_few_statements(make, sign_in, count_queries):
    rep = make.user("rep")
    deal = make.deal(owner=rep)
    for number in range(12):
        make.use(make.asset(f"Piece {number}"), rep, kind="sent", deal=deal, at=_noon(3))
    client = sign_in(rep)
    with count_queries() as queries:
        client.get(f"/impact/deals/{deal.id}")
    assert len(queries) <= 15
