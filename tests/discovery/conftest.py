"""What tests of search share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from portal.library.indexing import all_documents, engine


@pytest.fixture
def index(app: Flask) -> Callable[[], None]:
    """Bring the index in step with what the test has made."""

    def run() -> None:
        with app.app_context():
            engine().rebuild(all_documents())

    return run
