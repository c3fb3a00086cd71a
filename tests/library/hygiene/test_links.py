"""Asking the links of content: which are asked, what counts as broken, and that nobody's host is troubled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.db import db, now
from portal.jobs import Job, enqueue
from portal.library.hygiene import links, tasks
from portal.library.models import HygieneFinding, LinkCheck, Version
from portal.outgoing import Answer, check_address
from tests.outgoing.servers import web_server

GOOD = Answer(False, "", 200)
GONE = Answer(True, "There is no such page any more (404).", 404)
SILENT = Answer(True, "It did not answer within 10 seconds.", may_pass=True)
TROUBLE = Answer(True, "Its server has a problem (503).", 503, may_pass=True)
REFUSED = Answer(False, "Not checked, because it is in a private network.")


@pytest.fixture(autouse=True)
def without_pause(monkeypatch):
    monkeypatch.setattr(links, "_ask_host", _at_once)


def _at_once(of_host, ask, pause, real=links._ask_host):
    return real(of_host, ask, 0)


@pytest.fixture
def link(make):
    """Content that lives at another address: link("https://site.example/")."""

    def add(url, **fields):
        asset = make.asset(**fields)
        make.inside(lambda: _turn(asset.current_version_id, url))
        return asset

    def _turn(version_id, url):
        version = db.session.get_one(Version, version_id)
        version.source, version.link = "link", url

    return add


@pytest.fixture
def check(make, run_jobs, monkeypatch):
    """Run the nightly check with given answers, by address; return what was asked."""

    def run(answers, *, version_id=None, later=True):
        asked = []

        def ask(url, *, guard):
            asked.append(url)
            return answers[url] if isinstance(answers, dict) else answers

        monkeypatch.setattr(tasks, "check_address", ask)
        if later:
            make.inside(_long_ago)
        make.inside(lambda: enqueue("check_links", version_id))
        run_jobs()
        return asked

    return run


def _long_ago():
    for row in db.session.scalars(select(LinkCheck)):
        row.checked_at = now() - timedelta(days=1)


def _broken(rows):
    return rows(select(HygieneFinding.asset_id).where(HygieneFinding.kind == "broken_link"))


def test_links_in_use_are_asked_and_nothing_else(link, check, make):
    link("https://site.example/live")
    link("https://site.example/draft", state="draft")
    link("https://site.example/archived", state="archived")
    link("https://site.example/expired", expires_on=now().date())
    make.asset("A text")
    assert check(GOOD) == ["https://site.example/live"]


def test_a_page_that_is_gone_is_broken_at_once_and_the_reason_is_kept(link, check, rows):
    gone = link("https://site.example/gone")
    link("https://site.example/fine")
    check({"https://site.example/gone": GONE, "https://site.example/fine": GOOD})
    assert _broken(rows) == [gone.id]
    assert rows(select(HygieneFinding.detail).where(HygieneFinding.kind == "broken_link")) == [GONE.reason]


@pytest.mark.parametrize("failure", [SILENT, TROUBLE])
def test_what_may_pass_is_broken_only_when_it_fails_twice_in_a_row(link, check, rows, failure):
    asset = link("https://site.example/")
    check(failure)
    assert _broken(rows) == []
    check(failure)
    assert _broken(rows) == [asset.id]
    check(GOOD)
    assert _broken(rows) == []
    check(failure)
    assert _broken(rows) == []


def test_a_refused_address_is_not_broken_and_says_why(link, check, rows):
    link("http://10.0.0.1/")
    check(REFUSED)
    check(REFUSED)
    assert _broken(rows) == []
    assert rows(select(LinkCheck.reason)) == [REFUSED.reason]


def test_when_nothing_answers_at_all_it_is_the_portal_that_is_cut_off(link, check, rows):
    for host in ("a", "b", "c"):
        link(f"https://{host}.example/")
    check(SILENT)
    check(SILENT)
    assert rows(select(LinkCheck)) == []
    assert _broken(rows) == []


def test_one_host_that_answers_shows_that_the_others_are_at_fault(link, check, rows):
    broken = [link(f"https://{host}.example/").id for host in ("a", "b", "c")]
    link("https://good.example/")
    answers = dict.fromkeys((f"https://{host}.example/" for host in "abc"), SILENT)
    for _ in range(2):
        check(answers | {"https://good.example/": TROUBLE})
    assert _broken(rows)[:3] == broken


def test_a_run_that_is_repeated_does_not_ask_again_what_answered(link, check):
    link("https://site.example/")
    assert len(check(GOOD)) == 1
    assert check(GOOD, later=False) == []


def test_one_link_is_asked_whenever_it_is_named_and_alone(link, check, rows):
    link("https://other.example/")
    asset = link("https://site.example/")
    check({"https://site.example/": GONE, "https://other.example/": GOOD})
    assert _broken(rows) == [asset.id]
    asked = check({"https://site.example/": GOOD}, version_id=asset.current_version_id, later=False)
    assert asked == ["https://site.example/"]
    assert _broken(rows) == []


def test_the_addresses_of_one_host_are_asked_one_after_another_and_not_all_in_one_night(monkeypatch):
    running, most, asked = 0, 0, []

    def ask(url):
        nonlocal running, most
        running += 1
        most = max(most, running)
        asked.append(url)
        running -= 1
        return GOOD

    monkeypatch.setattr(links, "MOST_A_HOST", 3)
    many = [links.Link(number, number, f"https://site.example/{number}") for number in range(9)]
    said = list(links.answers(many, ask, pause=0))
    assert most == 1
    assert asked == [f"https://site.example/{number}" for number in range(3)]
    assert [list(host) for host in said] == [[0, 1, 2]]


def test_hosts_are_left_a_pause_between_two_questions(monkeypatch):
    monkeypatch.undo()
    pauses = []
    monkeypatch.setattr(links.time, "sleep", pauses.append)
    several = [links.Link(number, number, f"https://site.example/{number}") for number in range(3)]
    list(links.answers(several, lambda url: GOOD))
    assert pauses == [links.PAUSE, links.PAUSE]


def test_nothing_is_locked_while_a_link_is_asked(app, link, make, run_jobs, monkeypatch):
    def ask(url, *, guard):
        with app.app_context():
            make.user("rep")  # would wait for the lock and fail
        return GOOD

    link("https://site.example/")
    monkeypatch.setattr(tasks, "check_address", ask)
    make.inside(lambda: enqueue("check_links"))
    run_jobs()
    with app.app_context():
        assert set(db.session.scalars(select(Job.state))) == {"done"}


def test_a_content_that_is_gone_meanwhile_is_no_trouble(make, rows):
    make.inside(lambda: links.keep_answer(12_345, GOOD))
    assert rows(select(LinkCheck)) == []


@pytest.mark.parametrize(("status", "is_broken"), [(200, False), (404, True)])
def test_the_whole_way_from_a_server_to_the_list(link, make, run_jobs, rows, monkeypatch, status, is_broken):
    with web_server(lambda method, path: (status, {})) as site:
        asset = link(site.url("/page"))
        monkeypatch.setattr(tasks, "Guard", lambda ports: site.guard())
        assert tasks.check_address is check_address
        make.inside(lambda: enqueue("check_links"))
        run_jobs()
    assert _broken(rows) == ([asset.id] if is_broken else [])


def test_without_a_test_that_opens_it_a_link_into_this_machine_is_never_asked(link, make, run_jobs, rows):
    with web_server(lambda method, path: (404, {}), address="127.0.0.1") as site:
        link(site.url("/page", host="127.0.0.1"))
        link("http://169.254.169.254/latest/meta-data/")
        make.inside(lambda: enqueue("check_links"))
        run_jobs()
        assert site.asked == []
    assert _broken(rows) == []
    assert all(reason.startswith("Not checked") for reason in rows(select(LinkCheck.reason)))
