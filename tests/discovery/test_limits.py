"""How far a search looks: past what the person may not see, and not through whole books for a snippet."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from portal.discovery import finding
from portal.discovery.finding import hits, wanted
from portal.search.engine import Ranked


class Engine:
    """An engine that ranks as many as asked for, and remembers how often it was."""

    def __init__(self, ids: list[int]) -> None:
        self.ids, self.limits = ids, []

    def rank(self, query: object, limit: int) -> list[Ranked]:
        self.limits.append(limit)
        return [Ranked(number, 0.0, 1.0 / place) for place, number in enumerate(self.ids[:limit], 1)]

    def count(self) -> int:
        return len(self.ids)

    def check(self) -> None:
        return None


@pytest.mark.parametrize(
    ("unseen", "asked"), [(1_000, [1_500]), (1_500, [1_500, 6_000]), (30_000, [1_500, 6_000, 30_002])]
)
def test_what_one_may_not_see_takes_nobodys_place(make, monkeypatch, unseen, asked):
    rep, asset = make.user("rep"), make.asset("Heron")
    engine = Engine([*range(10_000, 10_000 + unseen), asset.id])
    monkeypatch.setattr(wanted, "engine", lambda: engine)
    found = make.inside(lambda: finding.find(rep, "heron"))
    assert (found.total, [hit.asset.id for hit in found.hits]) == (1, [asset.id])
    assert found.is_capped is False
    assert engine.limits == asked


def test_a_thousand_visible_hits_are_known_and_more_are_said(make, monkeypatch, sign_in):
    rep = make.user("rep")
    ids = [make.asset().id for _ in range(7)]
    monkeypatch.setattr(wanted, "MOST_FOUND", 5)
    monkeypatch.setattr(wanted, "engine", lambda: Engine(ids))
    found = make.inside(lambda: finding.find(rep, "heron", number=2, per_page=3))
    assert (found.total, found.is_capped, [hit.asset.id for hit in found.hits]) == (5, True, ids[3:5])
    assert [choice.count for choice in found.groups[0].choices] == [5]
    assert "<b>5+</b> found" in sign_in(rep).get("/library?q=heron").text


def test_a_snippet_is_looked_for_in_the_beginning_of_the_first_pages(make, monkeypatch):
    rep = make.user("rep")
    asset = make.asset("Heron", pages=tuple("heron " * 1_000 for _ in range(80)))
    looked_at = []
    monkeypatch.setattr(
        wanted, "engine", lambda: SimpleNamespace(rank=lambda text, limit: [Ranked(asset.id, 0.0, 1.0)])
    )
    monkeypatch.setattr(hits, "best_page", lambda pages, text: looked_at.extend(pages) or (None, ()))
    make.inside(lambda: finding.find(rep, "heron"))
    assert (len(looked_at), {len(text) for _, text in looked_at}) == (60, {4_000})
