"""Timeline: the weeks in which content was first used on each closed deal, and how far the deal was by then.

A timeline is of each deal alone, whatever other deals it is compared with.
"""

from dataclasses import dataclass

import numpy as np

from portal.impact.inputs import UNKNOWN, Deals, StageHistory, Touches, countable
from portal.impact.method import DAYS_IN_WEEK, PRIOR_ASSETS_FROM, WEEKS_IN_STAGE_FROM
from portal.impact.rows import BoolArray, IntArray, SmallIntArray, run_lengths, run_starts, sorted_rows

UNKNOWN_WEEKS = len(WEEKS_IN_STAGE_FROM) + 1


@dataclass(frozen=True)
class Timeline:
    """Moments (moments,) in order of deal, then week, and the first uses (uses,) that happened in them."""

    deal: IntArray  # index into Deals
    week: IntArray
    stage_code: SmallIntArray  # as in the columns of Moments.cell_codes
    weeks_code: SmallIntArray
    prior_code: SmallIntArray
    use_asset: IntArray  # (uses,), ordered by asset, then moment
    use_moment: IntArray  # (uses,), index into the moments
    begin_day: IntArray  # (deals,), the day from which the weeks of each deal count

    def of_deals(self, keep: BoolArray) -> "Timeline":
        """Return the timeline of the deals that a mask, (deals,), keeps; these are numbered anew."""
        if keep.all():
            return self
        stays = keep[self.deal]
        rows, uses = np.flatnonzero(stays), np.flatnonzero(stays[self.use_moment])
        deal_place, place = (np.cumsum(mask, dtype=np.int64) - 1 for mask in (keep, stays))
        return Timeline(
            deal=deal_place[self.deal[rows]],
            week=self.week[rows],
            stage_code=self.stage_code[rows],
            weeks_code=self.weeks_code[rows],
            prior_code=self.prior_code[rows],
            use_asset=self.use_asset[uses],
            use_moment=place[self.use_moment[uses]],
            begin_day=self.begin_day[keep],
        )


def timeline_of(deals: Deals, history: StageHistory, touches: Touches) -> Timeline:
    """Reduce touches to the first use of each asset on each closed deal, and place these in moments."""
    kept, _ = countable(deals, touches)
    begin = _begin_day(deals, history, kept)
    deal, asset, week = sorted_rows(kept.deal, kept.asset, (kept.day - begin[kept.deal]) // DAYS_IN_WEEK)
    first = np.flatnonzero(run_starts(deal, asset))
    deal, week, asset = sorted_rows(deal[first], week[first], asset[first])

    opens = run_starts(deal, week)
    first_use = np.flatnonzero(opens)
    deal, week = deal[first_use], week[first_use]
    opens_deal = run_starts(deal)
    prior = first_use - np.repeat(first_use[opens_deal], run_lengths(opens_deal))
    stage, weeks_in_stage = stage_at(history, begin, deal, week)
    weeks_bin = np.searchsorted(WEEKS_IN_STAGE_FROM, weeks_in_stage, side="right")
    use_asset, use_moment = sorted_rows(asset, np.cumsum(opens, dtype=np.int64) - 1)
    return Timeline(
        deal=deal,
        week=week,
        stage_code=(stage + 1).astype(np.int32),
        weeks_code=np.where(weeks_in_stage == UNKNOWN, UNKNOWN_WEEKS, weeks_bin).astype(np.int32),
        prior_code=np.searchsorted(PRIOR_ASSETS_FROM, prior, side="right").astype(np.int32),
        use_asset=use_asset,
        use_moment=use_moment,
        begin_day=begin,
    )


def _begin_day(deals: Deals, history: StageHistory, touches: Touches) -> IntArray:
    """The day from which each deal's weeks count, (deals,)."""
    never = np.iinfo(np.int64).max
    begin = np.where(deals.created_day == UNKNOWN, never, deals.created_day)
    for deal, day in ((history.deal, history.entered_day), (touches.deal, touches.day)):
        earliest = np.full(len(begin), never)
        np.minimum.at(earliest, deal, day)
        begin = np.where(begin == never, earliest, begin)
    return np.where(begin == never, 0, begin)


def stage_at(
    history: StageHistory, begin: IntArray, deal: IntArray, week: IntArray
) -> tuple[IntArray, IntArray]:
    """Give the stage at the start of each moment's week and the weeks spent in it, both (moments,), or UNKNOWN.

    begin is the day from which the weeks of each deal count, (deals,); deal and week are those of the moments.
    A deal's first recorded stage counts from the week it was entered in; a later one from the week after, as
    content used in the week of a move was used before the move or led to it. Ahead of any record it is unknown.
    """
    rows = np.arange(len(history.deal), dtype=np.int64)
    owner, day, row = sorted_rows(history.deal, history.entered_day, rows)
    later = ~run_starts(owner)
    from_week = (day - begin[owner]) // DAYS_IN_WEEK + later
    entry = _last_at_or_before(owner, from_week, deal, week)
    found = entry >= 0
    stage, weeks = np.full(len(deal), UNKNOWN), np.full(len(deal), UNKNOWN)
    stage[found] = history.stage[row][entry[found]]
    weeks[found] = week[found] - from_week[entry[found]]
    return stage, weeks


def _last_at_or_before(owner: IntArray, begins: IntArray, deal: IntArray, week: IntArray) -> IntArray:
    """Index of the last of the ordered (owner, begins) rows with the moment's deal and begins <= week, else -1."""
    if not len(owner) or not len(deal):
        return np.full(len(deal), -1)
    low = min(int(begins.min()), int(week.min()))
    span = max(int(begins.max()), int(week.max())) - low + 1
    entry = np.searchsorted(owner * span + begins - low, deal * span + week - low, side="right") - 1
    return np.where((entry >= 0) & (owner[entry] == deal), entry, -1)
