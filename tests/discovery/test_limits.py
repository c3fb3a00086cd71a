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

    def check(self, *, thorough: bool) -> None:
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


def _snippet_of(make, monkeypatch, pages: tuple[str, ...], text: str, title: str = "Bird") -> finding.Hit:
    rep = make.user("rep")
    asset = make.asset(title, pages=pages)
    monkeypatch.setattr(
        wanted, "engine", lambda: SimpleNamespace(rank=lambda text, limit: [Ranked(asset.id, 0.0, 1.0)])
    )
    return make.inside(lambda: finding.find(rep, text).hits[0])


def test_a_word_far_down_a_long_page_and_on_a_late_page_is_shown(make, monkeypatch):
    deep = "plain words here. " * 1_000 + "At last the heron."
    hit = _snippet_of(make, monkeypatch, ("Agenda", deep), "heron")
    assert (hit.page_number, [one.text for one in hit.fragments if one.match]) == (2, ["heron"])
    late = (*["plain words here. " * 20] * 150, "At last the heron.")
    hit = _snippet_of(make, monkeypatch, late, "heron")
    assert (hit.page_number, [one.text for one in hit.fragments if one.match]) == (151, ["heron"])


def test_a_hit_by_its_title_alone_names_no_page(make, monkeypatch, sign_in):
    hit = _snippet_of(make, monkeypatch, ("Agenda of today",), "heron", title="Heron")
    assert (hit.page_number, [one.text for one in hit.fragments]) == (None, ["Agenda of today"])
    page = sign_in(make.user("rep")).get("/library?q=heron").text
    assert "Agenda of today" in page
    assert "Page 1" not in page
    assert "page 1" not in page


def test_a_snippet_is_not_looked_for_in_a_whole_book(make, monkeypatch):
    looked_at = []
    monkeypatch.setattr(hits, "best_page", lambda pages, text: looked_at.extend(pages) or (None, ()))
    _snippet_of(make, monkeypatch, tuple("heron " * 1_000 for _ in range(80)), "heron")
    assert len(looked_at) == 17
    assert sum(len(text) for _, text in looked_at) == 100_000
