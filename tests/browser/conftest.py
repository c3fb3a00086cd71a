"""A real portal (web and worker process) on the loopback, and a real Chromium in front of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
BROWSER_ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # By its own name, a browser without a screen is taken for a scanner of links.
    "--user-agent=Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/143.0.0.0 Safari/537.36",
]
WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI || event.sourceFile}`));
"""


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
        context.set_default_timeout(60_000)
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


def told(page: Any, words: str) -> Any:
    """Look under the bell until the worker has brought what is to be read there."""
    return until(page, "/notifications", page.get_by_role("button", name=words).first)


def until(page: Any, address: str, wanted: Any) -> Any:
    """Open a page again and again until the worker has done what shows something on it."""
    from playwright.sync_api import Error, TimeoutError

    for _ in range(30):
        try:
            page.goto(address)
            wanted.wait_for(timeout=2_000)
            break
        except TimeoutError:
            continue
        except Error as error:
            # The page that is left may just be opening itself anew, since it waits for the worker too.
            if "interrupted by another navigation" not in str(error):
                raise
    return wanted
