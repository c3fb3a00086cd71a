"""Run every measurement, one after the other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ORDER = (
    "pages",
    "demo_load",
    "search_quality",
    "search_speed",
    "search_together",
    "documents",
    "near_duplicates",
    "importing",
    "impact_speed",
)


def main() -> int:
    """Run each module in a process of its own, so that none warms or burdens the next."""
    status = 0
    for name in ORDER:
        print(f"\n== {name}", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{name}"], cwd=Path(__file__).parent.parent, check=False
        )
        status = status or done.returncode
    return status


if __name__ == "__main__":
    sys.exit(main())
