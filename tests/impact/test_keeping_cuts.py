"""What is kept of the cuts: each that a snapshot still has, once, and no other for longer than a day."""

from __future__ import annotations

import os
from datetime import timedelta

from sqlalchemy import select

from portal.db import db, now
from portal.impact.cut import cut_store, load_cut, store_cut
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.impact.services import (
    compute_figures,
    remove_old_cuts,
    second_opinion,
    store_figures,
    store_second_opinion,
)
from tests.impact.worlds import gathered_world, store_gathered


def _aged() -> list[str]:
    """Make every cut three days old, and name them."""
    store, old = cut_store(), (now() - timedelta(days=3)).timestamp()
    names = sorted(store.names())
    for name in names:
        os.utime(store.path(name), (old, old))
    return names


def test_a_cut_is_kept_as_long_as_any_snapshot_has_it(app, make):
    assets = [make.asset() for _ in range(3)]
    world, other = gathered_world(assets), gathered_world(assets, inferred=True)
    twice = [store_gathered(make, world) for _ in range(2)]
    alone = store_gathered(make, other)
    make.store(ImpactSnapshot(method_version="matched-lift/1", coverage={}, left_out={}))  # without a cut
    with app.app_context():
        assert len(_aged()) == 2
        assert remove_old_cuts() == 0

    def drop(*ids: int) -> None:
        for row in db.session.scalars(select(ImpactSnapshot).where(ImpactSnapshot.id.in_(ids))):
            db.session.delete(row)

    make.inside(lambda: drop(twice[0].id, alone.id))
    with app.app_context():
        assert remove_old_cuts() == 1
        assert list(cut_store().names()) == [twice[1].cut_sha256]


def test_a_cut_that_no_snapshot_has_yet_is_left_alone_also_where_it_was_there_before(app, make):
    world = gathered_world([make.asset()])
    with app.app_context():
        store_cut(world)
        _aged()
        again = store_cut(world)  # as a computation does that has not stored its snapshot
        assert remove_old_cuts() == 0
        assert load_cut(again).asset_ids.tolist() == world.asset_ids.tolist()


def test_the_second_opinion_is_of_both_twins_and_of_whatever_is_still_kept(app, make):
    rep, asset = make.user(), make.asset()
    for number in range(8):
        deal = make.deal(owner=rep, status="won" if number % 2 else "lost")
        at = now() - timedelta(days=20)
        make.use(
            asset, rep, kind="sent", deal=deal, at=at, deal_known_by="inferred" if number < 4 else "named"
        )
    newest = make.inside(lambda: store_figures(compute_figures()))
    with app.app_context():
        opinion = second_opinion()
    assert set(opinion) == {newest.id, newest.without_inferred_id}
    make.inside(lambda: db.session.delete(db.session.get(ImpactSnapshot, newest.without_inferred_id)))
    make.inside(lambda: store_second_opinion(opinion))
    with app.app_context():
        (row,) = db.session.scalars(select(ImpactRow))
        assert row.joint_effect is not None
        assert db.session.get(ImpactSnapshot, newest.id).joint_at is not None
        assert second_opinion() == {}


def test_a_computation_that_stops_midway_leaves_the_figures_before_it(app, make, monkeypatch):
    make.asset()
    before = make.inside(lambda: store_figures(compute_figures()))
    monkeypatch.setattr("portal.impact.services.METHOD_VERSION", None)
    result = app.test_cli_runner().invoke(args=["impact", "compute"])
    assert result.exit_code != 0
    with app.app_context():
        assert db.session.scalars(select(ImpactSnapshot.id)).all() == [before.id]


def test_the_same_data_is_the_same_file_and_other_data_another(app, make):
    asset = make.asset()
    one, same, other = (gathered_world([asset]) for _ in range(3))
    other.amount_given[0] = False
    with app.app_context():
        assert store_cut(one) == store_cut(same) != store_cut(other)
