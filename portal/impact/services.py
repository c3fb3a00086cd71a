"""Computing and storing snapshots of the impact figures."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from portal.db import chunks, db
from portal.impact.figures import Figures, compute
from portal.impact.gathering import gather
from portal.impact.method import METHOD_VERSION
from portal.impact.models import ImpactRow, ImpactSnapshot

SNAPSHOTS_KEPT = 30


def compute_figures() -> Figures:
    """Read and work out everything without writing, so that the write lock need not be held meanwhile."""
    return compute(gather())


def store_figures(figures: Figures) -> ImpactSnapshot:
    """Store figures as the latest snapshot and drop the oldest ones."""
    snapshot = ImpactSnapshot(
        data_as_of=figures.data_as_of,
        method_version=METHOD_VERSION,
        coverage=figures.coverage,
        left_out=figures.left_out,
    )
    db.session.add(snapshot)
    db.session.flush()
    for part in chunks(figures.rows):
        db.session.execute(insert(ImpactRow), [row | {"snapshot_id": snapshot.id} for row in part])
    newest = select(ImpactSnapshot.id).order_by(ImpactSnapshot.id.desc()).limit(SNAPSHOTS_KEPT)
    db.session.execute(delete(ImpactSnapshot).where(ImpactSnapshot.id.not_in(newest)))
    return snapshot


def compute_snapshot() -> ImpactSnapshot:
    """Work out all figures and store them as the latest snapshot."""
    return store_figures(compute_figures())
