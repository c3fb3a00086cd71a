"""The page of what is searched for: its numbers against hand-computed ones, its lists, filters, files and roles."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.content_requests.models import ContentRequest
from portal.discovery.learning.facts import Scope
from portal.discovery.learning.queries import gaps, searched
from portal.discovery.learning.services import note_rephrasings
from portal.discovery.learning.totals import totals
from portal.discovery.models import SearchClick

DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def at(seconds):
    return DAY + timedelta(seconds=seconds)


@pytest.fixture
def log(make):
    """Seven searches of two reps and one of a marketer:

    | who  | second | words     | results | opened at     | used after    | deal |
    | anna | 0      | price     | 5       | place 1, 10 s | sent, 100 s   | -    |
    | anna | 1000   | price     | 5       | place 4, 5 s  | looked at     | -    |
    | ben  | 2000   | price     | 4       | -             |               | -    |
    | ben  | 2060   | discounts | 2       | place 2, 10 s | sent, 300 s   | -    |
    | anna | 5000   | zeppelin  | 0       |               |               | one  |
    | ben  | 6000   | zeppelins | 0       |               |               | one  |
    | ben  | 7000   | zeppelin  | 0       |               |               | two  |
    | mark | 8000   | zeppelin  | 0       |               |               | -    |
    """
    anna, ben, mark = make.user("rep"), make.user("rep"), make.user("marketer")
    one, two = make.deal(owner=anna, amount=1_000), make.deal(owner=ben, amount=200)
    asset, other = make.asset("Price list"), make.asset("Other")

    def search(who, second, text, words, results, deal=None):
        deal_id = deal.id if deal else None
        return make.search(who, text, words=words, results=results, at=at(second), deal_id=deal_id)

    def opened(found, what, place, second):
        make.store(SearchClick(search_id=found.id, asset_id=what.id, place=place, at=at(second)))

    opened(search(anna, 0, "price", "price", 5), asset, 1, 10)
    make.use(asset, anna, kind="sent", at=at(100))
    opened(search(anna, 1000, "prices", "price", 5), other, 4, 1005)
    make.use(other, anna, kind="viewed", at=at(1006))
    search(ben, 2000, "price", "price", 4)
    opened(search(ben, 2060, "discounts", "discount", 2), asset, 2, 2070)
    make.use(asset, ben, kind="sent", at=at(2360))
    search(anna, 5000, "zeppelin", "zeppelin", 0, one)
    search(ben, 6000, "zeppelins", "zeppelin", 0, one)
    search(ben, 7000, "zeppelin", "zeppelin", 0, two)
    search(mark, 8000, "zeppelin", "zeppelin", 0)
    make.inside(note_rephrasings)
    return anna, ben, mark


def test_the_totals_are_those_counted_by_hand(app, log):
    with app.app_context():
        found, everybody = totals(Scope()), totals(Scope(sales_only=False))
    assert (found.searches, found.people, found.in_vain) == (7, 2, 3)
    assert (found.unopened, found.rephrased, found.opened, found.used) == (1, 1, 3, 2)
    assert found.seconds == (100 + 300) / 2
    assert (everybody.searches, everybody.people, everybody.in_vain) == (8, 3, 4)


def test_the_rows_are_those_counted_by_hand(app, log):
    with app.app_context():
        found = {row.words: row for row in searched(Scope())}
    price, discount, zeppelin = found["price"], found["discount"], found["zeppelin"]
    assert (price.text, price.searches, price.people, price.results) == ("price", 3, 2, 4)
    assert (price.in_vain, price.unopened, price.rephrased, price.opened, price.used) == (0, 1, 1, 2, 1)
    assert (price.place, price.rephrased_to, price.rephrased_so) == (2.5, "discounts", 1)
    assert (discount.searches, discount.used, discount.place) == (1, 1, 2)
    assert (zeppelin.searches, zeppelin.people, zeppelin.in_vain) == (3, 2, 3)
    assert zeppelin.pipeline_minor == 120_000  # each deal once
    assert zeppelin.last_at == at(7000)


def test_a_list_counts_only_its_searches_and_says_of_how_many(app, log):
    with app.app_context():
        (unopened,) = searched(Scope(), "unopened")
        (rephrased,) = searched(Scope(), "rephrased")
        (nothing,) = searched(Scope(), "nothing")
    assert (unopened.words, unopened.searches, unopened.of) == ("price", 1, 3)
    assert (rephrased.words, rephrased.searches, rephrased.rephrased_to) == ("price", 1, "discounts")
    assert (nothing.words, nothing.searches, nothing.of) == ("zeppelin", 3, 3)


def test_a_use_later_than_two_hours_after_opening_is_not_the_searchs(app, make):
    rep, asset = make.user(), make.asset()
    for second in (0, 1):
        found = make.search(rep, f"t{second}", results=1, at=at(0))
        make.store(SearchClick(search_id=found.id, asset_id=asset.id, place=1, at=at(second)))
    make.use(asset, rep, kind="sent", at=at(2 * 3600 + 2))
    make.use(asset, make.user(), kind="sent", at=at(60))
    with app.app_context():
        assert totals(Scope()).used == 0
    make.use(asset, rep, kind="presented", at=at(2 * 3600 + 1))
    with app.app_context():
        assert totals(Scope()).used == 1


def test_a_use_belongs_to_the_last_search_that_opened_the_content_before_it(app, make):
    rep, asset, other = make.user(), make.asset(), make.asset()
    for second, opened, what in ((0, 5, asset), (600, 605, asset), (700, 705, other), (900, 905, asset)):
        found = make.search(rep, f"t{second}", results=1, at=at(second))
        make.store(SearchClick(search_id=found.id, asset_id=what.id, place=1, at=at(opened)))
    elsewhere = make.search(make.user(), "t1", results=1, at=at(620))
    make.store(SearchClick(search_id=elsewhere.id, asset_id=asset.id, place=1, at=at(625)))
    make.use(asset, rep, kind="sent", at=at(640))
    with app.app_context():
        found = totals(Scope())
        used = [row.text for row in searched(Scope()) if row.used]
    assert (found.used, found.seconds, used) == (1, 40, ["t600"])


def test_searches_that_open_the_same_at_one_moment_share_one_use(app, make):
    rep, asset = make.user(), make.asset()
    for text in ("former", "latter"):
        found = make.search(rep, text, results=1, at=at(0))
        make.store(SearchClick(search_id=found.id, asset_id=asset.id, place=1, at=at(5)))
    make.use(asset, rep, kind="sent", at=at(5))
    with app.app_context():
        assert [(row.text, row.used) for row in searched(Scope(), sort="text")] == [
            ("former", 0),
            ("latter", 1),
        ]


def test_a_row_speaks_of_the_searches_of_its_list_and_of_the_last_of_them_by_time(app, make):
    rep, asset = make.user(), make.asset()
    make.search(rep, "Prices", words="price", results=7, at=at(500))
    opened = make.search(rep, "price", words="price", results=3, at=at(0))
    make.store(SearchClick(search_id=opened.id, asset_id=asset.id, place=9, at=at(5)))
    with app.app_context():
        (every,), (unopened,) = searched(Scope()), searched(Scope(), "unopened")
    assert (every.text, every.results, every.last_at, every.place) == ("Prices", 7, at(500), 9)
    assert (unopened.searches, unopened.of, unopened.place) == (1, 2, None)


def test_a_corrected_search_is_a_gap_only_while_nothing_of_it_was_opened(app, make):
    rep, asset = make.user(), make.asset()
    found = make.search(rep, "hospitle", results=2, corrected="hospital")
    with app.app_context():
        assert [gap.text for gap in gaps()] == ["hospitle"]
    make.store(SearchClick(search_id=found.id, asset_id=asset.id, place=1))
    with app.app_context():
        assert gaps() == []


def rows_of(page):
    return re.findall(r'<td class="cell-main search-words"><a[^>]*>(.*?)</a>', page)


def test_the_page_shows_each_list_in_order_and_narrows_it(make, sign_in, log):
    client = sign_in(log[2])
    page = client.get("/reports/search").text
    assert rows_of(page) == ["zeppelin", "price", "discounts"]
    assert "3 of 7 searches" in page
    assert "Fewer than 30 searches" in page
    assert rows_of(client.get("/reports/search?sort=text").text) == ["discounts", "price", "zeppelin"]
    assert rows_of(client.get("/reports/search?show=unopened").text) == ["price"]
    assert rows_of(client.get("/reports/search?show=nothing").text) == ["zeppelin"]
    assert "4 of 8 searches" in client.get("/reports/search?who=all").text
    assert "No searches in this period" in client.get("/reports/search?from=2026-03-03").text
    assert rows_of(client.get("/reports/search?sort=nonsense&page=99").text) == [
        "zeppelin",
        "price",
        "discounts",
    ]
    for wrong in ("from=yesterday", "who=nobody", "team=x", "from=2026-03-03&to=2026-03-01"):
        assert client.get(f"/reports/search?{wrong}").status_code == 422


def test_the_file_has_the_rows_of_the_list(sign_in, log):
    answer = sign_in(log[2]).get("/reports/search.csv?show=nothing")
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert lines[1][:5] == ["zeppelin", "3", "2", "3", "0"]
    assert lines[1][10] == "1200.0"
    assert lines[2] == []


def test_there_is_no_file_of_the_requests(sign_in, log):
    client = sign_in(log[2])
    assert client.get("/reports/search.csv?show=requests").status_code == 404
    assert "/reports/search.csv" not in client.get("/reports/search?show=requests").text
    assert "/reports/search.csv" in client.get("/reports/search?show=nothing").text


def test_what_most_people_miss_comes_first_and_the_pipeline_says_for_how_many_searches_it_is_known(
    make, sign_in
):
    one, two = make.user("rep"), make.user("rep")
    deal = make.deal(owner=one, amount=9_000)
    make.search(one, "rich", deal_id=deal.id)
    for user in (one, two, two):
        make.search(user, "missed", deal_id=make.deal(owner=user, amount=10).id if user is one else None)
    with_less = make.search(two, "poor")
    client = sign_in(make.user("marketer"))
    page = client.get("/reports/search?show=nothing").text
    assert rows_of(page) == ["missed", "rich", with_less.text]
    assert "known for 1 of 3" in page
    page = client.get("/to-do").text
    assert page.index("“missed”") < page.index("“rich”") < page.index("“poor”")
    assert "a deal in 1 of 3" in page


def test_reps_see_nothing_of_it(make, sign_in, log):
    client = sign_in(log[0])
    assert client.get("/reports/search").status_code == 403
    assert client.get("/reports/search.csv").status_code == 403
    assert client.post("/reports/search/request").status_code == 403
    assert "/reports/search" not in client.get("/reports").text


def test_what_is_no_gap_makes_no_request(make, sign_in, rows, log):
    client = sign_in(log[2])
    found = make.search(log[0], "lucky", results=2)
    assert client.post("/reports/search/request", data={"search": "nonsense"}).status_code == 404
    assert client.post("/reports/search/request", data={"search": found.key}).status_code == 422
    vain = make.search(log[0], "unlucky", at=at(0))
    gone = {"search": vain.key, "from": "2026-04-01"}
    assert client.post("/reports/search/request", data=gone).status_code == 422
    assert rows(select(ContentRequest)) == []


@pytest.mark.parametrize("show", ["all", "nothing", "unopened", "rephrased", "requests"])
def test_many_rows_cost_as_few_statements_as_one(make, sign_in, count_queries, log, show):
    client = sign_in(log[2])
    for number in range(40):
        make.search(log[0], f"word{number}", at=at(number))
        make.request(log[0], search_id=make.search(log[0], f"other{number}").id)
    client.get(f"/reports/search?show={show}")
    with count_queries() as queries:
        assert client.get(f"/reports/search?show={show}").status_code == 200
    assert len(queries) <= 16


@pytest.mark.parametrize("show", ["all", "nothing", "unopened", "rephrased", "requests"])
def test_each_list_says_what_would_be_there_when_it_is_empty(make, sign_in, show):
    page = sign_in(make.user("manager")).get(f"/reports/search?show={show}")
    assert page.status_code == 200
    assert "empty" in page.text


@pytest.mark.parametrize(
    ("places", "median"), [((1, 1, 3), "1.0"), ((3, 1, 2, 2), "2.0"), ((1, 1, 8, 9), "4.5"), ((7,), "7.0")]
)
def test_the_place_of_a_row_is_the_median_of_what_was_opened(make, sign_in, places, median):
    rep, asset = make.user("rep"), make.asset()
    found = make.search(rep, "price", results=9)
    make.store(*(SearchClick(search_id=found.id, asset_id=asset.id, place=place) for place in places))
    answer = sign_in(make.user("marketer")).get("/reports/search.csv")
    head, row, *_ = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert row[head.index("Place opened")] == median
