"""The job that rewrites deals after somebody said what a CRM's stages mean."""

from __future__ import annotations

from portal.db import unit_of_work
from portal.deals.stages.queries import source_of
from portal.deals.stages.services import rewrite
from portal.jobs import job


@job("apply_stages")
def apply_stages(stage_id: int | None) -> None:
    """Write the portal's words on the deals of the CRM that a stage is of."""
    with unit_of_work():
        source = source_of(stage_id or 0)
        if source is not None:
            rewrite(source)
