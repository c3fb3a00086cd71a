"""What the tests of imports share: files written on the spot and the command that reads them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

HEADER = "id,name,account,owner,owner email,stage,amount,currency,created,closed"
WON = "D1,First,Acme,Jo Day,jo@example.com,Closed Won,\"1,054.50\",USD,2026-01-02,2026-02-03"  # fmt: skip
LOST = "D2,Second,Beta,Jo Day,jo@example.com,Closed Lost,2000,USD,2026-01-05,2026-02-09"
OPEN = "D3,Third,Acme,Al Fox,,Proposal,3000,USD,2026-02-01,2026-12-01"


def counts(report: dict[str, Any]) -> tuple[int, ...]:
    """How many rows of an import were new, changed, unchanged and refused."""
    return tuple(report[name] for name in ("new", "changed", "unchanged", "refused"))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a CSV file of deals: write("D1,First,Acme,Jo,jo@example.com,Won,100,USD,2026-01-02,2026-02-03")."""

    def store(*lines: str, header: str = HEADER, name: str = "deals.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
        return path

    return store


@pytest.fixture
def run(app: Flask) -> Callable[..., Any]:
    """Run a command and return its result: run("deals", "import", path)."""

    def invoke(*arguments: object) -> Any:
        return app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])

    return invoke


@pytest.fixture
def report(run: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """Run a command with --json and return what it printed."""

    def invoke(*arguments: object) -> dict[str, Any]:
        result = run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.output)

    return invoke
