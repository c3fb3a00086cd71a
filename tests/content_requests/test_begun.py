"""Content that is begun from a request knows which one it is for, until it is delivered to it with one click."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import select

from portal.content_requests.models import ContentRequest, RequestContent
from portal.library.models import Asset

NEED = "Something about ventilation in hospitals"


@pytest.fixture
def asked(make):
    return make.request(make.user(), NEED, status="in_progress", kind="one_sheeter")


@pytest.fixture
def client(make, sign_in):
    return sign_in(make.user("marketer"))


def begun(rows):
    return [(one.request_id, one.asset_id) for one in rows(select(RequestContent))]


def write(client, asked, **fields):
    data = {
        "as": "text",
        "request": asked.id,
        "title": "Ventilation",
        "kind": "deck",
        "body": "Fans.",
        **fields,
    }
    return client.post("/library/new", data=data)


def upload(client, asked, *files):
    sent = [(BytesIO(text.encode()), name) for name, text in files]
    return client.post("/library/new", data={"as": "files", "request": asked.id, "files": sent})


@pytest.mark.parametrize("way", ["files", "text", "link"])
def test_the_form_says_which_request_it_is_for_in_each_way_to_add(client, asked, way):
    assert f'href="/library/new?request={asked.id}"' in client.get(f"/requests/{asked.id}").text
    page = client.get(f"/library/new?request={asked.id}&as={way}").text
    assert "For the request" in page
    assert NEED in page
    assert f'name="request" value="{asked.id}"' in page
    assert page.count(f"request={asked.id}") == 3  # the other ways keep it
    if way != "files":
        assert '<option selected value="one_sheeter">' in page


def test_what_is_written_and_published_is_delivered_with_one_click(client, asked, rows):
    shown = write(client, asked, do="publish").location
    (asset,) = rows(select(Asset))
    assert begun(rows) == [(asked.id, asset.id)]
    deliver = f'action="/requests/{asked.id}/deliver"'
    page = client.get(shown).text
    assert "Made for a request" in page
    assert NEED in page
    assert deliver in page
    assert "Deliver this" in client.get(f"/requests/{asked.id}").text
    assert client.post(f"/requests/{asked.id}/deliver", data={"asset_id": asset.id}).status_code == 303
    (request,) = rows(select(ContentRequest))
    assert (request.status, request.delivered_asset_id) == ("delivered", asset.id)
    assert "Made for a request" not in client.get(shown).text


def test_a_form_with_an_error_keeps_the_request(client, asked, rows):
    for data in (
        {"as": "text", "title": ""},
        {"as": "link", "title": "X", "link": "no link"},
        {"as": "files"},
    ):
        answer = client.post("/library/new", data={**data, "request": asked.id})
        assert answer.status_code == 422
        assert NEED in answer.text
        assert f'name="request" value="{asked.id}"' in answer.text
    assert begun(rows) == []


def test_files_stay_with_the_request_through_review_and_publishing(client, asked, rows, run_jobs):
    answer = upload(client, asked, ("fans.md", "# Fans\n\nThey turn."), ("ducts.md", "# Ducts\n\nThey lead."))
    fans, ducts = rows(select(Asset).order_by(Asset.id))
    assert begun(rows) == [(asked.id, fans.id), (asked.id, ducts.id)]
    run_jobs()
    assert client.get(answer.location).text.count("For the request") == 2
    row = client.get(f"/library/review/{fans.slug}", headers={"HX-Request": "true"}).text
    assert "For the request" in row
    page = client.get(f"/requests/{asked.id}").text
    assert page.count("Begun for this request, not published yet") == 2
    assert "Deliver this" not in page
    draft = client.get(f"/library/{fans.slug}").text
    assert "Once this is published, you deliver it here" in draft
    assert f'action="/requests/{asked.id}/deliver"' not in draft
    chosen = {"asset": [fans.slug, ducts.slug], "chosen": [fans.slug], "do": "publish"}
    chosen |= {f"title-{fans.id}": "Fans", f"kind-{fans.id}": "deck"}
    shown = client.post("/library/review", data=chosen)
    assert f'action="/requests/{asked.id}/deliver"' in client.get(shown.location).text
    assert client.get(f"/requests/{asked.id}").text.count("Deliver this") == 1


def test_several_that_are_published_together_say_which_request_they_are_for(client, asked, rows, run_jobs):
    upload(client, asked, ("fans.md", "# Fans\n\nThey turn."), ("ducts.md", "# Ducts\n\nThey lead."))
    run_jobs()
    assets = rows(select(Asset))
    slugs = [asset.slug for asset in assets]
    data = {"asset": slugs, "chosen": slugs, "do": "publish"}
    data |= {f"title-{asset.id}": asset.title for asset in assets}
    data |= {f"kind-{asset.id}": "deck" for asset in assets}
    answer = client.post("/library/review", data=data)
    assert client.get(answer.location).text.count("for the request") == 2


@pytest.mark.parametrize("named", ["", "0", "999", "abc", "-1", "9" * 40, "1' OR 1=1"])
def test_content_for_no_request_is_added_as_ever(client, asked, rows, named):
    assert "For the request" not in client.get("/library/new", query_string={"request": named}).text
    assert write(client, asked, request=named).status_code == 303
    assert begun(rows) == []


def test_nothing_is_begun_for_a_request_that_is_closed(make, client, rows):
    closed = make.request(make.user(), NEED, status="declined")
    assert NEED not in client.get(f"/library/new?request={closed.id}").text
    write(client, closed)
    assert begun(rows) == []


def test_sales_neither_sees_what_is_begun_nor_where_it_is_to_go(make, client, asked, sign_in):
    shown = write(client, asked, do="publish").location
    rep = sign_in(make.user())
    assert "Made for a request" not in rep.get(shown).text
    assert "Begun for this request" not in rep.get(f"/requests/{asked.id}").text


def test_what_is_archived_is_offered_no_more(client, asked):
    shown = write(client, asked, do="publish").location
    client.post(f"{shown}/archive", data={"reason": "Old"})
    assert "Begun for this request" not in client.get(f"/requests/{asked.id}").text
    assert "Made for a request" not in client.get(shown).text
