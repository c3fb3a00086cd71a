"""The page of what to do and its files: who sees it, what it costs, and which words never stand there."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from portal.db import now
from portal.reports.actions.lists import LISTS
from tests.reports.actions.reading import plain, rows_in, rows_of, section

MOST_QUERIES = 25
FILES = ("csv", "xlsx", "docx")


def addresses():
    lists = [f"/reports/actions/{name}" for name in LISTS]
    return ["/reports/actions", *lists, *(f"{one}.{ending}" for one in lists for ending in FILES)]


def test_reps_are_refused_and_nothing_leads_them_here(world, sign_in):
    client = sign_in(world.rep)
    for address in addresses():
        assert client.get(address).status_code == 403, address
    for page in ("/", "/reports", "/impact"):
        assert "/reports/actions" not in client.get(page).text


@pytest.mark.parametrize("role", ["marketer", "manager", "admin"])
def test_whoever_oversees_finds_it_from_home_reports_and_impact(world, make, sign_in, role):
    client = sign_in(make.user(role))
    home = "/" if role == "manager" else "/to-do"
    for page in (home, "/reports", "/impact"):
        assert 'href="/reports/actions' in client.get(page).text, page
    for address in addresses():
        assert client.get(address).status_code == 200, address


def test_a_list_that_is_not_there_is_not_found(world, sign_in):
    assert sign_in(world.manager).get("/reports/actions/burn").status_code == 404


def test_a_file_holds_the_rows_of_the_page_with_its_filters_and_rule(world, sign_in):
    client = sign_in(world.manager)
    query = "?industry=Healthcare"
    (row,) = rows_of(client, "promote", query)
    text = client.get(f"/reports/actions/promote.csv{query}").data.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    found = dict(zip(lines[0], lines[1], strict=True))
    assert found["Content"] == row.title == "Hospital proof"
    assert (found["Closed deals"], found["With content"], found["Reps"]) == ("40", "250", "1")
    assert found["In words"] in row.text
    about = {line[0]: line[1] for line in lines[2:] if len(line) > 1}
    assert about["Industry"] == "Healthcare"
    assert about["Figures by"].startswith("matched-lift/")
    assert about["Figures"].startswith("snapshot 1, worked out ")
    assert "Data as of" in about
    assert "Content is logged on 100% of the closed deals chosen" in text
    assert LISTS["promote"].rule in text


def test_every_list_has_its_rows_in_excel(world, sign_in, make):
    make.search(world.rep, "webinar")
    client = sign_in(world.manager)
    for name, first in (("fix", "Old deck"), ("missing", "webinar")):
        file = io.BytesIO(client.get(f"/reports/actions/{name}.xlsx").data)
        cells = [cell.value for sheet in load_workbook(file) for row in sheet.iter_rows() for cell in row]
        assert first in cells


def test_the_page_shows_the_first_rows_and_leads_to_the_others(make, sign_in):
    rep = make.user("rep")
    for number in range(30):
        make.search(rep, f"missing {number}")
    client = sign_in(make.user("manager"))
    part = section(client.get("/reports/actions").text, "missing")
    assert len(rows_in(part)) == 5
    assert "and 25 more" in plain(part)
    assert len(rows_of(client, "missing")) == 25
    assert len(rows_of(client, "missing", "?page=2")) == 5
    assert len(rows_of(client, "missing", "?page=99")) == 5


def test_filters_go_along_to_the_figures_the_lists_and_their_files(world, sign_in):
    client = sign_in(world.manager)
    page = client.get("/reports/actions?industry=Healthcare&begin=2026-01-01").text
    for path in ("/impact", "/reports/actions/promote", "/reports/actions/fix"):
        found = re.search(rf'href="({path}\?[^"]*)"', page)
        assert found, path
        assert "industry=Healthcare" in found.group(1)
        assert "begin=2026-01-01" in found.group(1)
    assert 'href="/reports/actions/missing"' in page


def test_an_earlier_snapshot_goes_along_too(world, sign_in):
    client = sign_in(world.manager)
    page = client.get("/reports/actions?industry=Healthcare&snapshot=1").text
    for path in ("/impact", f"/impact/{world.proof.slug}", "/reports/actions/promote"):
        assert re.search(rf'href="{path}\?industry=Healthcare&amp;snapshot=1"', page), path
    listed = client.get("/impact?industry=Healthcare&snapshot=1").text
    assert 'href="/reports/actions?industry=Healthcare&amp;snapshot=1"' in listed


def test_every_row_has_a_reason_and_exactly_one_button(world, sign_in, make):
    rep = world.rep
    make.search(rep, "webinar")
    make.asset("Unmet", published_at=now() - timedelta(days=200))
    soon = (now() + timedelta(days=9)).date()
    make.use(make.asset("Ending", expires_on=soon), rep, deal=make.deal(owner=rep), kind="sent")
    for person in (world.manager, world.marketer):
        rows = rows_in(sign_in(person).get("/reports/actions").text)  # which checks the button of each
        assert {"Hospital proof", "Old deck", "Unmet", "“webinar”"} <= {row.title for row in rows}


def test_no_word_says_more_than_the_figures(world, sign_in):
    client = sign_in(world.manager)
    for address in addresses():
        if not address.endswith((".xlsx", ".docx")):
            text = plain(client.get(address).text).lower()
            assert not re.search(r"\b(helps?|helped|hurts?|causes?|caused)\b", text), address


def test_the_page_takes_few_statements_however_many_rows_there_are(world, sign_in, make, count_queries):
    rep = world.rep
    soon = (now() + timedelta(days=9)).date()

    def more(number):
        for at in range(number):
            make.search(rep, f"missing {number} {at}", deal_id=make.deal(owner=rep).id)
            make.asset(f"Unmet {number} {at}", published_at=now() - timedelta(days=200), owner=rep)
            piece = make.asset(f"Ending {number} {at}", expires_on=soon)
            make.use(piece, rep, deal=make.deal(owner=rep, name=f"Deal {number} {at}"), kind="sent")

    client, counts = sign_in(world.manager), []
    for number in (6, 12):  # more than are shown, both times
        more(number)
        client.get("/reports/actions?industry=Healthcare")
        with count_queries() as queries:
            assert client.get("/reports/actions?industry=Healthcare").status_code == 200
        counts.append(len(queries))
    assert counts[1] <= MOST_QUERIES, counts
    assert counts[0] == counts[1]
