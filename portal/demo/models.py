"""The note that this portal shows a demo, and which effects were planted in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Model, UtcDateTime, now


class DemoNote(Model):
    """There is one row while the portal shows the demo, and none once it is cleared."""

    __tablename__ = "demo_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    seed: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    planted: Mapped[dict[str, Any]] = mapped_column(JSON)
