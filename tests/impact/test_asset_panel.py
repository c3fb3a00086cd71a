"""What the page of an asset in the library says of its figures."""

from __future__ import annotations

from flask import render_template

from portal.impact.queries import impact_of, impact_panel
from tests.impact.test_pages import CLEAR, TOO_FEW, snapshot, text_of


def test_the_panel_of_an_asset_says_one_sentence_from_the_latest_snapshot(app, make):
    asset, fresh = make.asset("Roadmap deck"), make.asset("Fresh")
    snapshot(make, {asset: CLEAR})
    snapshot(make, {asset: TOO_FEW})
    with app.test_request_context():
        row = impact_of(asset.id)
        panel = render_template("impact/_sentence.html", asset=asset, impact=impact_panel(asset.id))
        empty = render_template("impact/_sentence.html", asset=fresh, impact=impact_panel(fresh.id))
    assert row is not None
    assert row.deals_used == 12
    assert "Not enough deals yet: 12 of 30." in panel
    assert f'href="/impact/{asset.slug}"' in panel
    assert "There are no figures for this yet." in empty


def test_the_page_of_an_asset_says_what_its_sentence_comes_to(make, sign_in):
    """A difference of several points reads as a finding, unless the words beside it say that it is none."""
    unclear = CLEAR | {"verdict": "no_clear_difference", "lift": -0.08, "ci_low": -0.17, "ci_high": -0.02}
    asset, clear = make.asset("Overview", slug="overview"), make.asset("Proof", slug="proof")
    snapshot(make, {asset: unclear, clear: CLEAR})
    client = sign_in(make.user())
    said = text_of(client, "/library/overview")
    assert "No clear difference (a loss of more than 3 points can't be ruled out)." in said
    assert "The range leaves out zero, but with 2 pieces compared one such result can be chance." in said
    assert "Won more often than other content on similar deals." in text_of(client, "/library/proof")
