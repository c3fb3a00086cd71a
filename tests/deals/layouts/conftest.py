"""What the tests of columns share: a manager's client, and files handed in by the page."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest


@pytest.fixture
def client(make: Any, sign_in: Any) -> Any:
    """A manager who is signed in."""
    return sign_in(make.user("manager", name="Mona"))


@pytest.fixture
def hand_in(client: Any, run_jobs: Any) -> Callable[..., str]:
    """Hand in a file, let it be read, and return the address of its import: hand_in(text, kind="deals")."""

    def post(content: str | bytes, name: str = "deals.csv", kind: str = "deals", **fields: Any) -> str:
        data = content.encode() if isinstance(content, str) else content
        values = {"kind": kind, "source": "csv", "file": (io.BytesIO(data), name), **fields}
        answer = client.post("/deals/import", data=values)
        assert answer.status_code == 303, text(answer)
        run_jobs()
        return answer.location

    return post


@pytest.fixture
def choose(client: Any, run_jobs: Any) -> Callable[..., Any]:
    """Send the page of columns as it stands, with some controls changed: choose(address, {"deals-closed": "Due"})."""

    def post(address: str, changed: dict[str, str] | None = None) -> Any:
        page = client.get(f"{address}/columns")
        assert page.status_code == 200
        answer = client.post(f"{address}/columns", data=controls(text(page)) | (changed or {}))
        run_jobs()
        return answer

    return post


def text(answer: Any) -> str:
    """The words of an answer."""
    return unescape(answer.get_data(as_text=True))


def controls(page: str) -> dict[str, str]:
    """The selects of a page by name, each with what is selected in it."""
    found = {}
    for name, options in re.findall(r'<select [^>]*?name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        selected = re.search(r'<option value="([^"]*)" selected>', options)
        found[name] = selected[1] if selected else ""
    return found
