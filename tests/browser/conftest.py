"""A real portal (web and worker process) on the loopback, and a real Chromium in front of it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config import Config
from portal import create_app

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
BROWSER_ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
START_SECONDS = 60
WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI || event.sourceFile}`));
"""


class Portal:
    """A running portal on a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "PORTAL_DATA_DIR": str(folder),
            "PORT": str(self.port),
            "BASE_URL": self.address,
            "SOFFICE": "none",
        }
        self.app = create_app(Config({**self.environment, "SECRET_KEY": ""}))
        self._processes: list[subprocess.Popen[bytes]] = []

    def flask(self, *arguments: str) -> str:
        """Run a flask command on this portal and return what it printed."""
        command = [sys.executable, "-m", "flask", "--app", "portal", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self) -> None:
        """Start both processes and wait until the web process answers."""
        web = [sys.executable, "-m", "gunicorn", "portal:create_app()", "--bind", f"127.0.0.1:{self.port}"]
        web += ["--threads", "8", "--log-level", "warning"]
        worker = [sys.executable, "-m", "flask", "--app", "portal", "worker"]
        self._processes = [
            subprocess.Popen(command, cwd=ROOT, env=self.environment) for command in (web, worker)
        ]
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert all(process.poll() is None for process in self._processes), "a process of the portal ended"
            assert time.monotonic() < deadline, "the portal did not start"

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all tests; without one they are skipped, or fail when REQUIRE_BROWSER=1."""
    if CHROMIUM is None:
        message = "CHROMIUM IS MISSING: the browser tests are left out (apt-get install chromium)"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_browser(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Open a browser of one's own; at the end no page may have broken the policy or written an error."""
    contexts, problems = [], []

    def note(message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            problems.append(f"console: {message.text}")

    def new(address: str, **options: Any) -> Any:
        context = chromium.new_context(base_url=address, **options)
        context.add_init_script(WATCH)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: problems.append(f"script: {error}"))
        contexts.append(context)
        return page

    yield new
    for context in contexts:
        for open_page in context.pages:
            problems += open_page.evaluate("window.violations || []")
        context.close()
    assert problems == []


def sign_in(page: Any, email: str, password: str) -> None:
    """Sign in as a person would."""
    page.goto("/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)
