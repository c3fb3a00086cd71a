"""A team of sales, another one, marketing, and files that a rep brings."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from pptx import Presentation
from pptx.util import Inches
from sqlalchemy import select

from portal.library.models import Asset, Contribution
from tests.factories import Make


def slide(topic: str, words: int = 14) -> str:
    """The words of one slide about a topic, which no other topic shares."""
    return " ".join(f"{topic}{number}" for number in range(words))


def deck(name: str, *slides: str) -> tuple[BytesIO, str]:
    """A presentation with these words on its slides."""
    show, target = Presentation(), BytesIO()
    for words in slides or (slide("gate"),):
        page = show.slides.add_slide(show.slide_layouts[6])
        page.shapes.add_textbox(Inches(1), Inches(1), Inches(8), Inches(5)).text_frame.text = words
    show.save(target)
    return BytesIO(target.getvalue()), name


@pytest.fixture
def people(make: Make) -> SimpleNamespace:
    """Sam and a mate of one team, a stranger of another, a loner of none, and who decides."""
    north, south = make.team("North"), make.team("South")
    return SimpleNamespace(
        sam=make.user("rep", team=north, name="Sam Field"),
        mate=make.user("rep", team=north, name="Mia Mate"),
        stranger=make.user("rep", team=south, name="Stan Stranger"),
        loner=make.user("rep", name="Lou Loner"),
        marketer=make.user("marketer", name="Ana Ruiz"),
        manager=make.user("manager", name="Max Manager"),
        admin=make.user("admin", name="Ada Admin"),
    )


@pytest.fixture
def share(
    sign_in: Callable[..., FlaskClient], run_jobs: Callable[[], int], rows: Callable[..., list[Any]]
) -> Callable[..., Asset]:
    """Share a file as a person would, have it read, and return its content: share(sam, deck("A.pptx"), story="…")."""

    def sharing(user: Any, upload: tuple[BytesIO, str], **fields: Any) -> Asset:
        answer = sign_in(user).post("/library/contribute", data={"file": upload, **fields})
        assert answer.status_code == 303, answer.text
        run_jobs()
        slug = answer.location.rsplit("/", 1)[-1]
        found: Asset = rows(select(Asset).where(Asset.slug == slug))[0]
        return found

    return sharing


@pytest.fixture
def brought(rows: Callable[..., list[Any]]) -> Callable[[Asset], Contribution]:
    """What is on record of content that was brought: brought(asset).outcome."""

    def found(asset: Asset) -> Contribution:
        row: Contribution = rows(select(Contribution).where(Contribution.asset_id == asset.id))[0]
        return row

    return found
