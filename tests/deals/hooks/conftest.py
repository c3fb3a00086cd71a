"""What the tests of updates share: a key, and sending what it signs."""

from __future__ import annotations

import hashlib
import hmac
import json
import time

import pytest
from sqlalchemy import select

from portal.db import db, unit_of_work
from portal.deals.hooks.services import create_hook, secret_of


@pytest.fixture
def hook(app, make):
    """The key and secret of a hook for the CRM "csv"."""
    admin = make.user("admin")
    with app.app_context(), unit_of_work():
        made = create_hook(name="Workflow", source="csv", by=admin)
        return made.key, secret_of(made)


@pytest.fixture
def post(app, hook):
    """Send an update as an automation does: post({"id": "D1"}); every part of it can be made wrong."""

    def send(
        said, *, stamp=None, key=None, secret=None, signature=None, body=None, mimetype="application/json"
    ):
        body = json.dumps(said).encode() if body is None else body
        stamp = str(int(time.time())) if stamp is None else stamp
        signed = hmac.new((secret or hook[1]).encode(), stamp.encode() + b"." + body, hashlib.sha256)
        headers = {
            "X-Tandem-Key": key or hook[0],
            "X-Tandem-Timestamp": stamp,
            "X-Tandem-Signature": signed.hexdigest() if signature is None else signature,
        }
        return app.test_client().post("/hooks/deals", data=body, headers=headers, content_type=mimetype)

    return send


@pytest.fixture
def table(app):
    """Run a select of several columns and return its rows."""

    def run(*columns):
        with app.app_context():
            return [tuple(row) for row in db.session.execute(select(*columns))]

    return run


@pytest.fixture
def imported(app, tmp_path):
    """Import lines of a CSV file of deals by the command."""

    def run(*lines):
        path = tmp_path / "deals.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        result = app.test_cli_runner().invoke(args=["deals", "import", str(path)])
        assert result.exit_code == 0, result.output

    return run
