"""An empty portal: each role is told what it can do first, with the way to it."""

from __future__ import annotations

import pytest

FIRST = {
    "admin": ["/admin/users/new", "/library/new", "/library/vocabulary", "/deals/import"],
    "marketer": ["/library/new", "/library/vocabulary"],
    "manager": ["/deals/import", "/requests/new", "/me"],
    "rep": ["/requests/new", "/me"],
}


@pytest.mark.parametrize("role", FIRST)
def test_the_first_steps_of_each_role_can_be_taken(make, sign_in, role):
    client = sign_in(make.user(role))

    page = client.get("/")

    assert page.status_code == 200
    assert "First steps" in page.text
    for address in FIRST[role]:
        assert f'href="{address}"' in page.text
        assert client.get(address).status_code == 200, "a step that is offered can be taken"


@pytest.mark.parametrize("role", ["marketer", "rep"])
def test_nobody_is_sent_where_they_may_not_go(make, sign_in, role):
    page = sign_in(make.user(role)).get("/").text.split('id="main"')[1]

    assert "/deals/import" not in page
    assert "/admin" not in page


def test_what_is_done_is_ticked_and_what_is_left_stays_in_sight(make, sign_in):
    admin = make.user("admin")
    make.user("rep")
    make.asset()
    client = sign_in(admin)

    page = client.get("/").text

    assert "Still to set up" in page
    steps = page.split('id="steps"')[1].split("</section>")[0]
    assert steps.count("Done") == 2
    assert "/deals/import" in steps
    make.deal()
    assert "Still to set up" not in client.get("/").text


def test_with_content_or_deals_the_first_steps_give_way_to_work(make, sign_in):
    rep = make.user("rep")
    client = sign_in(rep)
    make.deal(owner=rep, name="First deal")

    page = client.get("/").text

    assert "First steps" not in page
    assert "First deal" in page


def test_home_asks_for_a_sign_in(client_of_nobody):
    answer = client_of_nobody.get("/")

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")


@pytest.fixture
def client_of_nobody(app, make):
    make.user("admin")
    return app.test_client()
