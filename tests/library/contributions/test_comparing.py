"""Whose pages a version is made of: found page by page, kept both ways, and told only as far as one may see."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from portal.db import db
from portal.jobs import Job, enqueue
from portal.library.contributions.comparing import enqueue_unprinted
from portal.library.contributions.origins import origins_of
from portal.library.contributions.proposals import groups
from portal.library.models import Asset, PageMatch, PagePrint, PrintBand, Version
from portal.users.models import User
from tests.library.contributions.conftest import deck, slide

TOPICS = ("gate", "yard", "dock", "route", "stock")


def edited(text: str) -> str:
    """The same words but for one of them."""
    return text.replace(text.split()[6], "another")


@pytest.fixture
def official(people, add_file):
    return add_file(deck("platform overview.pptx", *map(slide, TOPICS)), by=people.marketer, publish=True)


@pytest.fixture
def origins(make):
    """What a person is told of an asset's origins: (title, version, pages, total, pairs)."""

    def told(asset, user):
        def ask():
            version = db.session.get_one(Version, asset.current_version_id)
            found = origins_of(version, db.session.get_one(User, user.id))
            return [
                (one.asset.title, one.number, one.pages, one.total, [(p.page, p.of_page) for p in one.pairs])
                for one in found
            ]

        return make.inside(ask)

    return told


def test_copied_reordered_and_edited_slides_are_found_page_by_page(people, official, share, origins, sign_in):
    slides = (slide("yard"), slide("own"), edited(slide("gate")), slide("stock"))
    asset = share(people.sam, deck("mine.pptx", *slides))
    assert origins(asset, people.sam) == [("Platform overview", 1, 3, 4, [(1, 2), (3, 1), (4, 5)])]
    page = sign_in(people.sam).get(f"/library/{asset.slug}").text
    assert "3 of 4 slides are from" in page
    assert "Slide 1 is slide 2 there" in page
    assert "identical" in page
    assert "changed, " in page


def test_slides_of_two_decks_have_two_origins_and_each_page_counts_once(
    people, official, add_file, share, origins
):
    other = deck("other.pptx", slide("gate"), slide("cold"), slide("sensor"))
    add_file(other, by=people.marketer, publish=True)
    asset = share(people.sam, deck("mix.pptx", slide("cold"), slide("gate"), slide("dock"), slide("yard")))
    assert origins(asset, people.sam) == [
        ("Platform overview", 1, 3, 4, [(2, 1), (3, 3), (4, 2)]),
        ("Other", 1, 1, 4, [(1, 2)]),
    ]


def test_the_version_that_explains_most_is_named_and_a_waiting_one_is_not(
    people, official, share, origins, sign_in, run_jobs
):
    client, address = sign_in(people.marketer), f"/library/{official.slug}"
    for number, topics in ((2, (*TOPICS, "cold")), (3, (*TOPICS, "cold", "sensor"))):
        data = {"file": deck(f"v{number}.pptx", *map(slide, topics)), "source": "file"}
        assert client.post(f"{address}/versions", data=data).status_code == 303
        run_jobs()
        if number == 2:
            assert client.post(f"{address}/v/2/publish").status_code == 303
    asset = share(people.sam, deck("mine.pptx", *map(slide, ("sensor", *TOPICS, "cold"))))
    [(title, number, pages, total, _)] = origins(asset, people.sam)
    assert (title, number, pages, total) == ("Platform overview", 2, 6, 7)


def test_it_does_not_matter_which_came_first(people, share, add_file, origins):
    asset = share(people.sam, deck("mine.pptx", slide("gate"), slide("yard")))
    assert origins(asset, people.sam) == []
    add_file(deck("official.pptx", slide("yard"), slide("dock")), by=people.marketer, publish=True)
    assert origins(asset, people.sam) == [("Official", 1, 1, 2, [(2, 1)])]


def test_what_the_reader_cannot_see_is_no_origin_for_them(people, official, share, origins, sign_in):
    asset = share(people.sam, deck("mine.pptx", slide("gate"), slide("yard")))
    sign_in(people.marketer).post(f"/library/{official.slug}/archive", data={})
    assert origins(asset, people.sam) == []
    assert "Platform overview" not in sign_in(people.sam).get(f"/library/{asset.slug}").text
    assert [title for title, *_ in origins(asset, people.marketer)] == ["Platform overview"]


def test_content_of_another_team_is_never_an_origin(people, share, origins, sign_in):
    share(people.stranger, deck("secret.pptx", slide("gate")), title="Secret title")
    asset = share(people.sam, deck("mine.pptx", slide("gate"), slide("own")))
    assert origins(asset, people.sam) == []
    assert "Secret title" not in sign_in(people.sam).get(f"/library/{asset.slug}").text


