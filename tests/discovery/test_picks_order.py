"""The order of what is proposed for a deal is the one that its page puts into words."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.deals.models import Deal
from portal.discovery.finding.facts import facts_of_hits
from portal.discovery.recommending import everything_for, picks_for_deal
from portal.users.models import User
from tests.discovery.test_picks import _snapshot as snapshot
from tests.factories import Make

SignIn = Callable[[User], FlaskClient]


def _deal(deal_id: int) -> Deal:
    return db.session.scalars(select(Deal).where(Deal.id == deal_id).options(joinedload(Deal.account))).one()


def test_what_won_more_often_stands_by_its_points_with_each_third_place_untested(
    app: Flask, make: Make
) -> None:
    (energy,), (dock,) = make.facet("industry", ("Energy",)).terms, make.facet("product", ("Dock",)).terms
    won = {points: make.asset(f"Won {points}", terms=(dock,)) for points in (7, 9, 12, 10, 11)}
    best_fit = make.asset("Fits best, no difference", terms=(energy, dock))
    make.asset("Untested for both", terms=(energy, dock))
    make.asset("Untested for one", terms=(dock,))
    make.asset("Untested for the industry", terms=(energy,))
    general = make.asset("Won 30, fits nothing")
    rows = [(asset, "won_more", points / 100) for points, asset in won.items()]
    snapshot(make, *rows, (general, "won_more", 0.3), (best_fit, "no_clear_difference", 0.14))
    deal = make.deal(owner=make.user("rep"), industry="Energy", product="Dock")

    with app.app_context():
        titles = [pick.asset.title for pick in everything_for(_deal(deal.id))]

    assert titles == [
        *("Won 12", "Won 11", "Untested for both"),
        *("Won 10", "Won 9", "Untested for the industry"),
        *("Won 7", "Untested for one"),
        *("Fits best, no difference", "Won 30, fits nothing"),
    ]


def test_content_against_a_rival_comes_last_and_says_so_and_never_before_what_fits(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    (dock,) = make.facet("product", ("Dock",)).terms
    pelloway, yardwick = make.facet("competitor", ("Pelloway", "Yardwick")).terms
    card = make.asset("Card", kind="battle_card", terms=(dock, pelloway))
    make.asset("Story", terms=(dock, pelloway, yardwick))
    make.asset("Card of nobody", kind="battle_card", terms=(dock,))
    for number in range(5):
        make.asset(f"Plain {number}", terms=(dock,))
    snapshot(make, (card, "won_more", 0.3))
    rep = make.user("rep")
    deal = make.deal(owner=rep, product="Dock")

    with app.app_context():
        five = [pick.asset.title for pick in picks_for_deal(_deal(deal.id), 5)]
        last = everything_for(_deal(deal.id))[5:]

    assert all(title.startswith("Plain") for title in five)
    assert {pick.reason.partition(";")[0] for pick in last} == {
        "Only if you meet Pelloway on this deal",
        "Only if you meet Pelloway or Yardwick on this deal",
        "Only if you meet the rival on this deal",
    }
    client = sign_in(rep)
    page = client.get(f"/deals/{deal.id}/content").text
    assert "What is made against a rival stands last" in page
    assert page.index("Plain 4") < page.index("Only if you meet Pelloway")


def test_the_page_says_how_it_is_ordered_and_nothing_that_is_not_so(sign_in: SignIn, make: Make) -> None:
    (dock,) = make.facet("product", ("Dock",)).terms
    asset = make.asset("One", terms=(dock,))
    rep = make.user("rep")
    deal = make.deal(owner=rep, product="Dock")
    client = sign_in(rep)

    before = client.get(f"/deals/{deal.id}/content").text
    snapshot(make, (asset, "won_more", 0.1))
    after = client.get(f"/deals/{deal.id}/content").text
    make.asset("Two", terms=(dock,))
    with_untested = client.get(f"/deals/{deal.id}/content").text

    assert "so what fits best comes first." in before
    assert "won more often comes first." in after
    assert "untested in every third place" not in before + after
    assert "the untested comes" not in before + after
    assert "won more often comes first, with something untested in every third place." in with_untested
    assert "what is filed for another region, industry or product" in after
    assert "against a rival" not in before + after
    assert "fits nothing of this deal" not in before + after


def test_of_many_that_won_about_as_much_none_stands_in_the_picks_of_half_the_deals(
    app: Flask, make: Make
) -> None:
    (dock,) = make.facet("product", ("Dock",)).terms
    proven = [make.asset(f"Proven {number}", terms=(dock,)) for number in range(5)]
    for number in range(10):
        make.asset(f"Other {number}", terms=(dock,))
    snapshot(make, *((asset, "won_more", 0.1 + index / 100) for index, asset in enumerate(proven)))
    rep = make.user("rep")
    deals = [make.deal(owner=rep, product="Dock") for _ in range(30)]

    with app.app_context():
        shown = [pick.asset.title for deal in deals for pick in picks_for_deal(_deal(deal.id), 3)]

    assert max(shown.count(title) for title in set(shown)) < 0.55 * len(deals)
    assert {asset.title for asset in proven} <= set(shown)


def test_names_match_whatever_their_case_in_any_alphabet(app: Flask, make: Make) -> None:
    (food,) = make.facet("industry", ("ÖKOLOGISCHE LEBENSMITTEL",)).terms
    (route,) = make.facet("product", ("Straße",)).terms
    for_food = make.asset("For food", terms=(food,))
    for_route = make.asset("For the road", terms=(route,))
    deal = make.deal(owner=make.user("rep"), industry="ökologische Lebensmittel", product="STRASSE")

    with app.app_context():
        picks = picks_for_deal(_deal(deal.id), 5)
        facts = facts_of_hits([for_food.id, for_route.id], _deal(deal.id), ["deal"])

    assert {pick.asset.title for pick in picks} == {"For food", "For the road"}
    assert facts[for_food.id].fits == (("industry", "ÖKOLOGISCHE LEBENSMITTEL"),)
    assert facts[for_route.id].fits == (("product", "Straße"),)


def test_where_nothing_untested_fits_the_place_goes_to_what_is_for_any_deal_and_else_none_is_promised(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    energy, health = make.facet("industry", ("Energy", "Health")).terms
    (pelloway,) = make.facet("competitor", ("Pelloway",)).terms
    proven = [make.asset(f"Won {number}", terms=(energy,)) for number in range(6)]
    make.asset("For others", terms=(health,))
    make.asset("Against a rival", terms=(pelloway,))
    make.asset("A card", kind="battle_card")
    known = make.asset("Known and general")
    snapshot(make, *((asset, "won_more", 0.2) for asset in proven), (known, "no_clear_difference", 0.0))
    rep = make.user("rep")
    deal = make.deal(owner=rep, industry="Energy")
    client = sign_in(rep)

    before = client.get(f"/deals/{deal.id}").text
    make.asset("For everybody")
    after = client.get(f"/deals/{deal.id}").text
    every = client.get(f"/deals/{deal.id}/content").text

    assert "untested" not in before
    assert before.count(">Won ") == after.count(">Won ") + 1
    assert "and something untested to try" in after
    assert "For everybody" in after
    assert "For any deal; not used on enough deals yet to know" in after
    assert every.index("For everybody") > every.rindex("Won 5")
    for hidden in ("For others", "Against a rival", "A card", "Known and general"):
        assert hidden not in after + every
