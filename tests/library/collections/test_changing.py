"""Making and changing collections, by whom that may be done, and what is refused."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.db import now
from portal.library.collections.services import MAX_ITEM_NOTE, MAX_PURPOSE, MOST_PIECES
from portal.library.models import Asset, Collection, CollectionItem

ROLES = ("rep", "manager", "marketer", "admin")


def order(rows):
    return rows(select(CollectionItem.asset_id).order_by(CollectionItem.position))


@pytest.mark.parametrize("role", ROLES)
def test_anyone_makes_a_collection_that_is_theirs_alone(make, sign_in, rows, role):
    user = make.user(role)
    answer = sign_in(user).post(
        "/collections/new", data={"name": " First  meeting ", "purpose": "Begin here."}
    )
    assert answer.location == "/collections/first-meeting/edit"
    (made,) = rows(select(Collection))
    assert (made.name, made.purpose, made.owner_id, made.published_at) == (
        "First meeting",
        "Begin here.",
        user.id,
        None,
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Please give it a name."),
        ({"name": " \t "}, "Please give it a name."),
        ({"name": "\u202e\x00"}, "Please give it a name."),
        ({"name": "x" * 201, "purpose": "Kept"}, "A name has at most 200 characters"),
        ({"name": "Fine", "purpose": "x" * (MAX_PURPOSE + 1)}, "This may have 1,000 characters"),
    ],
)
def test_a_name_that_is_none_is_refused_at_its_field(make, sign_in, rows, typed, said):
    answer = sign_in(make.user("rep")).post("/collections/new", data=typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert typed.get("purpose", "") in answer.text
    assert rows(select(Collection)) == []


def test_names_may_be_alike_and_each_has_its_own_address(make, sign_in, rows):
    for name in ("New", "New", "新規", "Новое"):
        sign_in(make.user("rep")).post("/collections/new", data={"name": name})
    assert rows(select(Collection.slug).order_by(Collection.id)) == [
        "new-2",
        "new-3",
        "collection",
        "collection-2",
    ]


def test_a_private_collection_is_there_for_its_owner_alone(make, sign_in, rows, collect):
    owner, asset = make.user("rep"), make.asset()
    collect("Mine", owner, asset)
    paths = ("", "/edit", "/items", f"/items/{asset.id}", "/delete")
    for role in ROLES:
        client = sign_in(make.user(role))
        for path in paths:
            statuses = {
                client.get(f"/collections/mine{path}").status_code,
                client.post(f"/collections/mine{path}").status_code,
            }
            assert statuses <= {404, 405}, (role, path)
        assert "Mine" not in client.get("/collections").text + client.get("/collections?view=own").text
    for role in ("marketer", "admin"):
        assert sign_in(make.user(role)).post("/collections/mine/publish").status_code == 404
    assert len(rows(select(Collection))) == 1
    assert sign_in(owner).get("/collections/mine").status_code == 200


@pytest.mark.parametrize(
    ("role", "may"), [("rep", False), ("manager", False), ("marketer", True), ("admin", True)]
)
def test_a_published_collection_is_read_by_all_and_changed_by_marketing(
    make, sign_in, rows, collect, role, may
):
    first, second = make.asset("First"), make.asset("Second")
    collect("Shared", make.user("marketer"), first, second, published=True)
    client = sign_in(make.user(role))
    page = client.get("/collections/shared").text
    assert "First" in page
    assert ("/collections/shared/edit" in page) is may
    answers = [
        client.get("/collections/shared/edit"),
        client.post(f"/collections/shared/items/{first.id}", data={"do": "down"}),
        client.post("/collections/shared/items", data={"asset": make.asset(slug="third").slug}),
        client.post("/collections/shared/edit", data={"name": "Renamed"}),
        client.post("/collections/shared/unpublish"),
    ]
    assert {answer.status_code == 403 for answer in answers} == {not may}
    (stored,) = rows(select(Collection))
    assert (stored.name, stored.is_published) == (("Renamed", False) if may else ("Shared", True))
    assert order(rows)[:2] == ([second.id, first.id] if may else [first.id, second.id])


@pytest.mark.parametrize(
    ("role", "may"), [("rep", False), ("manager", False), ("marketer", True), ("admin", True)]
)
def test_only_marketing_publishes_and_only_its_own(make, sign_in, rows, collect, role, may):
    owner = make.user(role)
    collect("Mine", owner, make.asset())
    client = sign_in(owner)
    assert ("/collections/mine/publish" in client.get("/collections/mine").text) is may
    assert client.post("/collections/mine/publish").status_code == (303 if may else 403)
    assert rows(select(Collection))[0].is_published is may
    assert sign_in(make.user("rep")).get("/collections/mine").status_code == (200 if may else 404)


def test_a_collection_in_which_others_would_see_nothing_is_not_published(make, sign_in, rows, collect):
    owner = make.user("marketer")
    collect("Empty", owner)
    collect("Drafts", owner, make.asset(state="draft"))
    for slug in ("empty", "drafts"):
        answer = sign_in(owner).post(f"/collections/{slug}/publish")
        assert answer.status_code == 422
        assert "at least one published piece" in answer.text
    assert not any(collection.is_published for collection in rows(select(Collection)))


def test_publishing_twice_changes_nothing(make, sign_in, rows, collect):
    owner = make.user("marketer")
    collect("Mine", owner, make.asset())
    sign_in(owner).post("/collections/mine/publish")
    (at,) = rows(select(Collection.published_at))
    assert sign_in(owner).post("/collections/mine/publish").status_code == 303
    assert rows(select(Collection.published_at)) == [at]


def test_what_another_marketer_takes_back_is_its_owners_alone_again(make, sign_in, collect):
    owner, other = make.user("marketer"), make.user("marketer")
    collect("Shared", owner, make.asset(), published=True)
    answer = sign_in(other).post("/collections/shared/unpublish")
    assert answer.location == "/collections"
    assert sign_in(other).get("/collections/shared").status_code == 404
    assert sign_in(owner).get("/collections/shared").status_code == 200


def test_an_owner_who_left_marketing_reads_what_they_published_and_no_more(make, sign_in, collect):
    owner = make.user("rep")
    collect("Shared", owner, make.asset(), published=True)
    assert sign_in(owner).get("/collections/shared").status_code == 200
    assert sign_in(owner).post("/collections/shared/delete").status_code == 403


def test_pieces_go_up_and_down_and_stay_at_the_ends(make, sign_in, rows, collect):
    owner = make.user("rep")
    one, two, three = (make.asset(name) for name in ("One", "Two", "Three"))
    collect("Mine", owner, one, two, three)
    client = sign_in(owner)

    def go(asset, way):
        answer = client.post(f"/collections/mine/items/{asset.id}", data={"do": way, "note": ""})
        assert answer.location == f"/collections/mine/edit#piece-{asset.id}"
        return order(rows)

    assert go(three, "up") == [one.id, three.id, two.id]
    assert go(one, "down") == [three.id, one.id, two.id]
    assert go(three, "up") == [three.id, one.id, two.id]
    assert go(two, "down") == [three.id, one.id, two.id]
    assert go(two, "sideways") == [three.id, one.id, two.id]


def test_a_note_is_kept_when_its_piece_is_moved_and_a_long_one_is_refused_in_its_place(
    make, sign_in, rows, collect
):
    owner = make.user("rep")
    one, two = make.asset("One"), make.asset("Two")
    collect("Mine", owner, one, two)
    client = sign_in(owner)
    client.post(f"/collections/mine/items/{two.id}", data={"do": "up", "note": "Begin with this"})
    assert "Begin with this" in client.get("/collections/mine").text
    answer = client.post(
        f"/collections/mine/items/{one.id}", data={"do": "note", "note": "y" * (MAX_ITEM_NOTE + 1)}
    )
    assert answer.status_code == 422
    assert "This may have 300 characters" in answer.text
    assert "y" * (MAX_ITEM_NOTE + 1) in answer.text
    assert rows(select(CollectionItem.note).order_by(CollectionItem.position)) == ["Begin with this", ""]


def test_a_piece_is_taken_out_once_and_the_content_stays(make, sign_in, rows, collect):
    owner, asset = make.user("rep"), make.asset("One")
    collection = collect("Mine", owner, asset)
    collection_id = collection.id
    client = sign_in(owner)
    client.post("/collections/mine/edit", data={"name": "Mine", "cover": str(asset.id)})
    assert rows(select(Collection.cover_asset_id)) == [asset.id]
    client.post(f"/collections/mine/items/{asset.id}", data={"do": "remove"})
    assert rows(select(CollectionItem).where(CollectionItem.collection_id == collection_id)) == []
    assert rows(select(Collection.cover_asset_id)) == [None]
    assert len(rows(select(Asset))) == 1
    for do in ("remove", "up", "note"):
        answer = client.post(f"/collections/mine/items/{asset.id}", data={"do": do, "note": "x"})
        assert answer.status_code == 404


def test_a_cover_is_one_of_the_pieces(make, sign_in, rows, collect):
    owner, other = make.user("rep"), make.asset("Elsewhere")
    collect("Mine", owner, make.asset())
    answer = sign_in(owner).post("/collections/mine/edit", data={"name": "Mine", "cover": str(other.id)})
    assert answer.status_code == 422
    assert rows(select(Collection.cover_asset_id)) == [None]


def test_the_same_piece_twice_and_one_too_many_are_refused_with_what_was_chosen(make, sign_in, rows, collect):
    owner = make.user("rep")
    asset, one_more = make.asset("Deck", slug="deck"), make.asset("One more", slug="more")
    collection = collect("Mine", owner, asset)
    client = sign_in(owner)
    answer = client.post("/collections/mine/items", data={"asset": "deck"})
    assert answer.status_code == 422
    assert "“Deck” is already in “Mine”." in answer.text
    pieces = [make.asset() for _ in range(MOST_PIECES - 1)]
    make.store(
        *(
            CollectionItem(collection_id=collection.id, asset_id=piece.id, position=n)
            for n, piece in enumerate(pieces, 2)
        )
    )
    answer = client.post("/collections/mine/items", data={"asset": one_more.slug})
    assert answer.status_code == 422
    assert "“Mine” is full: it has 200 pieces." in answer.text
    assert len(rows(select(CollectionItem))) == MOST_PIECES


@pytest.mark.parametrize("asset", ["", "nothing-like-it", "secret", "x" * 5000])
def test_what_one_cannot_see_cannot_be_added(make, sign_in, rows, collect, asset):
    owner = make.user("rep")
    make.asset("Secret", slug="secret", state="draft")
    collect("Mine", owner)
    answer = sign_in(owner).post("/collections/mine/items", data={"asset": asset})
    assert answer.status_code == 422
    assert "Please choose a piece of content." in answer.text
    assert rows(select(CollectionItem)) == []


def test_archived_content_is_not_added(make, sign_in, rows, collect):
    owner = make.user("marketer")
    make.asset(slug="old", state="archived", published_at=now())
    collect("Mine", owner)
    answer = sign_in(owner).post("/collections/mine/items", data={"asset": "old"})
    assert answer.status_code == 422
    assert "archived" in answer.text
    assert rows(select(CollectionItem)) == []


def test_a_deleted_collection_leaves_its_content(make, sign_in, rows, collect):
    owner = make.user("rep")
    collect("Mine", owner, make.asset(), make.asset())
    assert sign_in(owner).post("/collections/mine/delete").location == "/collections"
    assert (rows(select(Collection)), rows(select(CollectionItem)), len(rows(select(Asset)))) == ([], [], 2)
    assert sign_in(owner).post("/collections/mine/delete").status_code == 404


def test_marketing_publishes_from_where_a_collection_is_arranged_once_something_is_in_it(make, sign_in):
    client = sign_in(make.user("marketer"))
    asset = make.asset("Deck", kind="deck", use_count=3)
    client.post("/collections/new", data={"name": "First meeting", "purpose": ""})
    page = client.get("/collections/first-meeting/edit").text
    assert "Add a piece, then you can publish it." in page
    assert 'action="/collections/first-meeting/publish"' not in page
    assert 'data-note="Deck · 3 uses"' in page
    client.post("/collections/first-meeting/items", data={"asset": asset.slug})
    assert 'action="/collections/first-meeting/publish"' in client.get("/collections/first-meeting/edit").text