def test_a_marketer_s_draft_shows_its_origin_in_the_list_of_drafts_and_on_its_page(
    people, official, add_file, sign_in
):
    draft = add_file(deck("again.pptx", *map(slide, TOPICS[:4]), slide("new")), by=people.marketer)
    client = sign_in(people.marketer)
    for address in ("/library/review", f"/library/{draft.slug}"):
        page = client.get(address).text
        assert "4 of 5 slides are from" in page
        assert f'href="/library/{official.slug}"' in page
    page = client.get(f"/library/review?asset={draft.slug}").text
    assert "Is it a new version of that?" in page
    assert f'value="{draft.slug}" checked' not in page
    assert "Not ticked, because it may be double." in page


def test_versions_of_the_same_content_are_not_compared(people, official, rows, sign_in, run_jobs):
    data = {"file": deck("v2.pptx", slide("gate"), slide("new")), "source": "file"}
    sign_in(people.marketer).post(f"/library/{official.slug}/versions", data=data)
    run_jobs()
    assert len(rows(select(PagePrint))) == 7
    assert rows(select(PageMatch)) == []


def test_short_pages_have_no_print_and_comparing_twice_changes_nothing(
    people, official, share, rows, make, run_jobs
):
    asset = share(people.sam, deck("mine.pptx", slide("gate"), "Thank you", slide("own")))
    version = asset.current_version_id

    def state():
        prints = [(row.version_id, row.page_number) for row in rows(select(PagePrint))]
        matches = [(row.version_id, row.page_number, row.of_version_id) for row in rows(select(PageMatch))]
        return sorted(prints), sorted(matches), len(rows(select(PrintBand.band)))

    before = state()
    assert [number for version_id, number in before[0] if version_id == version] == [1, 3]
    assert len(before[1]) == 2
    make.inside(lambda: enqueue("compare_version", version))
    run_jobs()
    assert state() == before


def test_prints_go_with_their_content(people, official, share, rows, make):
    asset = share(people.sam, deck("mine.pptx", slide("gate")))
    # As when content is purged, with all that hangs on it.
    make.inside(lambda: db.session.execute(delete(Asset).where(Asset.id == asset.id)))
    assert len(rows(select(PagePrint))) == len(TOPICS)
    assert rows(select(PageMatch)) == []


def test_versions_that_were_read_before_there_were_prints_are_compared_at_night(make, rows, run_jobs):
    make.asset("Old", pages=(slide("gate"), slide("yard")))
    make.asset("Copy", pages=(slide("gate"),))
    make.asset("Short", pages=("Hello.",))
    assert make.inside(enqueue_unprinted) == 2
    run_jobs()
    assert len(rows(select(PagePrint))) == 3
    assert len(rows(select(PageMatch))) == 2
    assert make.inside(enqueue_unprinted) == 0


def test_a_version_that_is_gone_or_was_never_there_is_no_failure(make, rows, run_jobs):
    make.inside(lambda: enqueue("compare_version", 4711))
    run_jobs()
    assert rows(select(Job.state).where(Job.kind == "compare_version")) == ["done"]


def test_like_files_of_several_reps_are_one_proposal(people, official, share, sign_in):
    first = share(people.sam, deck("first.pptx", slide("a"), slide("b"), slide("c"), slide("d")))
    share(people.mate, deck("second.pptx", slide("a"), slide("b"), slide("x"), slide("y")))
    share(people.stranger, deck("third.pptx", slide("x"), slide("y"), slide("z"), slide("w")))
    share(people.loner, deck("alone.pptx", slide("a"), slide("m"), slide("n"), slide("o")))
    page = sign_in(people.marketer).get("/library/from-sales").text
    assert "3 people made much the same" in page
    assert page.count("Adopt this, merge the others into it") == 3
    assert page.count("Adopt and publish") == 1
    assert f'href="/library/{first.slug}"' in page


def test_groups_are_what_hangs_together():
    assert groups([1, 2, 3, 4, 5], [(5, 2), (2, 1), (4, 9)]) == [[1, 2, 5], [3], [4]]
    assert groups([], []) == []


def test_the_list_asks_the_database_as_often_for_many_as_for_few(people, share, sign_in, count_queries):
    client = sign_in(people.marketer)
    counts = []
    for number in range(3):
        share(people.sam, deck(f"{number}.pptx", slide("gate"), slide(f"own{number}")))
        client.get("/library/from-sales")
        with count_queries() as queries:
            client.get("/library/from-sales")
        counts.append(len(queries))
    assert counts[1] == counts[2] <= 20


def test_the_list_of_what_was_decided(people, share, sign_in):
    client = sign_in(people.marketer)
    assert "Nothing was decided yet" in client.get("/library/from-sales?show=decided").text
    asset = share(people.sam, deck("a.pptx"), title="Mine")
    assert "Nothing waits" not in client.get("/library/from-sales").text
    assert "From sales (1)" in client.get("/library").text
    tile = client.get("/to-do").text.split('href="/library/from-sales"', 1)[1].split("</div>", 1)[0]
    assert '<p class="stat-number">1</p>' in tile
    client.post(f"/library/{asset.slug}/decline", data={"reason": "Too early."})
    page = client.get("/library/from-sales?show=decided").text
    assert "Mine" in page
    assert "Too early." in page
    assert "Nothing waits" in client.get("/library/from-sales").text
    assert "nothing waits for a decision" in client.get("/to-do").text
