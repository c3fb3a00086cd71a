"""What the tests of a CRM's words share: people who import, and a file that is handed in and applied."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask.testing import FlaskClient

HEADER = "id,name,account,owner,owner email,stage,amount,currency,created,closed"


@pytest.fixture
def client(make: Any, sign_in: Any) -> FlaskClient:
    """A manager's client."""
    return sign_in(make.user("manager", name="Mona"))


@pytest.fixture
def admin(make: Any, sign_in: Any) -> FlaskClient:
    """An admin's client."""
    return sign_in(make.user("admin", name="Ada"))


@pytest.fixture
def plan(client: FlaskClient, run_jobs: Any) -> Any:
    """Hand in lines of deals as an import and have it read; returns its address: plan("D1,…", source="hub")."""

    def hand_in(*lines: str, source: str = "csv") -> str:
        data = "\n".join((HEADER, *lines)).encode()
        fields = {"kind": "deals", "source": source, "dates": "auto", "file": (io.BytesIO(data), "deals.csv")}
        answer = client.post("/deals/import", data=fields)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        run_jobs()
        return answer.location

    return hand_in


@pytest.fixture
def bring_in(client: FlaskClient, plan: Any, run_jobs: Any) -> Any:
    """Import lines of deals; returns the import's page afterwards."""

    def apply(*lines: str, source: str = "csv") -> str:
        address = plan(*lines, source=source)
        assert client.post(f"{address}/apply").status_code == 303
        run_jobs()
        return client.get(address).get_data(as_text=True)

    return apply
