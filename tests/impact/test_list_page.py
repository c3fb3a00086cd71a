"""The list of figures as it is read: what its columns mean, and where its links lead."""

import re

from tests.impact.test_pages import CLEAR, snapshot, text_of


def test_what_is_sorted_or_turned_is_still_in_sight(make, sign_in):
    snapshot(make, {make.asset(f"Deck {number:02}"): CLEAR for number in range(23)})
    page = sign_in(make.user()).get("/impact?industry=").text
    assert 'id="figures"' in page
    links = re.findall(r'href="(/impact\?[^"]*(?:sort|page)=[^"]*)"', page)
    assert len([link for link in links if "page=" in link]) == 3
    assert len([link for link in links if "sort=" in link]) == 9
    assert all(link.endswith("#figures") for link in links)


def test_a_price_is_explained_beneath_where_there_is_one(make, sign_in):
    unclear = CLEAR | {"verdict": "no_clear_difference", "ci_low": -0.01}
    snapshot(make, {make.asset("More"): CLEAR, make.asset("Unclear"): unclear})
    client = sign_in(make.user())
    said = "Worth: the difference times the known amounts of all closed deals it was used on, won and lost."
    assert said in text_of(client, "/impact")
    assert said not in text_of(client, "/impact?verdict=no_clear_difference")


def test_a_range_that_leaves_out_zero_without_being_clear_is_explained_beside_the_plot(make, sign_in):
    unclear = CLEAR | {"verdict": "no_clear_difference"}
    snapshot(make, {make.asset("More"): CLEAR, make.asset("Unclear"): unclear})
    client = sign_in(make.user())
    said = "With 2 pieces compared, a range can leave out zero by chance: a triangle marks what is clear."
    assert said in text_of(client, "/impact")
    assert said not in text_of(client, "/impact?verdict=won_more")


def test_links_are_as_short_after_a_choice_as_on_a_whole_page(make, sign_in):
    snapshot(make, {make.asset(f"Deck {number:02}"): CLEAR for number in range(23)})
    headers = {"HX-Request": "true", "HX-Target": "explored"}
    part = sign_in(make.user()).get("/impact?industry=&segment=&begin=&kind=deck&uses=", headers=headers).text
    links = re.findall(r'href="(/impact\?[^"]*(?:sort|page)=[^"]*)"', part)
    assert links
    assert not [link for link in links if re.search(r"=(&|#|$)", link)]


def test_an_estimated_worth_is_rounded_to_what_it_can_carry(make, sign_in):
    worth = {"money_minor": 161_132_800, "money_low_minor": 70_276_200, "money_high_minor": 275_790_500}
    asset = make.asset("More")
    snapshot(make, {asset: CLEAR | worth})
    client = sign_in(make.user("manager"))
    assert "about $1,600,000 $700,000 to $2,800,000" in text_of(client, "/impact")
    text = text_of(client, f"/impact/{asset.slug}")
    assert "about $1,600,000" in text
    assert "Likely between $700,000 and $2,800,000." in text
    assert "1611328.0,702762.0,2757905.0" in client.get("/impact/export.csv").text
