"""Jobs of learning: running the searches of a delivered request again, as the people who made them."""

from __future__ import annotations

from portal.content_requests.queries import request_or_404
from portal.db import begin_unit, end_unit, unit_of_work
from portal.deals.queries import visible_deals_among
from portal.discovery.answering import answer
from portal.discovery.finding.boosts import PASSING
from portal.discovery.learning.request_queries import Delivery, ToRerun, delivery_of, not_rerun, to_rerun
from portal.discovery.learning.request_services import Rerun, keep_reruns, remember_later, tell_searchers
from portal.jobs import do_now, enqueue, enqueue_all, job
from portal.library.indexing import is_indexed


@job("rerun_searches")
def rerun_searches(request_id: int | None) -> None:
    """Tell who searched what was delivered, and once it is in the index, run the searches of the request again."""
    with unit_of_work():
        delivery = delivery_of(request_id or 0)
        if delivery is not None:
            remember_later(request_id)
            tell_searchers(request_or_404(request_id or 0), delivery)
    if delivery is None:
        return
    if not _can_be_found(delivery):
        raise RuntimeError("what was delivered is not in the index yet")
    # Only reading, so that nobody has to wait for hundreds of searches.
    begin_unit(writes=False)
    try:
        reruns = _run(to_rerun(request_id or 0), delivery.asset_id)
    finally:
        end_unit(commit=False)
    with unit_of_work():
        latest = delivery_of(request_id or 0)
        # Opened again, or delivered with something else meanwhile: then another job runs them.
        if latest and (latest.asset_id, latest.closed_at) == (delivery.asset_id, delivery.closed_at):
            keep_reruns(request_id or 0, reruns)


def _can_be_found(delivery: Delivery) -> bool:
    """See to it that the index has what was delivered as it is now, and say whether it has."""
    read = do_now("read_version", delivery.version_id or 0)
    with unit_of_work():
        if not is_indexed(delivery.asset_id):
            enqueue("index_asset", delivery.asset_id, once=True)
    written = do_now("index_asset", delivery.asset_id)
    with unit_of_work():
        return read and written and is_indexed(delivery.asset_id)


def _run(searches: list[ToRerun], asset_id: int) -> list[Rerun]:
    done: dict[str, Rerun] = {}
    reruns = []
    for one in searches:
        same = repr((one.user.id, one.text, one.filters, one.deal and one.deal.id))
        if same not in done:
            done[same] = _run_one(one, asset_id)
        reruns.append(Rerun(one.search_id, done[same].result_count, done[same].place))
    return reruns


def _run_one(one: ToRerun, asset_id: int) -> Rerun:
    """Search with a person's eyes; what stands past the first page of results was not found.

    What lifts new content for a while does not count: the answer is kept for longer than that.
    """
    deal = visible_deals_among(one.user, [one.deal.id]).get(one.deal.id) if one.deal else None
    found = answer(one.user, one.text, one.filters, deal=deal, without_boosts=PASSING)
    if not found.is_ranked:
        raise RuntimeError("the search index is being rebuilt")
    listed = ((hit.place, {asset.id for asset in (hit.asset, *hit.alike)}) for hit in found.hits)
    place = next((place for place, ids in listed if asset_id in ids), None)
    return Rerun(one.search_id, found.total, place)


@job("rerun_outstanding", nightly=True)
def rerun_outstanding(_: int | None) -> None:
    """Run the searches of delivered requests again that could not be run yet, and tie new ones to open requests."""
    with unit_of_work():
        remember_later()
        enqueue_all("rerun_searches", not_rerun())
