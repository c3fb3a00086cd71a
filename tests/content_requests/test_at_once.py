"""Much at the very same moment, through real web processes: one of several moves wins, one of several posts asks."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from portal.content_requests.models import ContentRequest, RequestChange
from tests.library.processes import ROOT, until

PEOPLE = 6
ROUNDS = 5


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


@pytest.fixture
def web(app) -> Iterator[str]:
    """The portal of this test, served by two processes; gives their address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = app.config["DATA_DIR"]
    command = [sys.executable, "-m", "gunicorn", "portal:create_app()", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "2", "--threads", "4", "--log-level", "warning"]
    settings = {"PORTAL_DATA_DIR": str(folder), "SECRET_KEY": app.config["SECRET_KEY"], "SOFFICE": "none"}
    environment = {**os.environ, **settings, "PORT": str(port), "BASE_URL": f"http://127.0.0.1:{port}"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _answers(address), "the portal did not start")
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def _post(address: str, cookie: str, form: dict[str, str]) -> tuple[int, str | None]:
    """Post a form as somebody who has seen the page, and return the status of the answer and where it leads."""
    opener = urllib.request.build_opener(_Stay)
    sent = urllib.request.Request(address, urlencode(form).encode(), {"Cookie": cookie})
    try:
        with opener.open(sent, timeout=60) as answer:
            return answer.status, answer.headers["Location"]
    except HTTPError as error:
        return error.code, error.headers["Location"]


def _seen(address: str, cookie: str) -> tuple[str, str]:
    """Open a page and return the cookie that it leaves, and the token of its forms."""
    with urllib.request.urlopen(urllib.request.Request(address, headers={"Cookie": cookie})) as page:
        left = page.headers["Set-Cookie"].partition(";")[0]
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())
        assert found
        return left, found[1]


def test_of_several_who_move_a_card_at_once_exactly_one_wins_each_time(app, make, sign_in, rows, web):
    asked = make.request(make.user("rep"), "A deck for banks")
    people = [sign_in(make.user("marketer")).get_cookie("tandem") for _ in range(PEOPLE)]
    seen = [_seen(f"{web}/requests?as=board", f"tandem={cookie.value}") for cookie in people]
    gate = Barrier(PEOPLE)

    def move(who: int, to: str, revision: int) -> int:
        cookie, token = seen[who]
        form = {"csrf_token": token, "to": to, "revision": str(revision), "nonce": f"{who}-{revision}"}
        gate.wait(30)
        return _post(f"{web}/requests/{asked.id}/move", cookie, form)[0]

    with ThreadPoolExecutor(PEOPLE) as pool:
        for turn in range(ROUNDS):
            to = ("accepted", "in_progress", "in_review")[turn % 3]
            codes = list(pool.map(lambda who, to=to, turn=turn: move(who, to, turn + 1), range(PEOPLE)))
            assert sorted(codes) == [303] + [409] * (PEOPLE - 1)
    (request,) = rows(select(ContentRequest))
    steps = [change.status for change in rows(select(RequestChange).order_by(RequestChange.id))]
    assert request.revision == ROUNDS + 1
    assert steps == ["accepted", "in_progress", "in_review", "accepted", "in_progress"]
    assert request.status == steps[-1]


def test_a_request_that_is_sent_several_times_at_once_is_made_once(make, sign_in, rows, web):
    rep = make.user("rep")
    address = f"{web}/requests/new"
    cookie, token = _seen(address, f"tandem={sign_in(rep).get_cookie('tandem').value}")
    gate = Barrier(PEOPLE)

    def ask(nonce: str) -> tuple[int, str | None]:
        gate.wait(30)
        return _post(address, cookie, {"csrf_token": token, "nonce": nonce, "need": f"A deck, {nonce}"})

    with ThreadPoolExecutor(PEOPLE) as pool:
        for turn in range(ROUNDS):
            answers = set(pool.map(ask, [f"pressed-{turn}"] * PEOPLE))
            assert answers == {(303, f"/requests/{turn + 1}")}
    assert len(rows(select(ContentRequest))) == len(rows(select(RequestChange))) == ROUNDS
