"""Times that a real web process has taken in are stored when it is stopped, however soon after."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request

from tests.library.processes import ROOT, until
from tests.sharing.test_pieces import BROWSER, LINK


def _answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def _open(port):
    """Open the link as a browser does and return the visit's cookie and the signed place of its times."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{LINK}", headers=BROWSER)
    with urllib.request.urlopen(request, timeout=30) as answer:
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return cookie, re.search(r'data-place="([^"]+)"', answer.read().decode()).group(1)


def test_a_stopped_web_process_stores_what_it_was_told_just_before(app, make):
    make.link(make.asset("Deck"), make.user("rep"))
    folder = app.config["DATA_DIR"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "portal:create_app()", "--bind", f"127.0.0.1:{port}"]
    environment = os.environ | {"PORTAL_DATA_DIR": str(folder), "SOFFICE": "none"}
    process = subprocess.Popen(
        [*command, "--threads", "2", "--log-level", "error"],
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )
    try:
        until(lambda: _answers(port), "the web process did not answer")
        cookie, place = _open(port)
        with sqlite3.connect(folder / "tandem.db") as connection:
            connection.execute("update visits set at = '2026-01-01 09:00:00'")
        for number in range(1, 41):
            told = urllib.request.Request(
                f"http://127.0.0.1:{port}{LINK}/times",
                json.dumps({"place": place, "times": [[1, number]]}).encode(),
                {**BROWSER, "Cookie": cookie, "Content-Type": "application/json"},
            )
            with urllib.request.urlopen(told, timeout=30) as answer:
                assert answer.status == 204
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    with sqlite3.connect(folder / "tandem.db") as connection:
        (stored,) = connection.execute("select sum(milliseconds) from page_views").fetchone()
    assert stored == sum(range(1, 41))
