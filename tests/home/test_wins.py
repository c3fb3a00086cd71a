"""A won deal stands on the first page of both sides, and whoever made what was used on it is told, once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.db import db, now, unit_of_work
from portal.deals.models import Deal
from portal.deals.services import apply_import, compare_readings, read_deal_files, start_import
from portal.feedback.models import ClosingAnswer, MatteredAsset
from portal.home.telling import tell_of_wins
from portal.jobs import Job
from portal.notifications.models import OutboxMessage
from portal.storage import storage

HEADER = "id,name,owner email,stage,amount,created,close date\n"


@pytest.fixture
def team(make):
    return make.team("North")


@pytest.fixture
def rep(make, team):
    return make.user("rep", team=team, name="Ann Reed", email="ann@example.com")


@pytest.fixture
def maker(make):
    return make.user("marketer", name="Tom Hall")


@pytest.fixture
def deck(make, maker):
    return make.asset("Heron deck", slug="heron", owner=maker)


def _used(make, asset, rep, deal, days=10):
    return make.use(asset, rep, kind="sent", deal=deal, at=now() - timedelta(days=days))


def _wins(page: str) -> list[str]:
    found = re.findall(r'<li class="win".*?(?=<li class="win"|</section>)', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


def test_a_win_says_what_was_sold_by_whom_with_what_and_who_made_that(make, sign_in, rep, maker, deck, team):
    deal = make.deal(owner=rep, status="won", name="Acme renewal", amount=12_000)
    _used(make, deck, rep, deal)
    mate = make.user("rep", team=team)
    for person in (mate, maker, make.user("manager"), make.user("admin")):
        (win,) = _wins(sign_in(person).get("/").text)
        made = "made by you" if person is maker else "made by Tom Hall"
        for words in ("Acme renewal", "$12,000", "won by Ann Reed, 3 days ago", "Heron deck", made):
            assert words in win
    (win,) = _wins(sign_in(rep).get("/").text)
    assert "won by you" in win


def test_a_rep_of_another_team_sees_nothing_of_it(make, sign_in, rep, deck):
    deal = make.deal(owner=rep, status="won", name="Acme renewal")
    _used(make, deck, rep, deal)
    client = sign_in(make.user("rep", team=make.team()))
    for address in ("/", "/wins"):
        page = client.get(address).text
        assert "Acme renewal" not in page
        assert _wins(page) == []


def test_who_made_it_is_who_added_the_version_that_was_used(make, sign_in, rep, maker, deck):
    other = make.user("marketer", name="Eve Moss")
    make.inside(lambda: setattr(db.session.merge(deck), "owner_id", other.id))
    _used(make, deck, rep, make.deal(owner=rep, status="won"))
    unversioned = make.asset("Old sheet")
    make.inside(lambda: setattr(db.session.merge(unversioned), "owner_id", other.id))
    _used(make, unversioned, rep, make.deal(owner=rep, status="won", name="Second"))
    second, first = _wins(sign_in(rep).get("/wins").text)
    assert "made by Tom Hall" in first
    assert "made by Eve Moss" in second


def test_content_used_after_the_closing_day_did_not_win_it_and_what_mattered_comes_first(
    make, sign_in, rep, deck
):
    deal = make.deal(owner=rep, status="won")
    for title in ("Early sheet", "Heron"):
        _used(make, make.asset(title), rep, deal, days=20)
    _used(make, deck, rep, deal)
    _used(make, make.asset("Late sheet"), rep, deal, days=1)
    said = make.store(ClosingAnswer(deal_id=deal.id, user_id=rep.id))
    make.store(MatteredAsset(answer_id=said.id, asset_id=deck.id))
    (win,) = _wins(sign_in(rep).get("/").text)
    assert "Late sheet" not in win
    assert win.index("Heron deck") < win.index("Early sheet")
    assert "Heron deck made by Tom Hall mattered" in win


def test_the_first_page_has_three_wins_of_two_weeks_and_the_list_all_of_them(
    make, sign_in, rep, count_queries
):
    today = now().date()
    for days in range(30):
        make.deal(owner=rep, status="won", name=f"Deal of {days}", closed_on=today - timedelta(days=days))
    client = sign_in(rep)
    wins = _wins(client.get("/").text)
    assert [re.search(r"Deal of (\d+)", win)[1] for win in wins] == ["0", "1", "2"]
    assert len(_wins(client.get("/wins").text)) == 25
    assert len(_wins(client.get("/wins?page=2").text)) == 5
    old = make.user("rep")
    make.deal(owner=old, status="won", name="Too old", closed_on=today - timedelta(days=14))
    assert _wins(sign_in(old).get("/").text) == []
    assert "Too old" in sign_in(old).get("/wins").text
    assert "No win yet" in sign_in(make.user("rep")).get("/wins").text


def test_the_list_costs_no_more_with_more_wins(make, sign_in, rep, deck, count_queries):
    costs = []
    for _ in range(2):
        for _ in range(5):
            _used(make, deck, rep, make.deal(owner=rep, status="won"))
        client = sign_in(rep)
        client.get("/wins")
        with count_queries() as queries:
            client.get("/wins")
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 12


def test_a_win_that_is_corrected_to_lost_is_none_any_more(make, sign_in, rep, deck):
    deal = make.deal(owner=rep, status="won", name="Acme renewal")
    client = sign_in(rep)
    assert len(_wins(client.get("/").text)) == 1
    make.inside(lambda: setattr(db.session.merge(deal), "status", "lost"))
    assert _wins(client.get("/").text) == []
    assert _wins(client.get("/wins").text) == []


def _import(app, run_jobs, tmp_path, *lines: str) -> None:
    file = tmp_path / "deals.csv"
    file.write_text(HEADER + "\n".join(lines) + "\n")
    with app.app_context(), unit_of_work():
        stored = storage().put_file(file)
        row = start_import(kind="deals", source="csv", files={"deals": (stored, "deals.csv")}, by=None)
        apply_import(row, compare_readings(read_deal_files((file, "deals.csv")), "csv"))
    run_jobs()


def _line(stage: str, *, number="D-1", days=2, owner="ann@example.com") -> str:
    today = now().date()
    closed = today - timedelta(days=days) if stage.startswith("Closed") else today + timedelta(days=9)
    return f"{number},Acme renewal,{owner},{stage},9000,{today - timedelta(days=90)},{closed}"


def _told(rows):
    return rows(select(OutboxMessage).where(OutboxMessage.kind == "win").order_by(OutboxMessage.id))


def test_the_import_that_wins_a_deal_tells_who_made_what_was_used_once(
    app, make, run_jobs, tmp_path, rep, maker, deck, rows
):
    _import(app, run_jobs, tmp_path, _line("Proposal"))
    (deal,) = rows(select(Deal))
    _used(make, deck, rep, deal)
    _used(make, make.asset("Egret sheet", owner=maker), rep, deal, days=5)
    _used(make, make.asset("Her own", owner=rep), rep, deal, days=5)
    _used(make, make.asset("Gone maker", owner=make.user("marketer", status="disabled")), rep, deal)
    _import(app, run_jobs, tmp_path, _line("Closed Won"))
    (told,) = _told(rows)
    assert told.recipient_id == maker.id
    assert told.title == "Ann Reed won Acme renewal with “Heron deck” and 1 more of yours"
    assert (told.address, told.event_key) == (f"/deals/{deal.id}", f"won:{deal.id}")
    _import(app, run_jobs, tmp_path, _line("Closed Won"))
    _import(app, run_jobs, tmp_path, _line("Closed Lost"))
    _import(app, run_jobs, tmp_path, _line("Proposal"))
    _import(app, run_jobs, tmp_path, _line("Closed Won"))
    assert len(_told(rows)) == 1


def test_a_win_that_was_reopened_and_won_again_is_no_news_and_keeps_what_was_said_of_it(
    app, make, run_jobs, tmp_path, rep, maker, rows
):
    _import(app, run_jobs, tmp_path, _line("Proposal"))
    _import(app, run_jobs, tmp_path, _line("Closed Won"))
    (deal,) = rows(select(Deal))
    make.store(ClosingAnswer(deal_id=deal.id, user_id=rep.id, unanswered="What does it cost?"))
    _import(app, run_jobs, tmp_path, _line("Proposal"))
    _used(make, make.asset("Egret sheet", owner=maker), rep, deal, days=5)
    _import(app, run_jobs, tmp_path, _line("Closed Won", days=1))
    assert _told(rows) == []
    assert rows(select(ClosingAnswer.unanswered)) == ["What does it cost?"]


def test_a_deal_that_was_lost_reopened_and_won_is_news(app, make, run_jobs, tmp_path, rep, deck, rows):
    _import(app, run_jobs, tmp_path, _line("Proposal"))
    (deal,) = rows(select(Deal))
    _used(make, deck, rep, deal)
    for stage in ("Closed Lost", "Proposal", "Closed Won"):
        _import(app, run_jobs, tmp_path, _line(stage))
    assert len(_told(rows)) == 1


def test_a_maker_who_does_not_see_the_deal_reads_nothing_of_it(app, make, run_jobs, tmp_path, rep, rows):
    far = make.user("rep", team=make.team("South"))
    _import(app, run_jobs, tmp_path, _line("Proposal"))
    (deal,) = rows(select(Deal))
    _used(make, make.asset("Far sheet", slug="far", owner=far), rep, deal)
    _import(app, run_jobs, tmp_path, _line("Closed Won"))
    (told,) = _told(rows)
    assert (told.title, told.address) == ("A deal was won with “Far sheet”", "/library/far")


def test_lost_deals_and_changes_to_won_ones_tell_nobody(app, make, run_jobs, tmp_path, rep, deck, rows):
    _import(app, run_jobs, tmp_path, _line("Proposal"))
    (deal,) = rows(select(Deal))
    _used(make, deck, rep, deal)
    _import(app, run_jobs, tmp_path, _line("Closed Lost"))
    make.inside(lambda: setattr(db.session.merge(deal), "status", "won"))
    _import(app, run_jobs, tmp_path, _line("Closed Won", days=3))
    assert _told(rows) == []


@pytest.mark.parametrize(("days", "told"), [(29, 1), (30, 0)])
def test_a_deal_that_is_new_is_news_only_when_it_closed_lately(
    app, make, run_jobs, tmp_path, rep, deck, rows, days, told
):
    _import(app, lambda: None, tmp_path, _line("Closed Won", days=days))
    (deal,) = rows(select(Deal))
    _used(make, deck, rep, deal, days=40)
    run_jobs()
    assert len(_told(rows)) == told


def test_an_import_of_thousands_of_old_deals_tells_nobody_in_one_statement(
    app, make, run_jobs, tmp_path, rep, rows, count_queries
):
    _import(app, run_jobs, tmp_path, *(_line("Closed Won", number=f"D-{n}", days=60) for n in range(3_000)))
    assert rows(select(func.count()).select_from(Deal)) == [3_000]
    assert rows(select(Job.state).where(Job.kind == "tell_of_wins")) == ["done"]
    with app.app_context(), unit_of_work(), count_queries() as queries:
        assert tell_of_wins(1) == 0
    assert len(queries) == 1
    assert _told(rows) == []
