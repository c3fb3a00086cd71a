"""Content by stage: parted where the deals were, drawn towards the whole, and empty where there are too few."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from portal.impact.basis import basis_of, compare
from portal.impact.exploring.heat import spread_words
from portal.impact.exploring.stages import lift_by_stage
from portal.impact.inputs import StageHistory
from portal.impact.parts.drawing import Spread
from tests.impact.builders import deals_of, history_of, touches_of
from tests.impact.test_pages import CLEAR, snapshot, text_of
from tests.impact.worlds import gathered_world, store_gathered, stored_world

PAGE = "/impact/by/stages"


def _parted(make, rates: dict[tuple[int, int], float], each: int = 300):
    """Deals that used asset a first at stage s, of which a share is won; the two assets are alike elsewhere."""
    keys = [key for key in rates for _ in range(each)]
    count = len(keys)
    won = np.concatenate([np.arange(each) < rate * each for rate in rates.values()])
    world = gathered_world([make.asset(), make.asset()])
    none = np.zeros(count, np.int64)
    return replace(
        world,
        deal_ids=np.arange(count),
        deals=deals_of(count, won=won),
        history=history_of(*((n, stage, 1000) for n, (_, stage) in enumerate(keys))),
        touches=touches_of(*((n, asset, 1010) for n, (asset, _) in enumerate(keys))),
        late=none.astype(np.bool_),
        inferred=none.astype(np.bool_),
        kind=none,
        version_id=none,
        amount_given=none.astype(np.bool_),
        stages=("Discovery", "Proposal"),
    )


def test_a_piece_is_compared_within_each_stage_alone(make):
    world = _parted(make, {(0, 0): 0.7, (1, 0): 0.3, (0, 1): 0.4, (1, 1): 0.4})
    found = lift_by_stage(compare(basis_of(world)))
    early, late = found.of(int(world.asset_ids[0]))
    assert early.lift == pytest.approx(0.4)
    assert late.lift == pytest.approx(0.0)
    assert early.deals_used == late.deals_used == 300
    assert found.spread.tau2**0.5 > 0.05
    # Drawn towards the whole, which is about half way between.
    assert 0.2 < early.shrunk < 0.4
    assert 0.0 < late.shrunk < 0.2


def test_stages_that_are_alike_all_show_what_they_say_together(make):
    world = _parted(make, {(0, 0): 0.5, (1, 0): 0.4, (0, 1): 0.5, (1, 1): 0.4})
    found = lift_by_stage(compare(basis_of(world)))
    early, late = found.of(int(world.asset_ids[0]))
    assert found.spread.tau2 == pytest.approx(0.0)
    assert early.shrunk == pytest.approx(late.shrunk)
    assert early.shrunk == pytest.approx(0.1, abs=0.02)


def test_too_few_deals_at_a_stage_give_no_value(make):
    world = _parted(make, {(0, 0): 0.5, (1, 0): 0.4, (0, 1): 0.5, (1, 1): 0.4}, each=29)
    found = lift_by_stage(compare(basis_of(world)))
    for asset_id in world.asset_ids:
        assert [part.verdict for part in found.of(int(asset_id))] == ["not_enough_deals"] * 2
    assert found.spread.tau2 == 0


def test_without_any_stage_history_no_stage_has_figures(make):
    none = np.empty(0, np.int64)
    world = replace(gathered_world([make.asset()]), stages=(), history=StageHistory(none, none, none))
    found = lift_by_stage(compare(basis_of(world)))
    assert found.stages == ()
    assert not found.knows_all
    assert found.of(int(world.asset_ids[0])) == []


def test_the_page_shows_each_piece_at_each_stage_with_its_number_of_deals(make, sign_in):
    stored_world(make, [make.asset(f"Piece {letter}") for letter in "ABCD"])
    client = sign_in(make.user())
    page = client.get(PAGE)
    assert page.status_code == 200
    assert re.search(
        r'<td class="heat-more-\d" title="Piece A, first used at Discovery: \+\d+ points on 100 deals',
        page.text,
    )
    assert "<strong>" in page.text
    assert '<span class="heat-deals">100 deals</span>' in page.text
    assert 'href="/impact?industry=Healthcare"' in client.get(f"{PAGE}?industry=Healthcare").text
    assert "50 deals" in client.get(f"{PAGE}?industry=Healthcare").text


def test_what_is_no_clear_difference_has_the_faintest_shade(make, sign_in):
    """Ten points on few deals look like a finding when they are as red or green as those of a verdict."""
    store_gathered(make, _parted(make, {(0, 0): 0.6, (1, 0): 0.5}, each=40))
    table = sign_in(make.user()).get(PAGE).text.split("<tbody")[1].split("</tbody")[0]
    assert "No clear difference" in table
    assert re.findall(r"heat-(?:more|less)-\d", table) == ["heat-more-1", "heat-less-1"]
    assert "+10</strong>" in table


def test_filters_and_refusals_are_those_of_the_list(make, sign_in):
    stored_world(make, [make.asset("Piece A", kind="deck"), make.asset("Piece B", kind="video")])
    client = sign_in(make.user())
    assert "Piece B" not in client.get(f"{PAGE}?kind=deck").text.split("<tbody")[1]
    assert "No content of this kind was used" in text_of(client, f"{PAGE}?kind=white_paper")
    assert "too few for any figure" in text_of(client, f"{PAGE}?begin=2026-01-01&end=2026-01-05")
    wrong = client.get(f"{PAGE}?industry=Nothing&begin=x")
    assert wrong.status_code == 422
    assert "No deal here has this industry." in wrong.text
    assert client.get(f"{PAGE}?snapshot=77").status_code == 404
    # The page has no field for a verdict, which would narrow it without a word.
    assert "Piece B" in client.get(f"{PAGE}?verdict=won_less").text.split("<tbody")[1]
    part = client.get(
        f"{PAGE}?industry=Energy&kind=", headers={"HX-Request": "true", "HX-Target": "explored"}
    )
    assert "<html" not in part.text
    assert part.headers["HX-Push-Url"] == f"{PAGE}?industry=Energy"
    # What was chosen goes on to the other pages.
    assert 'href="/impact/by/kinds?industry=Energy"' in part.text


def test_before_figures_and_without_their_data_the_page_says_so(make, sign_in):
    client = sign_in(make.user())
    assert "No figures yet" in text_of(client, PAGE)
    piece = make.asset("By", slug="by")
    snapshot(make, {piece: CLEAR})
    assert "can’t be taken apart" in text_of(client, PAGE)
    # A piece of that name keeps its own page.
    assert "On 212 similar deals" in text_of(client, "/impact/by")


def test_content_that_may_not_be_seen_is_in_no_cell(make, sign_in):
    stored_world(make, [make.asset("Secret draft", state="draft"), make.asset("Piece B")])
    assert "Secret draft" not in sign_in(make.user()).get(PAGE).text
    assert "Secret draft" in sign_in(make.user("marketer")).get(PAGE).text


def test_how_few_deals_at_a_stage_ended_is_not_told(make, sign_in):
    assets = [make.asset("Piece A"), make.asset("Piece B")]
    world = gathered_world(assets)
    # Two deals had moved on when the first piece was used on them.
    moved = world.touches.deal[world.touches.asset == 0][:2].tolist()
    entries = [(n, int(n in moved), int(world.deals.created_day[n])) for n in range(len(world.deal_ids))]
    store_gathered(make, replace(world, stages=("Discovery", "Proposal"), history=history_of(*entries)))
    text = text_of(sign_in(make.user()), PAGE)
    assert "Piece A Proposal 2 deals – – too few" in text
    assert re.search(r"Piece A Discovery 198 deals \d+ won \d+ lost", text)
    assert 'first used at Proposal: too few to tell, 2 deals"' in sign_in(make.user()).get(PAGE).text


def test_the_page_takes_few_statements(make, sign_in, count_queries):
    stored_world(make, [make.asset() for _ in range(20)])
    client = sign_in(make.user())
    with count_queries() as queries:
        assert client.get(PAGE).status_code == 200
    assert len(queries) <= 15


@pytest.mark.parametrize(
    ("tau", "any_told", "words"),
    [(0.04, False, "enough deals"), (0.0, True, "no clear difference"), (0.04, True, "by about 4 points")],
)
def test_whether_the_stage_matters_is_said_in_a_sentence(tau, any_told, words):
    assert words in spread_words(Spread(tau**2, 0.0), any_told=any_told)
