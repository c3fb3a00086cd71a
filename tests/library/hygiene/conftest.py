"""What the tests of the library's hygiene share: people, and looking over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.jobs import enqueue
from portal.library.models import HygieneFinding
from portal.users.models import User
from tests.factories import Make


@pytest.fixture
def marketer(make: Make) -> User:
    return make.user("marketer", name="Ana Ruiz")


@pytest.fixture
def marketing(sign_in: Callable[[User], FlaskClient], marketer: User) -> FlaskClient:
    return sign_in(marketer)


@pytest.fixture
def found(
    make: Make, run_jobs: Callable[[], int], rows: Callable[[Any], list[Any]]
) -> Callable[..., list[str]]:
    """Look the library over as at night, and return the slugs of one kind of finding."""

    def look(kind: str, *, again: bool = True) -> list[str]:
        if again:
            make.inside(lambda: enqueue("look_over_library"))
            run_jobs()
        of_kind = select(HygieneFinding).options(joinedload(HygieneFinding.asset))
        of_kind = of_kind.where(HygieneFinding.kind == kind).order_by(HygieneFinding.asset_id)
        return [finding.asset.slug for finding in rows(of_kind)]

    return look


@pytest.fixture
def finding_of(
    found: Callable[..., list[str]], rows: Callable[[Any], list[Any]]
) -> Callable[..., HygieneFinding]:
    """Look the library over, and return the one finding of a kind."""

    def look(kind: str) -> HygieneFinding:
        found(kind)
        (finding,) = rows(select(HygieneFinding).where(HygieneFinding.kind == kind))
        return finding

    return look
