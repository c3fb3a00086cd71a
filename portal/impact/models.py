"""Snapshots of the impact figures, so that a page and every export of it say the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, UtcDateTime, now
from portal.library.models import Asset


class ImpactSnapshot(Model):
    """One computation over everything: when, by which method, on how much, and what was left out."""

    __tablename__ = "impact_snapshots"

    id: Mapped[int] = mapped_column(primary_key=True)
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    data_as_of: Mapped[datetime | None] = mapped_column(UtcDateTime)
    method_version: Mapped[str] = mapped_column(String(40))
    coverage: Mapped[dict[str, Any]] = mapped_column(JSON)
    left_out: Mapped[dict[str, Any]] = mapped_column(JSON)
    # The same without inferred uses, computed just before; none when no use was inferred, for it would be no other.
    without_inferred_id: Mapped[int | None] = mapped_column(
        ForeignKey("impact_snapshots.id", ondelete="SET NULL"), index=True
    )
    # The arrays that it was made from, so that any filter or export can be worked out again.
    cut_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    # By dimension, how far parts of one asset's deals truly differ: what the figures of a part are shrunk with.
    spread: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    joint_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImpactRow(Model):
    """The figures of one asset in one snapshot; fractions for rates, minor units of the base currency for money.

    `deals_used` counts closed deals, won and lost; `money` is the lift times the known amounts of those deals.
    `credited_minor` is the linear rule's, and `rank_best` to `rank_worst` the places that all rules give it. `joint_*`
    is what the joint model says, worked out after the rest.
    """

    __tablename__ = "impact_rows"
    __table_args__ = (Index("ix_impact_rows_snapshot_asset", "snapshot_id", "asset_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("impact_snapshots.id", ondelete="CASCADE"))
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"), index=True)
    deals_used: Mapped[int]
    open_deals: Mapped[int] = mapped_column(default=0)
    won: Mapped[int]
    lost: Mapped[int]
    matched: Mapped[int]
    comparison_deals: Mapped[int]
    credited_minor: Mapped[int] = mapped_column(BigInteger)
    credited_first_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    credited_last_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    credited_u_shape_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    credited_time_decay_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    credited_markov_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    credited_shapley_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    rank_best: Mapped[int | None]
    rank_worst: Mapped[int | None]
    used_revenue_minor: Mapped[int] = mapped_column(BigInteger)
    used_rate: Mapped[float | None]
    comparison_rate: Mapped[float | None]
    lift: Mapped[float | None]
    se: Mapped[float | None]
    ci_low: Mapped[float | None]
    ci_high: Mapped[float | None]
    shrunk_lift: Mapped[float | None]
    q_value: Mapped[float | None]
    e_value: Mapped[float | None]
    e_value_near: Mapped[float | None]
    naive_lift: Mapped[float | None]
    money_minor: Mapped[int | None] = mapped_column(BigInteger)
    money_low_minor: Mapped[int | None] = mapped_column(BigInteger)
    money_high_minor: Mapped[int | None] = mapped_column(BigInteger)
    weeks_won_deals: Mapped[int] = mapped_column(default=0)
    weeks_difference: Mapped[float | None]
    weeks_ci_low: Mapped[float | None]
    weeks_ci_high: Mapped[float | None]
    verdict: Mapped[str] = mapped_column(String(30))
    joint_effect: Mapped[float | None]
    joint_se: Mapped[float | None]
    joint_ci_low: Mapped[float | None]
    joint_ci_high: Mapped[float | None]
    joint_q: Mapped[float | None]

    asset: Mapped[Asset] = relationship()
    snapshot: Mapped[ImpactSnapshot] = relationship()
