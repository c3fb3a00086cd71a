"""What was said of a CRM's words holds for deals that an undo puts back as they were before it was said."""

from __future__ import annotations

from portal.deals.owners.services import give_again
from portal.deals.rates.services import reckon
from portal.deals.stages.services import rewrite


def follow_words(source: str) -> None:
    """Write on the deals of a CRM what its stages, owners and currencies mean by now."""
    rewrite(source)
    give_again(source)
    reckon()
