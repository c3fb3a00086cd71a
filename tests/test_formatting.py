"""Amounts and differences read as people write them: with the unit that belongs to the number."""

from __future__ import annotations

import pytest

from portal.deals.reading.amounts import read_amount_column
from portal.web.formatting import in_points, money


@pytest.mark.parametrize(
    ("cell", "code", "shown"),
    [
        ("1234.56", "USD", "$1,235"),
        ("500", "HUF", "HUF 500"),
        ("500", "JPY", "¥500"),
        ("500", "UGX", "UGX 500"),
        ("500", "KWD", "KWD 500"),
    ],
)
def test_an_amount_is_shown_as_it_was_read_whatever_its_smallest_unit(app, cell, code, shown):
    minor, _ = read_amount_column("amount", [cell]).minor(cell, code, code)
    with app.app_context():
        assert money(minor, code) == shown


def test_the_target_for_the_quarter_is_in_whole_units_of_the_base_currency(app, make, sign_in):
    app.config.update(REVENUE_TARGET=200_000, BASE_CURRENCY="JPY")
    make.deal(owner=make.user("rep"), status="won", currency="JPY")
    assert "¥200,000" in sign_in(make.user("manager")).get("/").text


@pytest.mark.parametrize(
    ("fraction", "said"),
    [
        (0.014, "+1 point"),
        (-0.01, "−1 point"),
        (0.0, "0 points"),
        (0.07, "+7 points"),
        (-0.11, "−11 points"),
        (None, "–"),
    ],
)
def test_a_single_point_is_said_in_the_singular(fraction, said):
    assert in_points(fraction) == said
