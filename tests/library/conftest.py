"""What the library's tests share: a quick portal, and content made from real files."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask

from portal.library import services
from portal.library.adding import receive_file, take_file
from portal.library.models import Asset
from portal.library.queries import asset_or_404
from portal.users.models import User
from tests.factories import Make


@pytest.fixture(autouse=True)
def without_office(app: Flask) -> None:
    """Leave LibreOffice out: it takes seconds a file, and the library does not depend on it."""
    app.config["SOFFICE"] = "none"


@pytest.fixture
def add_file(make: Make, run_jobs: Callable[[], int]) -> Callable[..., Asset]:
    """Add a file as a person would and let the jobs read it: add_file(samples.pdf(), by=marketer, publish=True)."""

    def add(upload: tuple[BytesIO, str], *, by: User | None = None, publish: bool = False) -> Asset:
        stream, name = upload
        taken = make.inside(lambda: take_file(receive_file(stream, name), by=by))
        assert taken.asset is not None, taken.reason
        run_jobs()
        asset_id = taken.asset.id
        if publish:
            make.inside(lambda: services.publish(asset_or_404(asset_id), by))
            run_jobs()
        return make.inside(lambda: asset_or_404(asset_id))

    return add
