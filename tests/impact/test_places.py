"""When the rules of credit disagree so much on a place that none may be told."""

import pytest

from portal.impact.places import flips


@pytest.mark.parametrize(
    ("best", "worst", "told"),
    [(1, 5, False), (1, 6, True), (5, 10, True), (6, 11, False), (None, None, False)],
)
def test_a_place_flips_from_five_places_apart_and_twice_as_far_on(best, worst, told):
    assert flips(best, worst) is told
