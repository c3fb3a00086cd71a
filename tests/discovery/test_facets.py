"""Filters of a search: each counts under the others but not under itself, and only what the person may see."""

from __future__ import annotations

from datetime import timedelta

from portal.db import now
from portal.discovery.finding import find
from portal.library.indexing import all_documents, engine


def _counts(make, user, filters):
    make.inside(lambda: engine().rebuild(all_documents()))
    groups = make.inside(lambda: find(user, "heron", filters).groups)
    return {group.key: {choice.key: choice.count for choice in group.choices} for group in groups}


def test_a_filter_counts_under_the_others_only(make):
    health, energy = make.facet("industry", ("Healthcare", "Energy")).terms
    make.asset("Heron 1", terms=(health,))
    make.asset("Heron 2", terms=(energy,))
    make.asset("Heron 3", kind="video", terms=(energy,))
    make.asset("Bittern", terms=(health,))
    found = _counts(make, make.user("rep"), {"industry": ["energy"], "kind": ["deck"]})
    assert found["industry"] == {"healthcare": 1, "energy": 1}
    assert found["kind"] == {"deck": 1, "video": 1}


def test_no_count_tells_of_what_one_may_not_see(make):
    (health,) = make.facet("industry", ("Healthcare",)).terms
    make.asset("Heron draft", kind="video", state="draft", terms=(health,))
    make.asset("Heron of others", kind="other", state="from_sales", terms=(health,))
    make.asset("Heron gone", kind="white_paper", state="archived", terms=(health,))
    yesterday = now().date() - timedelta(days=1)
    make.asset("Heron expired", kind="battle_card", expires_on=yesterday, terms=(health,))
    make.asset("Heron")
    assert _counts(make, make.user("rep"), {}) == {"kind": {"deck": 1}}
    assert _counts(make, make.user("marketer"), {})["industry"] == {"healthcare": 3}
