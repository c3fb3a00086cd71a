"""Jobs of learning: running the searches of a delivered request again, as the people who made them."""

from __future__ import annotations

from portal.db import begin_unit, end_unit, unit_of_work
from portal.deals.queries import visible_deals_among
from portal.discovery.answering import answer
from portal.discovery.learning.request_queries import ToRerun, delivered_asset, not_rerun, to_rerun
from portal.discovery.learning.request_services import Rerun, keep_reruns
from portal.jobs import do_now, enqueue_all, job


@job("rerun_searches")
def rerun_searches(request_id: int | None) -> None:
    """Run the searches of a delivered request again, once what was delivered is in the index."""
    with unit_of_work():
        asset = delivered_asset(request_id or 0)
    if asset is None:
        return
    read = do_now("read_version", asset.current_version_id or 0)
    if not (read and do_now("index_asset", asset.id)):
        raise RuntimeError("what was delivered is not in the index yet")
    # Only reading, so that nobody has to wait for hundreds of searches.
    begin_unit(writes=False)
    try:
        reruns = _run(to_rerun(request_id or 0), asset.id)
    finally:
        end_unit(commit=False)
    with unit_of_work():
        keep_reruns(request_id or 0, reruns)


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
    """Search with a person's eyes; what stands past the first page of results was not found."""
    deal = visible_deals_among(one.user, [one.deal.id]).get(one.deal.id) if one.deal else None
    found = answer(one.user, one.text, one.filters, deal=deal)
    if not found.is_ranked:
        raise RuntimeError("the search index is being rebuilt")
    listed = ((hit.place, {asset.id for asset in (hit.asset, *hit.alike)}) for hit in found.hits)
    place = next((place for place, ids in listed if asset_id in ids), None)
    return Rerun(one.search_id, found.total, place)


@job("rerun_outstanding", nightly=True)
def rerun_outstanding(_: int | None) -> None:
    """See to it that no delivered request is left whose searches could not be run again when it was delivered."""
    with unit_of_work():
        enqueue_all("rerun_searches", not_rerun())
