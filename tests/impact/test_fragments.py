"""The parts of the pages that are asked for alone, and pages that are asked for as if they were parts."""

from __future__ import annotations

import pytest

from portal.jobs import enqueue
from tests.impact.worlds import stored_world

PATHS = (
    "/impact",
    "/impact/by/kinds",
    "/impact/by/stages",
    "/impact/by/sequence",
    "/impact/by/owners",
    "/impact/piece-a",
)
ASKED = (
    {"HX-Request": "true", "HX-Target": "explored"},
    {"HX-Request": "true", "HX-Target": "computing"},
    {"HX-Target": "computing"},
    {"HX-Request": "true", "HX-Target": "computing", "HX-History-Restore-Request": "true"},
)


@pytest.mark.parametrize("headers", ASKED)
@pytest.mark.parametrize("has_figures", [True, False])
def test_no_way_of_asking_for_a_part_fails(make, sign_in, headers, has_figures):
    assets = [make.asset(f"Piece {letter}", slug=f"piece-{letter.lower()}") for letter in "ABCD"]
    if has_figures:
        stored_world(make, assets)
    client = sign_in(make.user("manager"))
    for path in PATHS:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200, path
        if "HX-Request" not in headers or "HX-History-Restore-Request" in headers:
            assert "<html" in answer.text, path


def test_the_note_that_waits_asks_for_itself_alone(make, sign_in, count_queries):
    stored_world(make, [make.asset(f"Piece {letter}") for letter in "ABCD"])
    make.inside(lambda: enqueue("compute_impact", once=True))
    client = sign_in(make.user("manager"))
    with count_queries() as whole:
        client.get("/impact")
    with count_queries() as part:
        note = client.get("/impact", headers={"HX-Request": "true", "HX-Target": "computing"})
    assert "are being worked out" in note.text
    assert "Piece A" not in note.text
    assert len(part) < len(whole)


def test_what_to_do_follows_a_choice_that_changes_the_list_alone(make, sign_in):
    stored_world(make, [make.asset(f"Piece {letter}") for letter in "ABCD"])
    client = sign_in(make.user("manager"))
    path = "/impact?begin=2020-01-01"
    part = client.get(path, headers={"HX-Request": "true", "HX-Target": "explored"}).text
    assert part.count('id="what-to-do"') == 1
    button = part[: part.index('id="what-to-do"')].rsplit("<a", 1)[1]
    assert "begin=2020-01-01" in button
    assert 'hx-swap-oob="true"' in part
    whole = client.get(path).text
    assert whole.count('id="what-to-do"') == 1
    assert "hx-swap-oob" not in whole
    rep = sign_in(make.user("rep")).get(path, headers={"HX-Request": "true", "HX-Target": "explored"}).text
    assert "what-to-do" not in rep
