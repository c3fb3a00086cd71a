"""The simulated eighteen months: the same from the same seed, and nothing that could not have happened."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from portal.demo.company import PEOPLE, STAGES, VOCABULARY
from portal.demo.pieces import load_pieces
from portal.demo.simulated import Simulated
from portal.demo.simulation import SEED, simulate

PIECES = load_pieces()
BY_KEY = {piece.key: piece for piece in PIECES}
TODAY = date(2026, 3, 5)


@pytest.fixture(scope="module")
def story() -> Simulated:
    return simulate(SEED, assets=PIECES, today=TODAY)


def test_the_same_seed_tells_the_same_story_and_another_one_does_not(story: Simulated) -> None:
    assert simulate(SEED, assets=PIECES, today=TODAY) == story
    assert simulate(SEED + 1, assets=PIECES, today=TODAY).deals != story.deals


def test_another_day_moves_the_story_without_changing_it(story: Simulated) -> None:
    later = simulate(SEED, assets=PIECES, today=TODAY + timedelta(days=7))

    assert later.planted == story.planted
    assert [deal.created - timedelta(days=7) for deal in later.deals] == [
        deal.created for deal in story.deals
    ]
    assert [replace(use, at=use.at - timedelta(days=7)) for use in later.uses] == list(story.uses)


def test_every_deal_is_won_lost_or_open_and_most_are_closed(story: Simulated) -> None:
    counts = Counter(deal.status for deal in story.deals)

    assert counts["won"] + counts["lost"] + counts["open"] == len(story.deals) == 1_500
    assert counts["won"] + counts["lost"] >= 1_200
    assert len({deal.external_id for deal in story.deals}) == 1_500


def test_stages_are_entered_in_order_between_the_first_and_the_last_day(story: Simulated) -> None:
    for deal in story.deals:
        names = [stage for stage, _ in deal.stages]
        days = [day for _, day in deal.stages]
        assert names == list(STAGES[: len(names)])
        assert days == sorted(days)
        assert days[0] == deal.created
        assert days[-1] <= (deal.closed or TODAY - timedelta(days=1))
        assert (deal.closed is None) == (deal.status == "open")
        assert deal.stage in (*STAGES, "Closed Won", "Closed Lost")
        assert (deal.loss_reason is not None) == (deal.status == "lost")
        if deal.status == "won":
            assert names == list(STAGES)


def test_every_rep_has_several_open_deals_that_are_expected_soon(story: Simulated) -> None:
    still_open = [deal for deal in story.deals if deal.status == "open"]
    owners = Counter(deal.owner_email for deal in still_open)

    assert set(owners) == {person.email for person in PEOPLE if person.role == "rep"}
    assert min(owners.values()) >= 5
    ahead = [(deal.expected_close - TODAY).days for deal in still_open]
    assert max(ahead) < 150
    assert 0 < sum(days < 0 for days in ahead) < len(ahead) * 0.15


def test_no_use_lies_outside_its_deal_or_in_the_future(story: Simulated) -> None:
    deals = {deal.external_id: deal for deal in story.deals}
    for use in story.uses:
        day = use.at.date()
        assert day < TODAY
        if use.deal is not None:
            deal = deals[use.deal]
            assert deal.created <= day <= (deal.closed or TODAY)
            assert use.user_email == deal.owner_email
        assert (use.recipient is not None) == (use.kind == "sent")
    assert all(one.at <= other.at for one, other in pairwise(story.uses))
    assert 8_000 <= len(story.uses) <= 12_500


def test_content_is_used_only_while_it_is_out_and_in_the_version_of_that_day(story: Simulated) -> None:
    for use in story.uses:
        piece = BY_KEY[use.asset]
        weeks_ago = (TODAY - use.at.date()).days / 7
        assert piece.status != "draft"
        assert weeks_ago <= piece.weeks_ago + 0.5
        assert weeks_ago >= (piece.retired_weeks_ago or 0) - 0.5
        assert 1 <= use.version <= len(piece.editions)
        if use.version > 1:
            assert weeks_ago <= piece.editions[use.version - 1].weeks_ago + 0.5


def test_internal_content_never_goes_to_a_buyer(story: Simulated) -> None:
    sent = {use.asset for use in story.uses if use.kind == "sent"}
    assert not {key for key in sent if BY_KEY[key].kind in ("battle_card", "email_template")}
    assert not sent & {"contract-questions", "discovery-questions", "reference-call-guide"}


def test_some_content_is_never_used(story: Simulated) -> None:
    unused = set(BY_KEY) - {use.asset for use in story.uses}
    assert 2 <= len(unused) <= 8
    assert all(story.planted[key] == 0.0 for key in unused)


def test_the_planted_effects_are_as_many_and_as_large_as_the_demo_says(story: Simulated) -> None:
    effects = [effect for effect in story.planted.values() if effect != 0.0]

    assert set(story.planted) == set(BY_KEY)
    assert 10 <= len(effects) <= 14
    assert sum(effect >= 0.09 for effect in effects) >= 6
    assert sum(effect <= -0.07 for effect in effects) >= 3
    assert max(map(abs, effects)) < 0.25


def test_use_is_confounded_with_rep_and_stage(story: Simulated) -> None:
    won = {deal.external_id: deal.status == "won" for deal in story.deals if deal.status != "open"}
    used = {use.deal for use in story.uses if use.asset == "pricing-explained" and use.deal in won}
    rate_when_used = sum(won[deal] for deal in used) / len(used)
    rate_otherwise = sum(won[deal] for deal in won if deal not in used) / (len(won) - len(used))

    assert story.planted["pricing-explained"] == 0.0
    assert rate_when_used - rate_otherwise > 0.3


def test_a_sending_is_opened_after_it_was_sent_and_while_the_link_lasts(story: Simulated) -> None:
    opened = {visit.use for visit in story.visits}
    sent = [at for at, use in enumerate(story.uses) if use.kind == "sent"]

    assert 0.4 < len(opened) / len(sent) < 0.8
    for visit in story.visits:
        use = story.uses[visit.use]
        assert use.kind == "sent"
        assert use.at < visit.at < use.at + timedelta(days=30)
        assert visit.at.date() < TODAY
        assert visit.pages >= 1


def test_one_person_rates_a_version_once_after_using_it(story: Simulated) -> None:
    keys = [(rating.user_email, rating.asset, rating.version) for rating in story.ratings]
    first: dict[tuple[str, str, int], object] = {}
    for use in story.uses:
        first.setdefault((use.user_email, use.asset, use.version), use.at)

    assert len(set(keys)) == len(keys) >= 200
    assert {rating.stars for rating in story.ratings} == {1, 2, 3, 4, 5}
    assert all(first[key] < rating.at for key, rating in zip(keys, story.ratings, strict=True))
    assert all(rating.at.date() < TODAY for rating in story.ratings)


def test_ratings_follow_the_effect_only_loosely(story: Simulated) -> None:
    def mean(keys: set[str]) -> float:
        stars = [rating.stars for rating in story.ratings if rating.asset in keys]
        return sum(stars) / len(stars)

    helpful = {key for key, effect in story.planted.items() if effect > 0.08}
    harmful = {key for key, effect in story.planted.items() if effect < -0.07}
    assert mean(helpful) > mean(harmful) + 0.5
    assert any(rating.stars >= 4 for rating in story.ratings if rating.asset in harmful)


def test_requests_have_a_history_that_ends_in_their_status(story: Simulated) -> None:
    still_open = {deal.external_id for deal in story.deals if deal.status == "open"}
    assert 15 <= len(story.requests) <= 20
    for request in story.requests:
        assert request.steps[0].status == "new"
        assert request.steps[-1].status == request.status
        times = [step.at for step in request.steps]
        assert times == sorted(times)
        assert times[0] == request.created_at
        assert times[-1].date() < TODAY
        assert request.asked_by not in request.supporters
        assert set(request.deals) <= still_open
        assert (request.delivered_asset is not None) == (request.status == "delivered")
        assert bool(request.decline_reason) == (request.status == "declined")
    waiting = [request for request in story.requests if request.deals]
    assert len(waiting) >= 8


def test_delivered_content_came_out_after_it_was_asked_for(story: Simulated) -> None:
    for request in story.requests:
        if request.delivered_asset:
            out = TODAY - timedelta(weeks=BY_KEY[request.delivered_asset].editions[-1].weeks_ago)
            assert request.created_at.date() < out
            assert abs((request.steps[-1].at.date() - out).days) <= 7


def test_some_searches_find_nothing_and_most_lead_somewhere(story: Simulated) -> None:
    in_vain = [search for search in story.searches if search.result_count == 0]

    assert len(story.searches) == 1_500
    assert 0.05 < len(in_vain) / 1_500 < 0.2
    assert all(search.opened is None for search in in_vain)
    assert sum(search.opened is not None for search in story.searches) > 600
    for search in story.searches:
        assert search.at.date() < TODAY
        if search.opened:
            assert search.opened in BY_KEY
            assert 1 <= (search.place or 0) <= search.result_count


def test_accounts_are_distinct_and_filed_under_the_vocabulary(story: Simulated) -> None:
    names = [account.name for account in story.accounts]
    assert len(set(names)) == len(names) > 250
    assert {deal.account for deal in story.deals} == set(names)
    assert {account.industry for account in story.accounts} == set(VOCABULARY["industry"])
    assert {account.region for account in story.accounts} == set(VOCABULARY["region"])
    assert all(contact.endswith(".example") for account in story.accounts for contact in account.contacts)
