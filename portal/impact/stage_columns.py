"""Stage columns: which stages deals went through, as arrays, without what only tells how they ended."""

from __future__ import annotations

import numpy as np
from sqlalchemy import select

from portal.db import db
from portal.deals.models import CrmStage, StageEntry
from portal.deals.reading.values import stage_says
from portal.impact.columns import days_of, joined_dates, joined_numbers, joined_words, numbers_of, words_of
from portal.impact.deal_columns import DealColumns
from portal.impact.gathered import Coded
from portal.impact.inputs import UNKNOWN, StageHistory
from portal.impact.rows import BoolArray, IntArray, run_starts

ELSEWHERE = -2  # the code of a stage that no entry has


def stage_history(deals: DealColumns) -> tuple[StageHistory, tuple[str, ...]]:
    """Read stage entries deal by deal as they happened, without those that tell how the deal ended, and their words.

    Entries that follow each other in one stage of the portal, which a CRM may cut into several, are one stay.
    """
    numbers = (joined_numbers(StageEntry.id), joined_numbers(StageEntry.deal_id))
    words = (joined_words(StageEntry.stage), joined_words(StageEntry.crm_stage))
    texts = db.session.execute(select(*numbers, joined_dates(StageEntry.entered_on), *words)).one()
    number, deal_id, day = numbers_of(texts[0]), numbers_of(texts[1]), days_of(texts[2])
    order = np.lexsort((number, day, deal_id))
    deal_id, day = deal_id[order], day[order]
    stage, crm_stage = (_in_order(text, order) for text in texts[3:])
    place = np.minimum(np.searchsorted(deals.id, deal_id), max(len(deals.id) - 1, 0))
    known = deals.id[place] == deal_id if len(deals.id) else np.zeros(len(deal_id), np.bool_)
    kept = np.flatnonzero(known & run_starts(deal_id, stage.codes))
    # Within "Closed Won", won would be compared with won.
    kept = kept[~_tells_the_end(deals, place[kept], day[kept], stage.at(kept), crm_stage.at(kept))]
    coded = stage.at(kept).renumbered()
    return StageHistory(place[kept], coded.codes, day[kept]), coded.names


def _in_order(text: str | None, order: IntArray) -> Coded:
    return Coded.of(words_of(text)).at(order)


def _tells_the_end(
    deals: DealColumns, deal: IntArray, day: IntArray, stage: Coded, crm_stage: Coded
) -> BoolArray:
    """Which entries, (entries,), tell how their deal ended: by their word, by the CRM's, or as its last stage."""
    by_word = stage.lookup(lambda name: stage_says(name) != "open")
    # Entering the stage in which a deal ended, on the day of its end, is the closing itself.
    code_of = {name: code for code, name in enumerate(stage.names)} | {"": UNKNOWN}
    last_stage = deals.stage.lookup(lambda name: code_of.get(name, ELSEWHERE))[deal]
    closed_day = deals.closed_day[deal]
    closing = (closed_day != UNKNOWN) & (stage.codes == last_stage) & (day >= closed_day)
    return by_word | closing | _says_the_crm(deals.source.at(deal), crm_stage)


def _says_the_crm(source: Coded, crm_stage: Coded) -> BoolArray:
    """Which stages, (entries,), end a deal by what somebody said of the CRM's word, or else by that word itself."""
    said = db.session.execute(select(CrmStage.source, CrmStage.name, CrmStage.status))
    meaning = {(source, name): status for source, name, status in said}
    ends = np.zeros(len(source.codes), np.bool_)
    for code, name in enumerate(source.names):
        stated = [
            (meaning.get((name, word)) or stage_says(word)) != "open" for word in (*crm_stage.names, "")
        ]
        ends |= (source.codes == code) & np.array(stated)[crm_stage.codes]
    return ends
