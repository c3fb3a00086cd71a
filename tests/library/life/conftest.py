"""What the tests of content's life share: a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

MODULES = (
    "portal.library.life.dates",
    "portal.library.life.services",
    "portal.library.models.content",
    "portal.library.queries",
    "portal.library.services.states",
    "portal.sharing.models",
)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[..., datetime]:
    """Stop the clock of everything that asks whether content is current: at(2026, 12, 1, 9, 30), in UTC."""

    def stop(*moment: int) -> datetime:
        stopped = datetime(*moment, tzinfo=UTC)  # type: ignore[misc, arg-type]
        for module in MODULES:
            monkeypatch.setattr(f"{module}.now", lambda: stopped)
        return stopped

    return stop
