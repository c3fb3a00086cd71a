"""What readers and editors see of collections, from the list to the page of a piece of content."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.db import db, now, unit_of_work
from portal.library.models import Asset, Collection, CollectionItem, Page

MOST_QUERIES = 25


def titles(page: str) -> list[str]:
    return re.findall(r'<h2 class="hit-title">(?:<a [^>]*>)?([^<]+)', page)


@pytest.fixture
def mixed(make):
    """One piece in each state that a reader may or may not see."""
    yesterday = now().date() - timedelta(days=1)
    return [
        make.asset("In use", slug="in-use"),
        make.asset("Expired", published_at=now(), expires_on=yesterday),
        make.asset("Archived", state="archived", published_at=now()),
        make.asset("Draft", state="draft", owner=make.user("marketer")),
        make.asset("From others", state="from_sales"),
    ]


@pytest.mark.parametrize(
    ("role", "seen"),
    [("rep", 1), ("manager", 1), ("marketer", 5), ("admin", 5)],
)
def test_readers_see_what_is_in_use_and_marketing_the_rest_marked(make, sign_in, collect, mixed, role, seen):
    collect("Shared", make.user("marketer"), *mixed, published=True)
    page = sign_in(make.user(role)).get("/collections/shared").text
    assert titles(page) == [asset.title for asset in mixed[:seen]]
    assert page.count("Readers do not see it here") == (4 if seen == 5 else 0)
    assert f"{seen} piece" in sign_in(make.user(role)).get("/collections").text


def test_the_owner_sees_what_was_withdrawn_by_its_title_and_not_what_never_was_theirs(
    make, sign_in, collect, mixed
):
    owner = make.user("rep")
    collect("Mine", owner, *mixed)
    for path in ("/collections/mine", "/collections/mine/edit"):
        page = sign_in(owner).get(path).text
        assert all(f">{title}<" in page for title in ("In use", "Expired", "Archived")), path
        assert "From others" not in page
        assert ">Draft<" not in page
        assert page.count(">Not shared with you any more<") == 2
    assert 'href="/library/in-use/send"' in sign_in(owner).get("/collections/mine").text


def test_what_replaced_a_withdrawn_piece_is_named(make, sign_in, collect):
    new = make.asset("New deck", slug="new-deck")
    draft = make.asset("Not out yet", slug="not-out", state="draft")
    gone = {"state": "archived", "published_at": now()}
    owner = make.user("rep")
    pieces = (
        make.asset("A", replaced_by_id=new.id, **gone),
        make.asset("B", replaced_by_id=draft.id, **gone),
    )
    collect("Mine", owner, *pieces)
    for path in ("/collections/mine", "/collections/mine/edit"):
        page = sign_in(owner).get(path).text
        assert 'It was replaced by <a href="/library/new-deck">New deck</a>.' in page
        assert "Not out yet" not in page


def test_a_collection_shows_its_purpose_and_its_pieces_in_order_to_send_and_present(make, sign_in, collect):
    first, second = make.asset("B first", slug="b"), make.asset("A second", slug="a", kind="battle_card")
    collection = collect(
        "Shared", make.user("marketer"), first, second, published=True, notes="Ask for <this>"
    )
    with_purpose = {"purpose": "For the <first> call."}
    make.inside(lambda: db.session.execute(update(Collection).values(with_purpose)))
    page = sign_in(make.user("rep")).get(f"/collections/{collection.slug}").text
    assert titles(page) == ["B first", "A second"]
    assert "For the &lt;first&gt; call." in page
    assert page.count("Ask for &lt;this&gt;") == 2
    assert 'href="/library/b/send"' in page
    assert 'action="/library/b/present"' in page
    # Battle cards are not for buyers.
    assert 'href="/library/a/send"' not in page


def test_a_cover_is_the_chosen_piece_else_the_first_with_a_picture(make, sign_in, collect):
    plain, drawn, chosen = make.asset(slug="plain"), make.asset(slug="drawn"), make.asset(slug="chosen")
    versions = [drawn.current_version_id, chosen.current_version_id]
    make.inside(
        lambda: db.session.execute(
            update(Page).where(Page.version_id.in_(versions)).values(thumbnail_sha256="a" * 64)
        )
    )
    owner = make.user("rep")
    collect("Mine", owner, plain, drawn, chosen)
    client = sign_in(owner)
    assert 'src="/library/drawn/v/1/thumb?h=' in client.get("/collections").text
    client.post("/collections/mine/edit", data={"name": "Mine", "cover": str(chosen.id)})
    assert 'src="/library/chosen/v/1/thumb?h=' in client.get("/collections").text


def test_a_cover_that_a_reader_may_not_see_is_not_shown_to_them(app, make, sign_in, collect):
    shown, hidden = make.asset(slug="shown"), make.asset(slug="hidden", state="draft")
    collect("Shared", make.user("marketer"), hidden, shown, published=True)
    with app.app_context(), unit_of_work():
        db.session.execute(update(Page).values(thumbnail_sha256="a" * 64))
        db.session.execute(update(Collection).values(cover_asset_id=hidden.id))
    assert "/library/hidden/" in sign_in(make.user("marketer")).get("/collections").text
    page = sign_in(make.user("rep")).get("/collections").text
    assert "/library/hidden/" not in page
    assert 'src="/library/shown/v/1/thumb?h=' in page


def test_an_empty_list_says_what_to_do(make, sign_in):
    for role in ("rep", "marketer"):
        client = sign_in(make.user(role))
        for view in ("published", "own", "nonsense"):
            page = client.get(f"/collections?view={view}").text
            assert "No collections for everyone yet" in page or "You have no collections yet" in page
            assert 'href="/collections/new"' in page


def test_whoever_has_nothing_to_read_begins_with_their_own(make, sign_in, collect):
    owner = make.user("rep")
    collect("Mine", owner)
    assert "Mine" in sign_in(owner).get("/collections").text
    assert 'href="/collections"' in sign_in(owner).get("/library").text


def test_the_page_of_content_names_the_collections_that_its_reader_sees(make, sign_in, collect):
    owner, asset = make.user("rep"), make.asset(slug="deck")
    collect("Mine", owner, asset)
    collect("Of others", make.user("rep"), asset)
    collect("Shared", make.user("marketer"), asset, published=True)
    page = sign_in(owner).get("/library/deck").text
    assert 'href="/collections/mine"' in page
    assert 'href="/collections/shared"' in page
    assert "Of others" not in page


@pytest.mark.parametrize("path", ["/collections", "/collections/shared", "/library/deck"])
def test_many_collections_and_pieces_take_no_more_statements(make, sign_in, collect, count_queries, path):
    marketer, rep = make.user("marketer"), make.user("rep")
    deck = make.asset("Deck", slug="deck")
    pieces = [deck, *(make.asset() for _ in range(40))]
    collect("Shared", marketer, *pieces[:2], published=True)
    client = sign_in(rep)
    client.get(path)
    with count_queries() as few:
        client.get(path)
    shared = make.inside(lambda: db.session.scalar(select(Collection.id)))
    make.store(*(CollectionItem(collection_id=shared, asset_id=one.id, position=9) for one in pieces[2:]))
    for number in range(30):
        collect(f"Number {number}", marketer, *pieces[:3], published=True)
    with count_queries() as many:
        assert client.get(path).status_code == 200
    assert len(many) <= len(few) + 1  # A second page is counted.
    assert len(many) <= MOST_QUERIES


def test_a_list_of_collections_has_pages(make, sign_in, collect):
    marketer = make.user("marketer")
    for number in range(30):
        collect(f"Number {number}", marketer, published=True)
    client = sign_in(make.user("rep"))
    assert client.get("/collections").text.count('class="asset-card"') == 24
    assert client.get("/collections?page=2").text.count('class="asset-card"') == 6


def test_content_that_is_deleted_leaves_its_collections(make, rows, collect):
    asset = make.asset()
    collect("Mine", make.user("rep"), asset)
    make.inside(lambda: db.session.execute(Asset.__table__.delete().where(Asset.id == asset.id)))
    assert rows(select(CollectionItem)) == []
