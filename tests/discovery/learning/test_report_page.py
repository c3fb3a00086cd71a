"""What the page of searches says: which pipeline is which, what it is narrowed to, and when nothing is there."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

import pytest

from portal.reports.search import COLUMNS

DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SEARCHERS = (
    "Open deals that people had chosen while they searched, each once. Nobody has said that they wait for it."
)
WAITING = (
    "Open deals that somebody named as waiting for the request, each once: weighted by their stage, and less when they "
    "close before it is needed."
)


@pytest.fixture
def both(make):
    """A request with a searcher's deal of 1,000 and a waiting deal of 200, and a search in vain with a deal of 30."""
    rep = make.user()
    at_hand = make.deal(owner=rep, amount=1_000)
    search = make.search(rep, "zeppelin", at=DAY, deal_id=at_hand.id)
    request = make.request(rep, search_id=search.id, deals=(make.deal(owner=rep, amount=200),))
    make.search(rep, "airship", deal_id=make.deal(owner=rep, amount=30).id)
    return request


def cells(page, label):
    return re.findall(rf'<td class="num" data-label="{label}">\s*(?:<span>)?([^<]*)', page)


def test_two_pipelines_have_two_names_that_say_what_they_count(both, make, sign_in):
    client = sign_in(make.user("manager"))
    page = client.get("/reports/search?show=requests").text
    assert cells(page, "Pipeline of searchers") == ["$1,000"]
    assert cells(page, "Pipeline waiting") == ["$200"]
    assert page.count(SEARCHERS) == page.count(WAITING) == 2  # on the head, and below the table
    gaps = client.get("/reports/search?show=nothing").text
    assert "$30" in cells(gaps, "Pipeline of searchers")
    assert "Pipeline waiting" not in gaps
    assert SEARCHERS in gaps
    request = client.get(f"/requests/{both.id}").text
    assert "Pipeline of searchers: $1,000." in request
    assert SEARCHERS in request
    assert "1 open deal that somebody named as waiting" in request
    listed = client.get("/requests").text
    assert "Pipeline waiting" in listed
    assert re.findall(r'<td class="num">(?:<span[^>]*>)?(\$[^<]*)', listed) == ["$200"]
    assert "pipeline of searchers $1,000" in listed
    home = sign_in(make.user("marketer")).get("/to-do").text
    assert f'<span title="{SEARCHERS}">pipeline of searchers</span>, a deal in 1 of 1' in home
    for text in (page, gaps, request, listed):
        assert "Open pipeline" not in text


def test_the_file_uses_the_name_of_the_page(both, make, sign_in):
    file = sign_in(make.user("manager")).get("/reports/search.csv?show=nothing").data.decode("utf-8-sig")
    (row,) = [row for row in csv.DictReader(io.StringIO(file)) if row["Search"] == "airship"]
    assert float(row["Pipeline of searchers, USD"]) == 30
    (column,) = [column for column in COLUMNS if column.key == "pipeline"]
    assert column.definition == SEARCHERS


@pytest.mark.parametrize("show", ["all", "nothing", "unopened", "rephrased"])
def test_a_period_without_searches_is_not_praised(both, make, sign_in, show):
    client = sign_in(make.user("manager"))
    page = client.get(f"/reports/search?show={show}&from=2199-05-01").text
    assert "No searches in this period" in page
    assert "Everything was found" not in page


def test_when_all_that_was_searched_for_was_found_it_says_so(make, sign_in):
    make.search(make.user(), "price", results=3)
    page = sign_in(make.user("manager")).get("/reports/search?show=nothing").text
    assert "Everything was found" in page


def test_requests_offer_no_filter_that_says_nothing_of_them(both, make, sign_in):
    client = sign_in(make.user("manager"))
    page = client.get("/reports/search?show=requests&from=2199-05-01&who=all").text
    assert cells(page, "Searches") == ["1"]
    assert 'name="from"' not in page
    assert 'aria-label="Period"' not in page
    assert "Found nothing</p>" not in page  # no sums of searches either, which the filters would narrow
    assert "show=nothing" in page
    assert "from=2199-05-01" in page  # they are in force again on the other lists
    assert client.get("/reports/search?show=requests&from=nonsense").status_code == 200


def test_the_fold_of_the_filters_says_what_is_chosen(both, make, sign_in):
    team = make.team("North")
    client = sign_in(make.user("manager", team=team))
    page = client.get(f"/reports/search?from=2026-03-01&to=2026-03-31&team={team.id}&who=all").text
    summary = re.search(r'<details class="report-filters">\s*<summary.*?</summary>', page, re.DOTALL)[0]
    for words in ("1 Mar 2026 to 31 Mar 2026", "North", "Everybody, marketing too"):
        assert words in summary
    wrong = client.get("/reports/search?from=nonsense")
    assert wrong.status_code == 422
    assert '<details class="report-filters" open>' in wrong.text
    for name, words in (
        ("usage", "Every kind"),
        ("adoption", "One row a person"),
        ("from-sales", "All teams"),
    ):
        page = client.get(f"/reports/{name}").text
        summary = re.search(r'<details class="report-filters">\s*<summary.*?</summary>', page, re.DOTALL)[0]
        assert words in summary
        assert "All time" in summary


@pytest.mark.parametrize(("people", "times", "offered"), [(1, 1, 0), (1, 2, 0), (1, 3, 1), (2, 1, 1)])
def test_synonyms_are_offered_once_two_people_or_three_searches_went_on_with_the_same_words(
    make, sign_in, people, times, offered
):
    for _ in range(people):
        rep = make.user()
        for _ in range(times):
            then = make.search(rep, "leaflet", results=1)
            make.search(rep, "brochure", rephrased_by_id=then.id)
    page = sign_in(make.user("marketer")).get("/reports/search?show=rephrased").text
    assert page.count("Make them synonyms") == offered
    who = "1 person" if people == 1 else f"{people} people"
    assert f"{people * times} of {people * times}, by {who}" in page
    assert "Words can be made synonyms from here once 2 people, or 3 searches, went on" in page
    manager = sign_in(make.user("manager")).get("/reports/search?show=rephrased").text
    assert "Make them synonyms" not in manager
    assert "made synonyms" not in manager


def test_a_very_long_search_is_cut_in_the_list_and_runs_whole(make, sign_in):
    text = "endless" * 70
    make.search(make.user(), text)
    page = sign_in(make.user("marketer")).get("/reports/search?show=nothing").text
    assert f'<td class="cell-main search-words"><a href="/library?q={text}&amp;from=report"' in page
    assert f">{text}" not in page
