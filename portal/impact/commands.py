"""Impact at the command line: working out the figures now."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from portal.db import db, now, unit_of_work
from portal.impact.export_commands import export
from portal.impact.figures import RULES, SHOWN_RULE
from portal.impact.lift import AssetLift
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.impact.overview import coverage_sentence, headline, left_out_words
from portal.impact.queries import impact_rows, latest_snapshot, verdict_counts
from portal.impact.second_opinion import disagreement
from portal.impact.services import compute_figures, second_opinion, store_figures, store_second_opinion
from portal.impact.simulation.commands import simulate, validate
from portal.impact.verdicts import Verdict
from portal.impact.words import sentence
from portal.tabular.currencies import minor_digits
from portal.usage.sums import local_day

LIFT = (
    *("used_rate", "comparison_rate", "lift", "se", "ci_low", "ci_high", "shrunk_lift", "q_value", "verdict"),
    *("e_value", "e_value_near", "naive_lift"),
)
CYCLE = ("weeks_won_deals", "weeks_difference", "weeks_ci_low", "weeks_ci_high")
JOINT = ("joint_effect", "joint_se", "joint_ci_low", "joint_ci_high", "joint_q")

group = AppGroup("impact", help="Work out which content goes with won deals.")
group.add_command(export)
group.add_command(simulate)
group.add_command(validate)
groups = (group,)


@group.command("compute")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object with the figures of all content."
)
@click.option("--no-joint", is_flag=True, help="Leave out the second opinion, which takes longest.")
def compute(as_json: bool, no_joint: bool) -> None:
    """Work out the figures from all deals and uses, and store them as the latest snapshot."""
    figures = compute_figures()
    db.session.rollback()
    with unit_of_work():
        store_figures(figures)
    if not no_joint:
        opinion = second_opinion()
        with unit_of_work():
            store_second_opinion(opinion)
    snapshot = latest_snapshot()
    if snapshot is None:
        raise click.ClickException("Nothing was stored. Please run it again.")
    rows = list(db.session.scalars(impact_rows(None, snapshot.id)))
    if as_json:
        click.echo(json.dumps(_answer(snapshot, rows), ensure_ascii=False))
        return
    click.echo(headline(verdict_counts(None, snapshot.id)))
    click.echo(coverage_sentence(snapshot.coverage, local_day(now())))
    for row in rows:
        other = disagreement(row)
        if other or row.verdict in (Verdict.WON_MORE, Verdict.WON_LESS):
            click.echo(f"{row.asset.title}: {sentence(AssetLift.read(row))} {other}".rstrip())
    for words in left_out_words(snapshot.left_out):
        click.echo(words)


def _answer(snapshot: ImpactSnapshot, rows: list[ImpactRow]) -> dict[str, Any]:
    as_of, joint_at = snapshot.data_as_of, snapshot.joint_at
    return {
        "data_as_of": as_of.astimezone(UTC).isoformat() if as_of else None,
        "computed_at": snapshot.computed_at.astimezone(UTC).isoformat(),
        "joint_at": joint_at.astimezone(UTC).isoformat() if joint_at else None,
        "method_version": snapshot.method_version,
        "currency": current_app.config["BASE_CURRENCY"],
        "coverage": snapshot.coverage,
        "left_out": snapshot.left_out,
        "assets": [_asset(row) for row in rows],
    }


def _asset(row: ImpactRow) -> dict[str, Any]:
    unit = 10 ** minor_digits(current_app.config["BASE_CURRENCY"])
    credited = {rule: getattr(row, f"credited_{rule}_minor") / unit for rule in RULES if rule != SHOWN_RULE}
    return {
        "asset": row.asset.slug,
        "title": row.asset.title,
        "deals_used": row.deals_used,
        "won": row.won,
        "lost": row.lost,
        "open_deals": row.open_deals,
        "matched": row.matched,
        "comparison_deals": row.comparison_deals,
        "credited_revenue": row.credited_minor / unit,
        "credited_by_rule": {SHOWN_RULE: row.credited_minor / unit} | credited,
        "rank_best": row.rank_best,
        "rank_worst": row.rank_worst,
        **{name: getattr(row, name) for name in (*LIFT, *CYCLE, *JOINT)},
    }
