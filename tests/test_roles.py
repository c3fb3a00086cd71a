"""Nobody does what they may not: every route is walked as every role, and every object as whoever may not see it.

A route that is not in the table fails; so does a row without a route.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.role_table import TABLE
from tests.role_world import World, address_of, build_world
from tests.roles import ALL, PUBLIC, ROLES_OF


@pytest.fixture
def world(app, make) -> World:
    return build_world(app, make)


def _routes(app: Any) -> set[str]:
    return {
        f"{method} {rule}"
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_is_in_the_table_and_every_row_has_its_route(app):
    routes = _routes(app)
    assert routes - TABLE.keys() == set()
    assert TABLE.keys() - routes == set()


def test_each_route_lets_in_whom_it_should_and_nobody_else(world):
    wrong = []
    for row, access in TABLE.items():
        method, rule = row.split(" ", 1)
        allowed = ROLES_OF[access.rstrip("*")]
        for who in ("nobody", "rep", "marketer", "manager", "admin"):
            world.restore()
            answer = world.client(who).open(address_of(rule, world.things), method=method)
            signed_out = answer.status_code in (302, 303) and answer.location.startswith("/sign-in")
            if rule == "/sign-out":
                signed_out = who == "nobody"
            if who in allowed:
                refused = answer.status_code in (401, 403, 405) or (signed_out and access != PUBLIC)
                missing = answer.status_code == 404 and not access.endswith("*")
                if refused or missing or answer.status_code >= 500:
                    wrong.append(f"{row} refused {who}: {answer.status_code} {answer.location or ''}")
            elif not (signed_out if who == "nobody" else answer.status_code == 403):
                wrong.append(f"{row} let in {who}: {answer.status_code}")
    assert wrong == []


# What a rep of another team, a rep of the same team, and people without a sign-in get when they name an object.
HIDDEN_FROM_STRANGERS = (
    *("GET /deals/<int:deal_id>", "GET /deals/crm/<source>/<path:external_id>", "GET /links/<int:link_id>"),
    *("GET /deals/<int:deal_id>/links", "GET /impact/deals/<int:deal_id>"),
    *("GET /deals/<int:deal_id>/content", "POST /deals/<int:deal_id>/threads"),
    *(
        "POST /links/<int:link_id>/revoke",
        "POST /uses/<int:event_id>/remove",
        "GET /uses/<int:event_id>/move",
    ),
    *("POST /uses/<int:event_id>/move", "POST /notifications/<int:notification_id>/open"),
    "POST /me/meetings/<int:meeting_id>/remove",
    *(f"POST /me/proposals/<int:proposal_id>/{verb}" for verb in ("confirm", "refuse", "undo")),
    *("POST /questions/<int:deal_id>/<slug>", "POST /questions/<int:deal_id>/<slug>/later"),
    *("GET /deals/<int:deal_id>/closing", "POST /deals/<int:deal_id>/closing"),
    "POST /deals/<int:deal_id>/closing/later",
    *(
        "GET /searches/<int:search_id>",
        "POST /searches/<int:search_id>",
        "POST /searches/<int:search_id>/delete",
    ),
)


@pytest.mark.parametrize("row", HIDDEN_FROM_STRANGERS)
def test_what_is_not_shared_with_a_rep_of_another_team_does_not_exist_for_them(world, row):
    method, rule = row.split(" ", 1)
    assert world.client("stranger").open(address_of(rule, world.things), method=method).status_code == 404


def test_a_deal_is_seen_by_its_team_but_a_notification_only_by_its_person(world):
    assert world.client("mate").get(f"/deals/{world.things.deal.id}").status_code == 200
    assert world.client("mate").post(f"/notifications/{world.things.notice.id}/open").status_code == 404


@pytest.mark.parametrize("who", ["rep", "mate", "marketer", "manager", "admin"])
def test_a_private_thread_of_another_team_exists_for_nobody_whatever_their_role(world, who):
    client, wrong = world.client(who), []
    rows = [row for row in TABLE if "<int:thread_id>" in row or "<int:comment_id>" in row]
    for page, comment in world.things.private.items():
        if "Among South" in client.get(page).text:
            wrong.append(page)
        ids = {"<int:thread_id>": str(comment.thread_id), "<int:comment_id>": str(comment.id)}
        for method, rule in (row.split(" ", 1) for row in rows):
            for name, value in ids.items():
                rule = rule.replace(name, value)
            status = client.open(rule, method=method, data={"body": "Let me in"}).status_code
            if status != 404:
                wrong.append(f"{method} {rule}: {status}")
    assert wrong == []
    assert len(rows) >= 6


def test_a_private_thread_is_read_by_its_team(world):
    client = world.client("stranger")
    assert all("Among South" in client.get(page).text for page in world.things.private)


def test_a_draft_of_others_does_not_exist_for_a_rep_at_any_address(world):
    slug_rows = [row for row, access in TABLE.items() if "<slug>" in row and access.rstrip("*") == ALL]
    wrong = []
    for row in slug_rows:
        method, rule = row.split(" ", 1)
        world.restore()
        status = (
            world.client("rep").open(address_of(rule, world.things, slug="draft"), method=method).status_code
        )
        if status != 404:
            wrong.append(f"{row}: {status}")
    assert wrong == []


def test_the_name_of_a_hidden_deal_stands_on_no_page_of_a_stranger(world):
    client = world.client("stranger")
    pages = [
        "/",
        "/deals",
        "/deals?show=all",
        "/deals/suggest?q=quiet",
        "/requests",
        f"/requests/{world.things.request.id}",
    ]
    pages += [
        "/library/deck",
        "/links",
        "/impact",
        "/reports/usage",
        "/search/suggest?q=quiet",
        "/library?q=quiet",
    ]
    pages += ["/wins", "/impact/deck"]
    for page in pages:
        for hidden in ("Quiet deal", "Quiet win", "Quiet objection"):
            assert hidden not in client.get(page).text, page
