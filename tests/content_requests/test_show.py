"""The page of one request: the next step stands at its top, and it says in the past what is over."""

from __future__ import annotations

import pytest

from portal.content_requests.models import RequestChange


@pytest.fixture
def maker(make):
    return make.user("marketer")


def _header(client, asked):
    page = client.get(f"/requests/{asked.id}").text
    return page.partition('class="page-header')[2].partition('class="with-aside"')[0]


@pytest.mark.parametrize(
    ("status", "step"),
    [
        ("new", "Take it"),
        ("accepted", "Begin work"),
        ("in_progress", "Deliver it"),
        ("in_review", "Deliver it"),
    ],
)
def test_the_next_step_is_the_main_button_of_the_header(make, sign_in, maker, status, step):
    asked = make.request(make.user(), status=status)
    header = _header(sign_in(maker), asked)
    assert header.count("button-primary") == 1
    assert step in header.partition("button-primary")[2]
    assert ('href="#deliver"' in header) == (step == "Deliver it")
    assert "button-primary" not in _header(sign_in(make.user()), asked)


def test_while_people_look_at_a_draft_delivering_is_a_second_choice(make, sign_in, maker):
    asked, draft = make.request(make.user(), status="in_progress"), make.asset(state="draft", owner=maker)
    client = sign_in(maker)
    client.post(f"/requests/{asked.id}/draft", data={"draft_id": str(draft.id)})
    header = _header(client, asked)
    assert ('href="#deliver"' in header, "button-primary" in header) == (True, False)


@pytest.mark.parametrize("status", ["delivered", "declined"])
def test_deals_that_are_open_still_waited_for_what_is_closed(make, sign_in, status):
    rep = make.user()
    deals = tuple(make.deal(owner=rep, amount=amount) for amount in (10_000, None))
    asked = make.request(rep, deals=deals, status=status, alike_deals=0)
    client = sign_in(rep)
    page = client.get(f"/requests/{asked.id}").text
    for said in (
        "Deals that waited",
        "Pipeline that waited",
        "2 open deals that waited for it",
        "waited too,",
    ):
        assert said in page
    for gone in ("Deals that wait<", "Pipeline waiting", "one that waits", "named as waiting"):
        assert gone not in page
    assert "Pipeline that waited" in client.get(f"/requests?view={status}").text
    assert "waited</span>" in client.get("/requests?view=all").text
    assert "waited on 2 deals" in client.get("/requests?as=board").text


def test_the_page_that_moves_a_request_says_what_its_buttons_are(make, sign_in, maker):
    asked = make.request(make.user())
    page = sign_in(maker).get(f"/requests/{asked.id}/move").text
    assert 'aria-labelledby="move-to"' in page
    assert '<p class="label" id="move-to">Move to</p>' in page


def test_a_long_history_shows_its_latest_steps_and_folds_those_before(make, sign_in, maker):
    asked, client = make.request(make.user()), sign_in(maker)
    for number in range(15):
        make.store(RequestChange(request_id=asked.id, status="new", words=f"Step {number}", by_id=maker.id))
    assert "earlier steps" not in client.get(f"/requests/{asked.id}").text
    make.store(RequestChange(request_id=asked.id, status="new", words="Step 15", by_id=maker.id))
    folded = client.get(f"/requests/{asked.id}").text.partition("4 earlier steps")[2].partition("</details>")
    assert ("Step 3" in folded[0], "Step 4" in folded[0], "Step 4" in folded[2]) == (True, False, True)
