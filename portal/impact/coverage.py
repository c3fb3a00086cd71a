"""Coverage: on how many closed deals content was logged at all, which bounds what any figure here can say."""

from dataclasses import dataclass

import numpy as np

from portal.impact.inputs import UNKNOWN, Deals
from portal.impact.rows import BoolArray


@dataclass(frozen=True)
class Coverage:
    """Closed deals since a day, and those with at least one counted touch."""

    closed_deals: int
    logged_deals: int

    @property
    def share(self) -> float | None:
        """The share of closed deals with logged content; None without closed deals."""
        return self.logged_deals / self.closed_deals if self.closed_deals else None


def coverage(deals: Deals, logged: BoolArray, since_day: int = UNKNOWN) -> Coverage:
    """Count the deals closed on or after a day, or all closed ones, and those logged by a mask, (deals,)."""
    closed = deals.closed & (deals.closed_day >= since_day)
    return Coverage(int(np.sum(closed)), int(np.sum(closed & logged)))
