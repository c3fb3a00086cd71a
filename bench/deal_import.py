"""How fast a CRM's export moves in, and how much memory that takes, by the command that people use.

    .venv/bin/python -m bench.deal_import [--deals 100000] [--accounts 20000]

Measured are the first import of deals with a file of accounts, the same files again (nothing is new), the files with
every tenth deal changed, and taking that last import back. Goals for 100,000 deals: the first in under 30 seconds,
unchanged in under 15, each in under 400 MB. Memory is the system's own high-water mark of the command (VmHWM). The
baseline reads both files with Python's csv module and adds up nothing.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from bench.timing import verdict

ROOT = Path(__file__).resolve().parent.parent
FIRST_SECONDS, AGAIN_SECONDS, GOAL_MB = 30, 15, 400
HEADER = (
    "Opportunity ID",
    "Opportunity Name",
    "Account Name",
    "Opportunity Owner",
    "Owner Email",
    "Stage",
    "Amount",
    "Created Date",
    "Close Date",
    "Industry",
    "Region",
    "Product",
    "Lead Source",
    "Loss Reason",
)
INDUSTRIES = ("Energy", "Healthcare", "Retail", "Logistics", "Software", "Banking")
STAGES = ("Discovery", "Proposal", "Negotiation", "Closed Won", "Closed Lost")


def deals_file(path: Path, count: int, accounts: int, *, changed: int = 0) -> Path:
    """Write a file of deals; every `changed`-th has another amount than in the file without changes."""
    rng = random.Random(7)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        for number in range(count):
            stage, owner = STAGES[rng.randrange(5)], rng.randrange(300)
            created = date(2023, 1, 1) + timedelta(rng.randrange(1_000))
            closes = created + timedelta(20 + rng.randrange(200))
            amount = rng.randrange(5_000, 200_000) + (1 if changed and number % changed == 0 else 0)
            rows.writerow(
                [
                    f"006{number:012}",
                    f"Renewal {number} of a contract",
                    f"Company {rng.randrange(accounts)} Industries",
                    f"Person {owner}",
                    f"person{owner}@example.com",
                    stage,
                    amount,
                    created,
                    closes,
                    INDUSTRIES[owner % 6],
                    ("EMEA", "Americas", "APAC")[owner % 3],
                    f"Product {number % 12}",
                    ("Web", "Partner", "Event")[number % 3],
                    "Price" if stage == "Closed Lost" else "",
                ]
            )
    return path


def accounts_file(path: Path, count: int) -> Path:
    """Write a file of accounts."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Account Name", "Industry", "Region"])
        for number in range(count):
            rows.writerow([f"Company {number} Industries", INDUSTRIES[number % 6], "EMEA"])
    return path


def run(name: str, environment: dict[str, str], *arguments: str) -> tuple[float, float]:
    """Run a command of the portal; return its seconds and its megabytes at the peak."""
    command = [sys.executable, "-m", "flask", "--app", "portal", "deals", *arguments]
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    peak = 0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            break
        peak = max([peak, *(int(found) for found in re.findall(r"VmHWM:\s+(\d+) kB", status))])
        time.sleep(0.05)
    output = (process.communicate()[0] or "").splitlines()
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    figures = f"{seconds:7.1f} s{busy:7.1f} s of processor{peak / 1000:6.0f} MB"
    print(f"{name:<28}{figures}   {output[0][:80] if output else ''}", flush=True)
    if process.returncode:
        raise SystemExit(f"{name} ended with {process.returncode}")
    return seconds, peak / 1000


def baseline(paths: list[Path]) -> float:
    """Read the files as any program would; return the seconds that took."""
    start = time.perf_counter()
    for path in paths:
        with path.open(newline="") as file:
            for _ in csv.reader(file):
                pass
    return time.perf_counter() - start


def main() -> None:
    """Write the files, import them, import them again, change a tenth, and take that back."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, default=100_000)
    parser.add_argument("--accounts", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        environment = {**os.environ, "PORTAL_DATA_DIR": str(work / "data")}
        deals = deals_file(work / "deals.csv", options.deals, options.accounts)
        changed = deals_file(work / "changed.csv", options.deals, options.accounts, changed=10)
        accounts = accounts_file(work / "accounts.csv", options.accounts)
        print(f"baseline (Python's csv alone): {baseline([deals, accounts]):.2f} s")
        flask = [sys.executable, "-m", "flask", "--app", "portal"]
        subprocess.run([*flask, "db", "upgrade"], cwd=ROOT, env=environment, check=True, capture_output=True)
        files = (str(deals), "--accounts", str(accounts))
        first = run("first import", environment, "import", *files)
        again = run("the same again", environment, "import", *files)
        tenth = run("every tenth deal changed", environment, "import", str(changed))
        back = run("taking that back", environment, "undo", "3")
        whole = run("taking the first import back", environment, "undo", "1")
        print(
            f"first import: {verdict(first[0], FIRST_SECONDS)}; unchanged: {verdict(again[0], AGAIN_SECONDS)}"
        )
        peak = max(megabytes for _, megabytes in (first, again, tenth, back, whole))
        print(f"peak {peak:.0f} MB, {verdict(peak, GOAL_MB)}")


if __name__ == "__main__":
    main()
