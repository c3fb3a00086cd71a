"""A throw-away portal: files go through the portal's own import commands into a database that nobody keeps."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import select

from portal.db import db
from portal.errors import Invalid
from portal.impact.gathered import Gathered
from portal.impact.gathering import gather
from portal.impact.rows import IntArray
from portal.impact.simulation.files import asset_titles
from portal.library.models import Asset


@contextmanager
def throwaway_portal() -> Iterator[Flask]:
    """Give an empty portal in a temporary folder, which goes at the end; settings are those of a fresh one."""
    # Imported here: a portal is made out of everything, so its modules can't import it while it is being made.
    from config import Config
    from portal import create_app

    with tempfile.TemporaryDirectory(prefix="tandem-") as folder:
        app = create_app(Config({"PORTAL_DATA_DIR": folder}))
        with app.app_context():
            db.create_all()
            try:
                yield app
            finally:
                db.session.remove()
                db.engine.dispose()


def import_files(app: Flask, folder: Path) -> dict[str, dict[str, Any]]:
    """Run the portal's import commands over a set's files and return their reports; refuse rows that were refused."""
    reports = {
        "deals": _run(app, "deals", "import", folder / "deals.csv", "--users", folder / "users.csv"),
        "history": _run(app, "deals", "import-history", folder / "history.csv"),
        "usage": _run(app, "usage", "import", folder / "usage.csv", "--create"),
    }
    for report in reports.values():
        for of_file in (report, report.get("users", {})):
            if of_file.get("refused"):
                first = of_file["rows_refused"][0]
                raise Invalid(f"{of_file['file']}, line {first['line']} was refused: {first['reason']}")
    return reports


def gather_imported(assets: int) -> tuple[Gathered, IntArray]:
    """Read what was imported back, and the number, (assets,), that each of its assets had in the simulation."""
    gathered = gather()
    title_of = dict(db.session.execute(select(Asset.id, Asset.title)).tuples().all())
    number_of = {title: number for number, title in enumerate(asset_titles(assets))}
    numbers = [number_of[title_of[asset_id]] for asset_id in gathered.asset_ids.tolist()]
    return gathered, np.array(numbers, np.int64)


def _run(app: Flask, *words: str | Path) -> dict[str, Any]:
    printed = io.StringIO()
    with redirect_stdout(printed):
        app.cli.main(
            args=[*map(str, words), "--json"],
            prog_name="flask",
            standalone_mode=False,
            obj=ScriptInfo(create_app=lambda: app),
        )
    report: dict[str, Any] = json.loads(printed.getvalue())
    return report
