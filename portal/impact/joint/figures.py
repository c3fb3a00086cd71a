"""Figures: the joint model over what was gathered, as plain rows that can be stored beside the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.impact.gathered import Gathered
from portal.impact.joint.effects import Joint, joint_effects

COLUMNS = {
    "joint_effect": "effect",
    "joint_se": "se",
    "joint_ci_low": "ci_low",
    "joint_ci_high": "ci_high",
    "joint_q": "q_value",
}


@dataclass(frozen=True)
class JointFigures:
    """One row an asset, named like the columns of its table, with None for unavailable, and what was left out."""

    rows: list[dict[str, Any]]
    left_out: dict[str, int]


def compute_joint(gathered: Gathered) -> JointFigures:
    """Work out the second opinion on every asset; takes tens of seconds on millions of uses, and touches no database.

    As for lift, what was logged when the end of its deal was known feeds no estimate.
    """
    joint = joint_effects(
        gathered.deals,
        gathered.history,
        gathered.touches.only(~gathered.late),
        len(gathered.asset_ids),
        gathered.facets["region"].codes,
    )
    columns = {name: getattr(joint, field).tolist() for name, field in COLUMNS.items()}
    rows = [
        {"asset_id": asset_id, **{name: _known(values[place]) for name, values in columns.items()}}
        for place, asset_id in enumerate(gathered.asset_ids.tolist())
    ]
    return JointFigures(rows, _left_out(joint))


def _known(value: float) -> float | None:
    return None if value != value else value


def _left_out(joint: Joint) -> dict[str, int]:
    return {
        "joint_closed_before_created": joint.left_out["deals_closed_before_created"],
        "joint_without_history": joint.left_out.get("deals_without_history", 0),
        "joint_whole_deals": 0 if joint.by_stage else joint.rows,
    }
