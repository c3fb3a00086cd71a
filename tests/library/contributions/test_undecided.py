"""Content from sales before it is decided on, and again after a decision was undone; whose file a merge takes."""

from __future__ import annotations

from sqlalchemy import select

from portal.library.models import AssetEvent, Version
from portal.notifications.models import OutboxMessage
from tests.library.contributions.conftest import deck, slide


def test_only_who_brought_it_adds_and_brings_back_versions_before_it_is_decided_on(
    people, share, sign_in, rows, run_jobs
):
    asset = share(people.sam, deck("plan.pptx", slide("gate")))
    data = {"file": deck("mine.pptx", slide("mine")), "source": "file"}
    sam, marketer = sign_in(people.sam), sign_in(people.marketer)
    sam.post(f"/library/{asset.slug}/own/file", data={"file": deck("next.pptx", slide("next"))})
    run_jobs()
    answer = marketer.post(f"/library/{asset.slug}/versions", data=data)
    assert (answer.status_code, "Adopt it first" in answer.text) == (422, True)
    assert marketer.post(f"/library/{asset.slug}/v/1/restore").status_code == 409
    assert rows(select(Version.number).order_by(Version.number)) == [1, 2]
    for page in ("", "/v/1"):
        text = marketer.get(f"/library/{asset.slug}{page}").text
        assert f"/library/{asset.slug}/versions" not in text
        assert f"/library/{asset.slug}/v/1/restore" not in text


def test_a_decision_undone_is_kept_in_the_history_and_told_to_the_maker(
    people, share, sign_in, rows, brought
):
    asset = share(people.sam, deck("plan.pptx", slide("gate")))
    client = sign_in(people.marketer)
    client.post(f"/library/{asset.slug}/decline", data={"reason": "The prices are old."})
    client.post(f"/library/{asset.slug}/restore")
    assert brought(asset).outcome is None
    (event,) = rows(select(AssetEvent).where(AssetEvent.action == "restored"))
    assert event.detail["outcome"] == "declined"
    assert (event.detail["reason"], event.detail["decided_by_id"]) == (
        "The prices are old.",
        people.marketer.id,
    )
    (last,) = rows(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1))
    assert (last.recipient_id, last.title) == (
        people.sam.id,
        "Marketing looks at “Plan” again: it was declined before",
    )


def test_a_file_taken_over_by_a_merge_is_its_maker_s_so_that_who_merged_it_may_approve_it(
    make, people, share, sign_in, rows, run_jobs
):
    make.asset("Official", slug="official")
    asset = share(people.sam, deck("plan.pptx", slide("gate")))
    client = sign_in(people.marketer)
    client.post(f"/library/{asset.slug}/merge", data={"into": "official", "take_file": "y"})
    run_jobs()
    assert rows(select(Version.created_by_id).where(Version.number == 2)) == [people.sam.id]
    assert client.post("/library/official/approve", data={"version": "2"}).status_code == 303
    data = {"people": [str(people.sam.id)], "question": "Well?"}
    assert "Somebody else has to look at it" in client.post("/library/official/review", data=data).text
