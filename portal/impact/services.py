"""Computing and storing snapshots of the impact figures."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from portal.db import chunks, db, now
from portal.impact.cut import cut_store, load_cut, store_cut
from portal.impact.figures import Figures, compute
from portal.impact.gathering import gather
from portal.impact.joint.figures import JointFigures, compute_joint
from portal.impact.method import METHOD_VERSION
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.impact.queries import is_of_all_uses, latest_snapshot
from portal.library.tidying import old_files, remove_files

SNAPSHOTS_KEPT = 30


@dataclass(frozen=True)
class Computed:
    """The figures of all uses, and those without inferred ones where there are any."""

    all: Figures
    without_inferred: Figures | None
    cut_sha256: str


def compute_figures() -> Computed:
    """Read and work out everything without writing, so that the write lock need not be held meanwhile."""
    gathered = gather()
    without = compute(gathered.without_inferred()) if gathered.inferred.any() else None
    return Computed(compute(gathered), without, store_cut(gathered))


def store_figures(figures: Computed) -> ImpactSnapshot:
    """Store figures as the latest snapshot and drop the oldest ones."""
    # That without inferred uses comes first, so that the newest one is always that of all uses.
    sha256 = figures.cut_sha256
    without = _store(figures.without_inferred, sha256) if figures.without_inferred else None
    snapshot = _store(figures.all, sha256)
    snapshot.without_inferred_id = without.id if without else None
    db.session.flush()
    newest = select(ImpactSnapshot.id, ImpactSnapshot.without_inferred_id).where(is_of_all_uses())
    kept = db.session.execute(newest.order_by(ImpactSnapshot.id.desc()).limit(SNAPSHOTS_KEPT)).all()
    keep = {number for row in kept for number in row if number is not None}
    db.session.execute(delete(ImpactSnapshot).where(ImpactSnapshot.id.not_in(keep)))
    return snapshot


def _store(figures: Figures, cut_sha256: str) -> ImpactSnapshot:
    snapshot = ImpactSnapshot(
        data_as_of=figures.data_as_of,
        method_version=METHOD_VERSION,
        coverage=figures.coverage,
        left_out=figures.left_out,
        cut_sha256=cut_sha256,
    )
    db.session.add(snapshot)
    db.session.flush()
    for part in chunks(figures.rows):
        db.session.execute(insert(ImpactRow), [row | {"snapshot_id": snapshot.id} for row in part])
    return snapshot


def second_opinion() -> dict[int, JointFigures]:
    """Work out, without writing, the joint model's figures that the latest snapshot lacks, by the snapshot's id."""
    snapshot = latest_snapshot()
    if snapshot is None or snapshot.cut_sha256 is None or snapshot.joint_at is not None:
        return {}
    number, without_id, sha256 = snapshot.id, snapshot.without_inferred_id, snapshot.cut_sha256
    db.session.rollback()  # or what was read would be held for as long as this takes
    gathered = load_cut(sha256)
    found = {number: compute_joint(gathered)}
    if without_id is not None:
        found[without_id] = compute_joint(gathered.without_inferred())
    return found


def store_second_opinion(figures: dict[int, JointFigures]) -> None:
    """Write the joint model's figures beside the others of their snapshots, those that are still kept."""
    for snapshot_id, joint in figures.items():
        snapshot = db.session.get(ImpactSnapshot, snapshot_id)
        if snapshot is None:
            continue
        of_it = select(ImpactRow.asset_id, ImpactRow.id).where(ImpactRow.snapshot_id == snapshot_id)
        row_of = dict(db.session.execute(of_it).tuples().all())
        rows = [
            {name: value for name, value in row.items() if name != "asset_id"}
            | {"id": row_of[row["asset_id"]]}
            for row in joint.rows
            if row["asset_id"] in row_of
        ]
        for part in chunks(rows):
            db.session.execute(update(ImpactRow), part)
        snapshot.left_out = snapshot.left_out | joint.left_out
        snapshot.joint_at = now()


def remove_old_cuts() -> int:
    """Remove the cuts that no snapshot has any more, and return how many."""
    store = cut_store()
    names = old_files(store)
    in_use = set(
        db.session.scalars(select(ImpactSnapshot.cut_sha256).where(ImpactSnapshot.cut_sha256.in_(names)))
    )
    return remove_files(store, names, {name for name in in_use if name})
