"""What is proposed for a deal is made for such deals."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.deals.models import Deal
from portal.discovery.queries import picks_for_deals


def test_content_made_for_other_products_regions_or_industries_is_not_proposed(app, make):
    energy, health = make.facet("industry", ("Energy", "Health")).terms
    dock, cold = make.facet("product", ("Dock", "Cold")).terms
    here, there = make.facet("region", ("EMEA", "APAC")).terms
    fits = make.asset("Fits", terms=(energy, dock))
    wide = make.asset("For both products", terms=(energy, dock, cold, here))
    make.asset("Other product", terms=(energy, cold))
    make.asset("Other region", terms=(energy, dock, there))
    make.asset("Other industry", terms=(health, dock))
    rep = make.user("rep")
    deal = make.deal(owner=rep, industry="Energy", product="Dock", region="EMEA")
    unknown = make.deal(owner=rep, industry="Energy")

    with app.app_context():
        deals = list(db.session.scalars(select(Deal).options(joinedload(Deal.account))))
        picks = picks_for_deals(deals, limit=5)

    assert {pick.asset.id for pick in picks[deal.id]} == {fits.id, wide.id}
    assert {pick.asset.title for pick in picks[unknown.id]} == {
        *("Fits", "For both products", "Other product", "Other region"),
    }, "where the deal says nothing, nothing speaks against content"
