"""The pages of the impact figures: what they say, to whom, and what they do before there is anything to say."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from portal.demo.models import DemoNote
from portal.impact.models import ImpactRow, ImpactSnapshot
from portal.jobs import Job, enqueue
from portal.library.models import Asset
from tests.factories import Make

COVERAGE = {"share": 0.34, "closed_deals": 100, "logged_deals": 34, "since": "2020-03-01"}
CLEAR: dict[str, Any] = {
    "deals_used": 212,
    "won": 81,
    "lost": 131,
    "matched": 212,
    "comparison_deals": 400,
    "used_rate": 0.38,
    "comparison_rate": 0.31,
    "lift": 0.07,
    "se": 0.025,
    "ci_low": 0.02,
    "ci_high": 0.12,
    "shrunk_lift": 0.06,
    "q_value": 0.01,
    "e_value": 1.7,
    "e_value_near": 1.2,
    "naive_lift": 0.31,
    "money_minor": 700_00,
    "money_low_minor": 200_00,
    "money_high_minor": 1200_00,
    "verdict": "won_more",
}
TOO_FEW: dict[str, Any] = CLEAR | {
    "deals_used": 12,
    "won": 4,
    "lost": 8,
    "matched": 12,
    "q_value": None,
    "verdict": "not_enough_deals",
}


def snapshot(make: Make, rows: dict[Asset, dict[str, Any]], **fields: Any) -> ImpactSnapshot:
    fields = {"coverage": COVERAGE, "left_out": {}, "method_version": "matched-lift/1"} | fields
    stored = make.store(ImpactSnapshot(**fields))
    money = {"credited_minor": 1_000_00, "used_revenue_minor": 2_000_00}
    make.store(
        stored,
        *(
            ImpactRow(snapshot_id=stored.id, asset_id=asset.id, **(money | figures))
            for asset, figures in rows.items()
        ),
    )
    return stored


def text_of(client: Any, address: str, **arguments: Any) -> str:
    answer = client.get(address, **arguments)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def titles(client: Any, address: str) -> list[str]:
    return re.findall(r"data-open>([^<]+)<", client.get(address).text)


@pytest.mark.parametrize("role", ["rep", "marketer", "manager", "admin"])
def test_everyone_sees_the_same_figures_with_the_sentence_first(make, sign_in, role):
    snapshot(make, {make.asset("Roadmap deck"): CLEAR, make.asset("New sheet"): TOO_FEW})
    text = text_of(sign_in(make.user(role)), "/impact")
    assert "1 piece of content won more often than other content on similar deals; 1 has not enough" in text
    assert "Content is logged on 34% of closed deals since March 2020." in text
    assert "+7 points +2 to +12" in text
    assert "12 of 30 deals" in text
    assert "$1,000" in text
    assert text.index("1 piece of content won") < text.index("Roadmap deck")


def test_no_estimate_is_shown_where_there_are_too_few_deals(make, sign_in):
    asset = make.asset("New sheet")
    snapshot(make, {asset: TOO_FEW})
    client = sign_in(make.user())
    for address in ("/impact", f"/impact/{asset.slug}"):
        text = text_of(client, address)
        assert "+7" not in text
        assert "12 of 30" in text


def test_low_coverage_says_that_the_figures_speak_for_those_deals_only(make, sign_in):
    low = COVERAGE | {"share": 0.1, "logged_deals": 10}
    snapshot(make, {make.asset(): CLEAR}, coverage=low)
    assert "the figures speak for those deals only" in text_of(sign_in(make.user()), "/impact")


def test_the_list_is_sorted_and_filtered_by_its_address(make, sign_in):
    less = CLEAR | {"shrunk_lift": -0.05, "verdict": "won_less", "deals_used": 50}
    snapshot(
        make,
        {
            make.asset("Alpha", kind="deck"): TOO_FEW | {"shrunk_lift": 0.5},
            make.asset("Beta", kind="case_study"): less,
            make.asset("Gamma", kind="deck"): CLEAR,
        },
    )
    client = sign_in(make.user())
    assert titles(client, "/impact") == ["Gamma", "Beta", "Alpha"]
    assert titles(client, "/impact?sort=difference") == ["Beta", "Gamma", "Alpha"]
    assert titles(client, "/impact?sort=content") == ["Alpha", "Beta", "Gamma"]
    assert titles(client, "/impact?sort=-deals") == ["Gamma", "Beta", "Alpha"]
    assert titles(client, "/impact?kind=deck") == ["Gamma", "Alpha"]
    assert titles(client, "/impact?verdict=won_less") == ["Beta"]
    assert titles(client, "/impact?sort=nonsense&kind=%00&verdict=x&page=99999999999") == [
        "Gamma",
        "Beta",
        "Alpha",
    ]
    assert "No content like this" in text_of(client, "/impact?kind=video")


def test_a_long_list_is_cut_into_pages_and_the_plot_shows_the_same_rows(make, sign_in):
    snapshot(make, {make.asset(f"Deck {number:02}"): CLEAR for number in range(23)})
    client = sign_in(make.user())
    assert len(titles(client, "/impact?sort=content")) == 20
    second = client.get("/impact?sort=content&page=2").text
    assert re.findall(r"data-open>([^<]+)<", second) == ["Deck 20", "Deck 21", "Deck 22"]
    drawn = re.findall(r'class="chart-label"[^>]*>([^<]+)<', second)
    assert set(drawn) == {"Deck 20", "Deck 21", "Deck 22"}


def test_the_plot_shows_the_clear_ones_from_both_ends_and_then_the_strongest_others(make, sign_in):
    unclear = CLEAR | {"verdict": "no_clear_difference"}
    weak = {
        make.asset(f"Weak {number:02}"): unclear | {"lift": number / 1000, "shrunk_lift": number / 1000}
        for number in range(1, 26)
    }
    less = CLEAR | {"verdict": "won_less", "lift": -0.08, "shrunk_lift": -0.0001}
    more = CLEAR | {"lift": 0.09, "shrunk_lift": 0.0001}
    snapshot(make, weak | {make.asset("Less"): less, make.asset("More"): more, make.asset("Few"): TOO_FEW})
    client = sign_in(make.user())
    drawn = re.findall(r'class="chart-label"[^>]*>([^<]+)<', client.get("/impact").text)
    assert drawn[:20] == ["More", *(f"Weak {number:02}" for number in range(25, 7, -1)), "Less"]
    assert len(drawn) == 40


def test_the_numbers_of_the_headline_lead_to_the_content_that_they_count(make, sign_in):
    less = CLEAR | {"shrunk_lift": -0.05, "verdict": "won_less"}
    snapshot(make, {make.asset("More"): CLEAR, make.asset("Less"): less, make.asset("Few"): TOO_FEW})
    page = sign_in(make.user()).get("/impact").text
    for verdict, number in (("won_more", "1 piece of content"), ("won_less", "1"), ("not_enough_deals", "1")):
        assert f'<a href="/impact?verdict={verdict}">{number}</a>' in page


def test_a_difference_that_is_not_clear_gets_no_price(make, sign_in):
    asset = make.asset("Roadmap deck")
    figures = CLEAR | {"verdict": "no_clear_difference"}
    snapshot(make, {asset: figures, make.asset(): figures})
    text = text_of(sign_in(make.user()), f"/impact/{asset.slug}")
    assert "It is not clear enough to put a price on." in text
    assert "$700" not in text
    assert "$1,200" not in text
    assert "with 2 pieces compared one such result can be chance." in text


def test_before_the_first_computation_the_page_says_so_and_offers_it_to_those_who_may(make, sign_in, rows):
    manager = sign_in(make.user("manager"))
    assert "No figures yet" in text_of(manager, "/impact")
    assert "Compute now" in manager.get("/impact").text
    rep = sign_in(make.user("rep"))
    assert "Compute now" not in rep.get("/impact").text
    assert rep.post("/impact/compute").status_code == 403
    assert rows(select(Job)) == []


def test_compute_now_is_a_job_whose_end_reloads_the_page(make, sign_in, rows, run_jobs):
    client = sign_in(make.user("manager"))
    for _ in range(2):
        assert client.post("/impact/compute").status_code == 303
    assert rows(select(Job.kind)) == ["compute_impact"]
    page = client.get("/impact")
    assert 'hx-trigger="every 3s"' in page.text
    assert "Compute now" not in page.text
    polled = client.get("/impact", headers={"HX-Request": "true"})
    assert "being worked out" in polled.text
    assert "<html" not in polled.text
    assert "HX-Refresh" not in polled.headers
    assert run_jobs() == 2  # the figures, and then the second opinion on them
    assert client.get("/impact", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "being worked out" not in client.get("/impact").text
    assert len(rows(select(ImpactSnapshot))) == 1


def test_the_last_figures_stay_while_new_ones_are_worked_out(make, sign_in):
    snapshot(make, {make.asset("Roadmap deck"): CLEAR})
    make.inside(lambda: enqueue("compute_impact", once=True))
    text = text_of(sign_in(make.user()), "/impact")
    assert "Until then, those below are the last ones." in text
    assert "Roadmap deck" in text


def test_the_page_of_one_content_shows_the_effect_and_its_working(make, sign_in):
    asset = make.asset("Roadmap deck")
    snapshot(make, {asset: CLEAR}, left_out={"uses_after_close": 3, "won_not_convertible": 1})
    text = text_of(sign_in(make.user()), f"/impact/{asset.slug}")
    for words in (
        "On 212 similar deals, deals where this was used instead of other content were won 38% of the time",
        "against 31% (difference +7 points, likely between +2 and +12).",
        "Used on 212 closed deals: 81 won, 131 lost.",
        "were won 38% of the time, all others 7%: +31 points. That misleads,",
        "Most of it goes among similar moments, which give +7 points.",
        "drawn towards the average of all content: +6 points",
        "q = 0.010",
        "each 1.7 times as often",
        "It can't see content that buyers ask for because they are about to buy.",
        "won and lost. Likely between $200 and $1,200.",
        "Uses left out: 3 after the deal was closed.",
        "1 won deal has an amount that can't be converted, and gives no credited revenue.",
    ):
        assert words in text


def test_a_demo_says_that_it_is_simulated_and_shows_what_was_planted(make, sign_in):
    asset = make.asset("Roadmap deck")
    snapshot(make, {asset: CLEAR})
    client = sign_in(make.user())
    assert "planted" not in text_of(client, f"/impact/{asset.slug}")
    make.store(DemoNote(id=1, seed=7, planted={"effects": {asset.slug: 0.05}}))
    assert "these figures are simulated" in text_of(client, "/impact")
    text = text_of(client, f"/impact/{asset.slug}")
    assert "The effect planted in this content: +5 points ." in text
    assert "the range holds what was planted" in text


def test_drafts_of_others_are_named_nowhere_and_archived_or_expired_content_still_is(make, sign_in):
    draft = make.asset("Secret draft", state="draft")
    archived = make.asset("Old deck", state="archived", published_at=draft.created_at)
    expired = make.asset("Old prices", expires_on=draft.created_at.date())
    snapshot(make, {draft: CLEAR, archived: CLEAR, expired: CLEAR})
    rep = sign_in(make.user())
    assert titles(rep, "/impact?sort=content") == ["Old deck", "Old prices"]
    assert "Secret draft" not in rep.get("/impact").text
    assert rep.get(f"/impact/{draft.slug}").status_code == 404
    for old in (archived, expired):
        assert rep.get(f"/impact/{old.slug}").status_code == 200
    every = ["Old deck", "Old prices", "Secret draft"]
    assert titles(sign_in(make.user("marketer")), "/impact?sort=content") == every


def test_an_unknown_address_is_not_found_and_new_content_has_no_figures_yet(make, sign_in):
    client = sign_in(make.user())
    assert client.get("/impact/nothing-here").status_code == 404
    asset = make.asset("Fresh")
    snapshot(make, {})
    assert "this content was not among them" in text_of(client, f"/impact/{asset.slug}")


def test_titles_are_text_wherever_they_are_shown(make, sign_in):
    asset = make.asset("<script>alert(1)</script>")
    snapshot(make, {asset: CLEAR})
    client = sign_in(make.user())
    for address in ("/impact", f"/impact/{asset.slug}"):
        assert "<script>alert" not in client.get(address).text


def test_the_pages_take_few_statements_however_much_content_there_is(make, sign_in, count_queries):
    assets = [make.asset() for _ in range(25)]
    snapshot(make, dict.fromkeys(assets, CLEAR))
    client = sign_in(make.user())
    for address in ("/impact", f"/impact/{assets[0].slug}"):
        with count_queries() as queries:
            assert client.get(address).status_code == 200
        assert len(queries) <= 15
