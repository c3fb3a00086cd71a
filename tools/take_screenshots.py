"""Take a picture of every page, wide and narrow, light and dark, into docs/screenshots as WebP."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from sqlalchemy import func, select  # noqa: E402

from portal.db import db  # noqa: E402
from portal.demo.loading.people import PASSWORD  # noqa: E402
from portal.jobs import Job  # noqa: E402
from tests.browser.conftest import BROWSER_ARGUMENTS, CHROMIUM, sign_in  # noqa: E402
from tests.browser.pages import Shown, all_pages, demo_people  # noqa: E402
from tests.browser.process import Portal  # noqa: E402

TARGET = ROOT / "docs" / "screenshots"
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1440, 390)]
TALLEST = 2400
QUALITY = 72
WAIT_SECONDS = 600


def _wait_for_jobs(portal: Portal) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        with portal.app.app_context():
            left = db.session.scalar(select(func.count()).where(Job.state.in_(("waiting", "running"))))
        if not left:
            return
        print(f"\r{left} jobs are left ... ", end="", flush=True)
        time.sleep(2)
    print("\nGoing on without waiting for the rest.")


def _take(page: Any, shown: Shown, name: str) -> None:
    page.goto(shown.path, wait_until="networkidle")
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    width = page.viewport_size["width"]
    page.set_viewport_size({"width": width, "height": max(900, height)})
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").save(TARGET / f"{shown.name}-{name}.webp", quality=QUALITY, method=4)
    page.set_viewport_size({"width": width, "height": 900})


def main(wanted: list[str]) -> int:
    """Take all pictures, or those whose names start with one of the given words."""
    if CHROMIUM is None:
        print("Chromium is missing (apt-get install chromium).", file=sys.stderr)
        return 1
    folder = Path(tempfile.mkdtemp(prefix="tandem-screenshots-"))
    portal = Portal(folder, soffice="auto")
    try:
        portal.flask("db", "upgrade")
        portal.flask("demo", "load")
        portal.start()
        _wait_for_jobs(portal)
        TARGET.mkdir(parents=True, exist_ok=True)
        if not wanted:
            for old in TARGET.glob("*.webp"):
                old.unlink()
        pages = [
            shown for shown in all_pages(portal.app) if not wanted or shown.name.startswith(tuple(wanted))
        ]
        people = demo_people(portal.app)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_ARGUMENTS)
            for scheme, width in LOOKS:
                for role in sorted({shown.role or "" for shown in pages}):
                    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
                    page = browser.new_context(base_url=portal.address, **options).new_page()
                    if role:
                        sign_in(page, people[role], PASSWORD)
                    for shown in pages:
                        if (shown.role or "") == role:
                            _take(page, shown, f"{width}-{scheme}")
            browser.close()
        print(f"{len(pages) * len(LOOKS)} pictures of {len(pages)} pages are in {TARGET.relative_to(ROOT)}.")
        return 0
    finally:
        portal.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
