"""What a request is worth: each open deal by its stage and by the need-by date, in columns that are never behind."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.content_requests import worth
from portal.content_requests.models import ContentRequest
from portal.content_requests.worth_queries import waiting_pipeline
from portal.db import db, now
from portal.jobs import Job, drain, nightly_kinds


@pytest.fixture(autouse=True)
def weights(app):
    app.config["STAGE_WEIGHTS"] = {"Prospecting": 10, "Negotiation": 80, "Geprüft": 30}
    app.config["STAGE_WEIGHT_DEFAULT"], app.config["REQUEST_FADE_DAYS"] = 50, 30


@pytest.fixture
def today():
    return now().date()


def _columns(rows, request):
    (found,) = rows(select(ContentRequest).where(ContentRequest.id == request.id))
    return found.waiting_minor, found.waiting_deals, found.supporter_count, found.alike_deals


def _in(today, days):
    return None if days is None else today + timedelta(days=days)


# Stage, amount, expected close and need-by in days from today, and what that counts, in cents, by hand.
CASES = [
    ("Negotiation", 10_000, 40, None, 800_000),  # no need-by date: nothing fades
    ("Negotiation", 10_000, None, 40, 800_000),  # no expected close: nothing fades
    ("negotiation", 10_000, 40, 40, 800_000),  # closes on that very day; case does not matter
    ("Negotiation", 10_000, 28, 40, 480_000),  # 12 days early: 18/30
    ("Negotiation", 10_000, 10, 40, 0),  # 30 days early
    ("Negotiation", 10_000, 5, 40, 0),
    ("Negotiation", 10_000, -99, 15, 400_000),  # overdue: taken to close today, 15 days early
    ("Prospecting", 10_000, 60, 40, 100_000),
    ("Legal", 10_000, 60, 40, 500_000),  # not listed
    ("Geprüft", 10_000, 60, 40, 300_000),
    ("Negotiation", 10.01, 39, 40, 774),  # 1001 x 0.8 x 29/30 = 774.1
    ("Legal", 0.01, 60, 40, 1),  # half a cent is rounded up
    ("Legal", 0, 60, 40, 0),
    ("Legal", None, 60, 40, 0),
    ("Negotiation", 30_000_000_000_000, 28, 40, 1_440_000_000_000_000),
]


@pytest.mark.parametrize(("stage", "amount", "close", "need", "cents"), CASES)
def test_a_deal_counts_by_its_stage_and_by_how_early_it_closes(
    make, rows, today, stage, amount, close, need, cents
):
    rep = make.user()
    deal = make.deal(owner=rep, stage=stage, amount=amount, expected_close=_in(today, close))
    asked = make.request(rep, deals=(deal,), needed_by=_in(today, need))
    assert _columns(rows, asked)[:2] == (cents, 1)


def test_without_days_to_fade_what_closes_too_early_counts_nothing(app, make, rows, today):
    app.config["REQUEST_FADE_DAYS"] = 0
    rep = make.user()
    for close, cents in ((10, 500_000), (9, 0)):
        deal = make.deal(owner=rep, stage="Legal", expected_close=_in(today, close))
        asked = make.request(rep, deals=(deal,), needed_by=_in(today, 10))
        assert _columns(rows, asked)[0] == cents


def test_the_page_shows_the_parts_which_add_up_to_the_column(make, sign_in, rows, today):
    team = make.team("North")
    rep, stranger = make.user(team=team), make.user(team=make.team("South"), name="Sue South")
    far, soon = _in(today, 90), _in(today, 28)
    deals = (
        make.deal(owner=rep, name="Big", amount=10_000, stage="Negotiation", expected_close=far),
        make.deal(owner=rep, name="Early", amount=5_000, stage="Negotiation", expected_close=soon),
        make.deal(owner=rep, name="Unknown", amount=None),
        make.deal(owner=rep, name="Won", amount=9_000, status="won"),
        make.deal(owner=stranger, name="Hidden one", amount=4_000, stage="Legal", expected_close=far),
        make.deal(owner=stranger, name="Hidden two", amount=3_000, stage="Prospecting", expected_close=far),
    )
    asked = make.request(rep, deals=deals, needed_by=_in(today, 40))
    sign_in(stranger).post(f"/requests/{asked.id}/support", data={"deal_id": ""})
    assert _columns(rows, asked)[:3] == (800_000 + 240_000 + 200_000 + 30_000, 5, 2)
    page = sign_in(rep).get(f"/requests/{asked.id}").text
    table = page[page.index('id="worth"') : page.index("How this counts")]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", table))
    assert re.search(r"Negotiation 80% in \d months none \$8,000", text)
    assert "80% in 28 days to 60% $2,400" in text
    assert "2 deals you can't see $2,300" in text
    assert "Pipeline waiting $12,700" in text
    assert "1 deal without an amount" in text
    assert "Closed since, and no longer counted: Won (won)" in text
    assert not {"Hidden", "$4,000", "$3,000"} & set(re.findall(r"Hidden|\$[\d,]+", page))
    assert page.index("North") < page.index("South")
    assert "Sue South" in page


def test_marketing_sees_every_part(make, sign_in):
    rep = make.user(team=make.team())
    asked = make.request(rep, deals=(make.deal(owner=rep, name="Hidden", stage="Legal", amount=700),))
    page = sign_in(make.user("marketer")).get(f"/requests/{asked.id}").text
    assert ("Hidden" in page, "$350" in page, "you can't see" in page) == (True, True, False)


def test_deals_of_the_same_industry_and_product_that_do_not_wait_look_like_these(make, rows):
    rep = make.user()
    energy = make.account(industry="Energy")
    waits = (
        make.deal(owner=rep, industry="Energy", product="Dock"),
        make.deal(owner=rep, account_id=energy.id, product="Dock"),
        make.deal(owner=rep, industry="Retail", product=None),
        make.deal(owner=rep, industry="Mining", product="Cold", status="lost"),
    )
    make.deal(industry="Energy", product="Dock")
    make.deal(account_id=energy.id, product="Dock")  # its account's industry
    make.deal(industry="Energy", product="Cold")
    make.deal(industry="Energy", product="Dock", status="won")
    make.deal(industry="Retail", product=None)  # unknown is like nothing
    make.deal(industry="Mining", product="Cold")  # like one that is closed
    asked = make.request(rep, deals=waits)
    assert _columns(rows, asked) == (1_500_000, 3, 1, 2)
    assert _columns(rows, make.request(rep)) == (0, 0, 1, 0)


def test_joining_leaving_and_a_need_by_date_move_the_columns_at_once(make, sign_in, rows, today):
    asker, other = make.user(), make.user()
    asked = make.request(asker)
    deal = make.deal(owner=other, stage="Negotiation", expected_close=_in(today, 10))
    client, marketer = sign_in(other), sign_in(make.user("marketer"))
    client.post(f"/requests/{asked.id}/support", data={"deal_id": deal.id})
    assert _columns(rows, asked)[:3] == (800_000, 1, 2)
    form = {"need": asked.need, "needed_by": _in(today, 25).isoformat()}
    marketer.post(f"/requests/{asked.id}/complete", data=form)
    assert _columns(rows, asked)[:3] == (400_000, 1, 2)
    client.post(f"/requests/{asked.id}/withdraw")
    assert _columns(rows, asked)[:3] == (0, 0, 1)


def test_who_leaves_takes_no_deal_along_whose_owner_needs_it_still(make, sign_in, rows):
    team = make.team("North")
    owner, mate = make.user(team=team), make.user(team=team)
    theirs, own = make.deal(owner=owner, stage="Legal"), make.deal(owner=mate, stage="Legal")
    asked, (client, late) = make.request(make.user()), (sign_in(mate), sign_in(owner))
    for deal in (theirs, own):
        client.post(f"/requests/{asked.id}/support", data={"deal_id": deal.id})
    late.post(f"/requests/{asked.id}/support", data={"deal_id": theirs.id})
    client.post(f"/requests/{asked.id}/withdraw")
    assert _columns(rows, asked)[:3] == (500_000, 1, 2)
    late.post(f"/requests/{asked.id}/withdraw")
    assert _columns(rows, asked)[:3] == (0, 0, 1)


def test_an_import_has_all_scores_reckoned_anew(app, make, rows, tmp_path):
    rep = make.user()
    deal = make.deal(owner=rep, stage="Legal", external_id="D1", name="First")
    asked = make.request(rep, deals=(deal,))
    assert _columns(rows, asked)[:2] == (500_000, 1)
    file = tmp_path / "deals.csv"
    file.write_text("id,name,stage,amount,currency,closed\nD1,First,Closed Lost,10000,USD,2026-02-03\n")
    done = app.test_cli_runner().invoke(args=["deals", "import", str(file)])
    assert done.exit_code == 0, done.output
    assert rows(select(Job.kind).where(Job.kind == "score_requests")) == ["score_requests"]
    with app.app_context():
        drain(kinds=("score_requests",))
    assert _columns(rows, asked)[:2] == (0, 0)
    assert "score_requests" in nightly_kinds


def test_a_deal_that_waits_for_two_requests_counts_once_where_it_counts_most(app, make, today):
    rep = make.user()
    deal = make.deal(owner=rep, stage="Negotiation", expected_close=_in(today, 10))
    for need in (25, 10):
        make.request(rep, deals=(deal,), needed_by=_in(today, need))
    with app.app_context():
        assert waiting_pipeline() == (800_000, 1)


def test_scores_of_some_leave_the_others_as_they_are_and_all_are_one_statement(app, make, count_queries):
    rep = make.user()
    one, other = (make.request(rep, str(n), deals=(make.deal(owner=rep),)) for n in range(2))

    def outdate():
        db.session.execute(update(ContentRequest).values(waiting_minor=7))
        worth.score_requests([one.id])
        found = select(ContentRequest.id, ContentRequest.waiting_minor)
        assert dict(db.session.execute(found).tuples().all()) == {one.id: 500_000, other.id: 7}
        with count_queries() as queries:
            worth.score_requests()
        assert db.session.get_one(ContentRequest, other.id).waiting_minor == 500_000
        assert len([each for each in queries.statements if "UPDATE" in each]) == len(queries) == 1

    make.inside(outdate)


def test_what_is_reckoned_is_said_in_the_words_of_both_databases(app):
    with app.app_context():
        fresh = select(worth._fresh(None))
        assert "julianday" in str(fresh.compile(dialect=sqlite.dialect()))
        assert "CAST(content_requests.needed_by AS DATE)" in str(fresh.compile(dialect=postgresql.dialect()))


def test_of_one_request_its_own_rows_are_read_first_and_all_deals_once_at_most(app, make):
    with app.app_context():
        compiled = select(worth._fresh([1])).compile(
            dialect=sqlite.dialect(), compile_kwargs={"render_postcompile": True}
        )
        values = tuple(compiled.params[name] for name in compiled.positiontup)
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values)
        steps = [row[3] for row in plan]
    assert not [step for step in steps if "request_id=? AND deal_id=?" in step]
    assert len([step for step in steps if step.startswith("SEARCH deals USING INDEX ix_deals")]) == 1
