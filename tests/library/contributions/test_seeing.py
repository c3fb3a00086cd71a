"""Who sees content from sales, at every address and in every list; nobody else learns so much as its title."""

from __future__ import annotations

import pytest

from tests.library.contributions.conftest import deck, slide

ADDRESSES = (
    "",
    "/v/1/file",
    "/v/1/thumb",
    "/v/1/preview",
    "/v/1/pages/1.webp",
    "/v/1/pages/1/thumb",
    "/present",
)
LISTS = (
    "/library?q=zanzibar",
    "/library",
    "/library?sort=newest",
    "/search/suggest?q=zanzibar",
    "/library/suggest?q=zanzibar",
    "/",
    "/requests/new",
    "/reports/usage",
)


@pytest.fixture
def asset(people, share):
    return share(people.sam, deck("zanzibar plan.pptx", slide("zanzibar"), slide("gate")))


@pytest.mark.parametrize("who", ["stranger", "loner", "manager"])
def test_it_does_not_exist_for_people_outside_the_team(people, sign_in, asset, who):
    client = sign_in(getattr(people, who))
    for address in ADDRESSES:
        assert client.get(f"/library/{asset.slug}{address}").status_code == 404, address
    for method in ("present", "used", "rating", "send"):
        assert client.post(f"/library/{asset.slug}/{method}").status_code == 404, method
    for address in LISTS:
        assert "Zanzibar" not in client.get(address).text, address


@pytest.mark.parametrize("who", ["sam", "mate", "marketer", "admin"])
def test_its_team_and_marketing_see_it_find_it_and_take_the_file(people, sign_in, asset, who):
    client = sign_in(getattr(people, who))
    page = client.get(f"/library/{asset.slug}")
    assert page.status_code == 200
    assert "From sales, not approved" in page.text
    assert client.get(f"/library/{asset.slug}/v/1/file").status_code == 200
    found = client.get("/library?q=zanzibar").text
    assert "Zanzibar plan" in found
    assert "From sales" in found


def test_the_count_of_a_list_holds_only_what_one_may_see(make, people, sign_in, asset):
    make.asset("Zanzibar, official")
    assert sign_in(people.mate).get("/library").text.count("data-item") == 2
    assert sign_in(people.stranger).get("/library").text.count("data-item") == 1


def test_people_in_no_team_share_with_nobody(make, people, sign_in, share):
    other = make.user("rep", name="Other Loner")
    asset = share(people.loner, deck("lonely.pptx"))
    assert sign_in(people.loner).get(f"/library/{asset.slug}").status_code == 200
    assert sign_in(other).get(f"/library/{asset.slug}").status_code == 404


def test_it_is_not_sent_to_buyers_and_not_noted_as_used(make, people, sign_in, asset, rows):
    deal = make.deal(owner=people.sam)
    client = sign_in(people.sam)
    page = client.get(f"/library/{asset.slug}").text
    assert f"/library/{asset.slug}/send" not in page
    assert client.post(f"/library/{asset.slug}/send", data={"deal_id": deal.id}).status_code >= 400
    assert client.post(f"/library/{asset.slug}/used", data={"deal_id": deal.id}).status_code == 422


def test_the_deal_is_named_only_to_those_who_may_see_it(make, people, sign_in, share, rows):
    """Its maker may have had the deal from another team; their mates need not see that."""
    deal = make.deal(owner=people.sam, name="Quiet deal")
    asset = share(people.sam, deck("a.pptx"), deal_id=str(deal.id))

    def give_away():
        from portal.db import db
        from portal.deals.models import Deal

        db.session.get_one(Deal, deal.id).owner_id = people.stranger.id

    make.inside(give_away)
    assert "Quiet deal" not in sign_in(people.mate).get(f"/library/{asset.slug}").text
    assert "Quiet deal" in sign_in(people.marketer).get(f"/library/{asset.slug}").text


def test_nobody_publishes_or_archives_it_past_a_decision(people, sign_in, asset):
    client = sign_in(people.marketer)
    assert client.post(f"/library/{asset.slug}/publish").status_code == 409
    assert client.post(f"/library/{asset.slug}/archive").status_code == 409
    page = client.get(f"/library/{asset.slug}").text
    assert f'href="/library/{asset.slug}/archive"' not in page


def test_its_page_costs_no_more_than_others(people, sign_in, asset, count_queries):
    client = sign_in(people.mate)
    client.get(f"/library/{asset.slug}")
    with count_queries() as queries:
        client.get(f"/library/{asset.slug}")
    assert len(queries) <= 35
