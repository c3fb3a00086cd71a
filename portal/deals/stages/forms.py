"""What a person says of a CRM's stages, as a form sends it."""

from __future__ import annotations

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

from portal.deals.stages.queries import Meaning
from portal.errors import Invalid

# What stands in the field of a stage of which nobody has said anything yet; "" is the CRM's own word.
UNSAID = "?"


def answers_of(form: MultiDict[str, str]) -> Mapping[str, Meaning]:
    """Return what a form says of each stage; one of which nothing is said is left out."""
    names, stages, ends = form.getlist("name"), form.getlist("stage"), form.getlist("status")
    if not len(names) == len(stages) == len(ends):
        raise Invalid("The form came incomplete. Reload the page.")
    return {
        name: (None if stage == UNSAID else stage or None, end or None)
        for name, stage, end in zip(names, stages, ends, strict=True)
        if stage != UNSAID or end
    }
