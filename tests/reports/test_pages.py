"""The pages of the reports: who sees which, filters and order in the address, and files with the same rows."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from docx import Document

from tests.reports.test_sums import at, closed, use

FILES = ("csv", "xlsx", "docx")


def names(client: Any, address: str) -> list[str]:
    page = client.get(address)
    assert page.status_code == 200
    cells = re.findall(r'<th scope="row" class="cell-main">(.*?)</th>', page.text)
    return [unescape(re.sub(r"<[^>]+>", "", cell)) for cell in cells]


def rows_of_file(client: Any, address: str) -> list[list[str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    return lines[1 : lines.index([])]


def test_reports_are_offered_and_open_to_those_who_may(make, sign_in):
    for role, sees in (("rep", False), ("marketer", True), ("manager", True), ("admin", True)):
        client = sign_in(make.user(role))
        assert ("/reports/adoption" in client.get("/reports").text) is sees
        assert client.get("/reports/usage").status_code == 200
        for address in ("/reports/adoption", *(f"/reports/adoption.{ending}" for ending in FILES)):
            assert client.get(address).status_code == (200 if sees else 403)
        for ending in FILES:
            assert client.get(f"/reports/usage.{ending}").status_code == 200


def test_files_come_as_downloads_with_a_name_and_a_type(make, sign_in):
    make.asset("Deck")
    client = sign_in(make.user())
    for ending, type_ in (("csv", "text/csv"), ("xlsx", "spreadsheetml.sheet"), ("docx", "wordprocessingml")):
        answer = client.get(f"/reports/usage.{ending}")
        assert type_ in answer.content_type
        assert re.search(
            rf"attachment; filename=tandem-usage-\d{{4}}-\d\d-\d\d\.{ending}",
            answer.headers["Content-Disposition"],
        )
    assert client.get("/reports/usage.exe").status_code == 404


def test_filters_and_order_stand_in_the_address_and_the_files_follow_them(make, sign_in):
    east = make.team("East")
    anna = make.user(team=east)
    for title, kind, times in (("Alpha", "deck", 1), ("Beta", "deck", 3), ("Gamma", "video", 2)):
        asset = make.asset(title, kind=kind)
        for number in range(times):
            use(make, asset, anna, "viewed", at(2 + number))
    client = sign_in(make.user("manager"))
    for query, expected in (
        ("", ["Alpha", "Beta", "Gamma"]),
        ("?sort=-looked", ["Beta", "Gamma", "Alpha"]),
        ("?sort=looked", ["Alpha", "Gamma", "Beta"]),
        ("?kind=deck&sort=-content", ["Beta", "Alpha"]),
        (f"?team={east.id}&from=2026-03-01&to=2026-03-31&sort=-looked", ["Beta", "Gamma", "Alpha"]),
        ("?sort=nonsense", ["Alpha", "Beta", "Gamma"]),
    ):
        assert names(client, f"/reports/usage{query}") == expected
        assert [row[0] for row in rows_of_file(client, f"/reports/usage.csv{query}")] == expected
    page = client.get("/reports/usage?kind=deck&sort=-looked").text
    offered = [urlsplit(unescape(link)) for link in re.findall(r'href="(/reports/usage\.[^"]+)"', page)]
    assert {link.path.rsplit(".", 1)[1] for link in offered} == set(FILES)
    assert all(link.query == "kind=deck&sort=-looked" for link in offered)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("from=yesterday", "Please give a day as in 2026-03-31."),
        ("to=2026-02-30", "Please give a day as in 2026-03-31."),
        ("from=0001-01-01", "Please give a day between 1990 and 2199."),
        ("to=9999-12-31", "Please give a day between 1990 and 2199."),
        ("from=2026-03-02&to=2026-03-01", "The last day is before the first."),
        ("kind=poem", "There is no such kind of content."),
        ("team=999", "There is no such team, or it is not yours to choose."),
        ("by=moon", "Rows are by person or by team."),
        ("from=%00%F0%9F%98%80", "Please give a day as in 2026-03-31."),
    ],
)
def test_a_filter_that_cannot_be_taken_is_said_at_its_place(make, sign_in, query, message):
    client = sign_in(make.user("manager"))
    page = client.get(f"/reports/adoption?{query}")
    assert page.status_code == 422
    assert message in unescape(page.text)
    assert client.get(f"/reports/adoption.csv?{query}").status_code == 422
    assert "<table" not in page.text


def test_long_reports_are_cut_into_pages_but_not_in_files(make, sign_in):
    for number in range(53):
        make.asset(f"Deck {number:02}")
    client = sign_in(make.user())
    assert len(names(client, "/reports/usage")) == 50
    assert names(client, "/reports/usage?page=2") == ["Deck 50", "Deck 51", "Deck 52"]
    assert names(client, "/reports/usage?page=99") == ["Deck 50", "Deck 51", "Deck 52"]
    assert len(rows_of_file(client, "/reports/usage.csv")) == 53


def test_an_empty_portal_says_that_there_is_nothing(make, sign_in):
    client = sign_in(make.user("manager"))
    assert "Nothing to report" in client.get("/reports/usage").text
    assert "Nothing to report" in client.get("/reports/adoption").text


def test_titles_are_text_in_the_page(make, sign_in):
    make.asset("<script>alert(1)</script>")
    client = sign_in(make.user())
    assert "<script>alert" not in client.get("/reports/usage").text
    assert names(client, "/reports/usage") == ["<script>alert(1)</script>"]


def test_the_page_has_the_same_cells_as_the_word_file(make, sign_in):
    for number, title in enumerate(("Deck", "Größe & Co")):
        asset = make.asset(title)
        use(make, asset, make.user(), "sent", at(2 + number), closed(make, "won"))
        make.rating(asset, make.user(), stars=4)
    client = sign_in(make.user())
    page = client.get("/reports/usage?sort=content").text
    lines = re.findall(r"<tr>(.*?)</tr>", page.split("<tbody>")[1], re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL) for line in lines]
    shown = [[unescape(re.sub(r"<[^>]+>", "", cell)) for cell in line] for line in cells]
    document = Document(io.BytesIO(client.get("/reports/usage.docx?sort=content").data))
    in_word = [[cell.text for cell in row.cells] for row in document.tables[-1].rows]
    assert shown == in_word[1:]
    assert len(shown) == 2


def test_the_usual_periods_are_links_that_keep_the_other_filters(make, sign_in):
    make.asset("Deck")
    page = sign_in(make.user()).get("/reports/usage?kind=deck&from=2026-01-01&to=2026-01-31").text
    links = [unescape(link) for link in re.findall(r'class="segment" href="([^"]+)"', page)]
    assert links[0] == "/reports/usage?kind=deck"
    assert len(links) == 4
    assert all("kind=deck" in link and "to=" not in link for link in links)


def test_the_pages_take_few_statements_however_much_there_is(make, sign_in, count_queries):
    rep = make.user(team=make.team("East"))
    for _ in range(8):
        use(make, make.asset(), rep, "sent", at(2), make.deal(owner=rep))
    client = sign_in(make.user("manager"))
    for address in ("/reports", "/reports/usage", "/reports/adoption", "/reports/adoption?by=team"):
        with count_queries() as queries:
            assert client.get(address).status_code == 200
        assert len(queries) <= 20, "\n".join(queries.statements)


def test_a_rep_narrows_the_report_to_their_own_team_and_to_no_other(make, sign_in):
    own, other = make.team("South"), make.team("North")
    for client, may in (
        (sign_in(make.user(team=own)), False),
        (sign_in(make.user("manager", team=own)), True),
    ):
        assert client.get(f"/reports/usage?team={own.id}").status_code == 200
        assert ("North" in client.get("/reports/usage").text) is may
        for named in (other.id, "North"):
            answer = client.get(f"/reports/usage?team={named}")
            assert answer.status_code == (200 if may else 422)
            assert ("not yours to choose" in answer.text) is not may
            assert client.get(f"/reports/usage.csv?team={named}").status_code == (200 if may else 422)
