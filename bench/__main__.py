"""Run every measurement, one after the other: `.venv/bin/python -m bench [--full]`, which adds the largest library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ORDER = (
    "pages",
    "demo_load",
    "search_quality",
    "search_speed",
    "search_page",
    "search_together",
    "strange_input",
    "documents",
    "near_duplicates",
    "received_mails",
    "importing",
    "deal_import",
    "impact_speed",
    "impact_reading",
    "impact_joint",
    "publishing",
    "request_scores",
    "board",
    "link_events",
)
HAVE_MORE = ("search_page",)  # to measure with --full, which takes a quarter of an hour longer


def main() -> int:
    """Run each module in a process of its own, so that none warms or burdens the next."""
    status = 0
    for name in ORDER:
        print(f"\n== {name}", flush=True)
        more = [each for each in sys.argv[1:] if each == "--full" and name in HAVE_MORE]
        command = [sys.executable, "-m", f"bench.{name}", *more]
        done = subprocess.run(command, cwd=Path(__file__).parent.parent, check=False)
        status = status or done.returncode
    return status


if __name__ == "__main__":
    sys.exit(main())
