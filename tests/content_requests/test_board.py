"""The board of requests: its columns, its filters, what it leaves out and says so, and who may move."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.content_requests.board import CLOSED_SHOWN, OPEN_SHOWN
from portal.content_requests.models import COLUMNS
from portal.db import now


def _column(page: str, status: str) -> str:
    return re.split(r'data-column="', page.partition(f'data-column="{status}"')[2])[0]


def test_every_column_starts_with_the_most_pipeline_waiting(make, sign_in):
    rep = make.user("rep")
    for need, amount in (("small need", 100), ("large need", 90_000), ("middle need", 5_000)):
        make.request(rep, need, status="accepted", deals=(make.deal(owner=rep, amount=amount),))
    column = _column(sign_in(rep).get("/requests?as=board").text, "accepted")
    places = [column.index(need) for need in ("large need", "middle need", "small need")]
    assert places == sorted(places)


def test_a_card_says_what_somebody_needs_to_know(make, sign_in):
    asker, maker = make.user("rep", name="Ida Berg"), make.user("marketer", name="Ana Lind")
    late = now().date() - timedelta(days=4)
    make.request(
        asker,
        "A deck for banks",
        status="in_progress",
        kind="deck",
        assigned_to_id=maker.id,
        needed_by=late,
        deals=(make.deal(owner=asker, amount=4000),),
    )
    card = _column(sign_in(asker).get("/requests?as=board").text, "in_progress")
    for words in (
        "A deck for banks",
        "Ida Berg → Ana Lind",
        "Deck",
        "on 1 deal",
        "Overdue",
        "1 person needs",
    ):
        assert words in card


def test_what_a_column_does_not_show_is_said_and_a_link_away(make, sign_in):
    rep = make.user("rep")
    for number in range(OPEN_SHOWN + 2):
        make.request(rep, f"open need {number}", waiting_minor=number)
    for number in range(CLOSED_SHOWN + 1):
        closed_at = now() - timedelta(days=number)
        make.request(rep, f"old need {number}", status="declined", closed_at=closed_at, waiting_minor=0)
    client = sign_in(rep)
    page = client.get("/requests?as=board").text
    assert _column(page, "new").count("data-card") == OPEN_SHOWN
    assert f"{OPEN_SHOWN} shown here" in _column(page, "new")
    assert "open need 0<" not in page
    assert f'"old need {CLOSED_SHOWN}"' not in page
    assert "view=declined" in _column(page, "declined")
    listed = client.get("/requests?view=new&page=3").text
    assert "open need 0<" in listed
    assert f"old need {CLOSED_SHOWN}<" in client.get("/requests?view=declined").text


def _asked_for_filters(make):
    north, south = make.team("North"), make.team("South")
    ida, sam = make.user("rep", team=north), make.user("rep", team=south)
    ana = make.user("marketer", name="Ana Lind")
    late = now().date() - timedelta(days=1)
    make.request(ida, "need of ida", kind="deck", assigned_to_id=ana.id, status="accepted", needed_by=late)
    make.request(sam, "need of sam", kind="video", needed_by=now().date() + timedelta(days=9))
    make.request(sam, "done for sam", status="delivered", needed_by=late, closed_at=now())
    return {"ida": ida.id, "ana": ana.id, "south": south.id}


@pytest.mark.parametrize("way", ["as=board", "view=all"])
@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ("maker={ana}", {"need of ida"}),
        ("maker=0", {"need of sam", "done for sam"}),
        ("asker={ida}", {"need of ida"}),
        ("team={south}", {"need of sam", "done for sam"}),
        ("kind=video", {"need of sam"}),
        ("overdue=1", {"need of ida"}),
        ("kind=deck&team={south}", set()),
        (
            "kind=nonsense&maker=x&team=&asker=99999999999999999999&overdue=yes",
            {"need of ida", "need of sam"},
        ),
    ],
)
def test_filters_hold_on_the_board_and_in_the_list(make, sign_in, way, chosen, found):
    ids = _asked_for_filters(make)
    page = sign_in(make.user("rep")).get(f"/requests?{way}&{chosen.format(**ids)}").text
    shown = {need for need in ("need of ida", "need of sam", "done for sam") if f"{need}</a>" in page}
    assert shown - {"done for sam"} == found - {"done for sam"}
    assert ("done for sam" in shown) == ("done for sam" in found or "nonsense" in chosen)


def test_filters_are_kept_between_list_and_board(make, sign_in):
    ids = _asked_for_filters(make)
    client = sign_in(make.user("rep"))
    wanted = f"maker={ids['ana']}"
    assert (
        f'href="/requests?as=board&amp;{wanted}&amp;overdue=1"'
        in client.get(f"/requests?{wanted}&overdue=1").text
    )
    assert (
        f'href="/requests?{wanted}&amp;overdue=1"'
        in client.get(f"/requests?as=board&{wanted}&overdue=1").text
    )


def test_it_shows_how_much_everybody_in_marketing_has_open(make, sign_in):
    rep, ana = make.user("rep"), make.user("marketer", name="Ana Lind")
    make.user("marketer", name="Bo Free")
    for amount in (1000, 500):
        deals = (make.deal(owner=rep, amount=amount),)
        make.request(rep, status="accepted", assigned_to_id=ana.id, deals=deals)
    make.request(rep, status="delivered", assigned_to_id=ana.id, closed_at=now())
    make.request(rep)
    page = sign_in(rep).get("/requests?as=board").text
    assert re.search(rf'maker={ana.id}">Ana Lind <b>2</b> <span class="muted">\$', page)
    assert "Bo Free <b>0</b>" in page
    assert "Nobody yet <b>1</b>" in page


def test_reps_see_the_board_and_are_not_offered_to_move(make, sign_in):
    asked = make.request(make.user("rep"))
    page = sign_in(make.user("rep")).get("/requests?as=board").text
    assert f'id="request-{asked.id}"' in page
    for words in ('draggable="true"', "board-move", f"/requests/{asked.id}/move"):
        assert words not in page
    assert 'draggable="true"' in sign_in(make.user("marketer")).get("/requests?as=board").text


def test_the_board_costs_few_statements_however_many_requests(make, sign_in, count_queries):
    for number in range(40):
        rep = make.user("rep", team=make.team())
        make.request(rep, status=COLUMNS[number % 6], deals=(make.deal(owner=rep),))
    client = sign_in(make.user("marketer"))
    with count_queries() as queries:
        assert client.get("/requests?as=board&overdue=1").status_code == 200
        assert client.get("/requests?as=board").status_code == 200
    assert len(queries) <= 25
