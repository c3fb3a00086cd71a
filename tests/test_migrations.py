"""Migrations run up, down and up again, keep what is stored, and end where the models are."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade

from config import TestConfig
from portal import create_app
from portal.db import db, now, unit_of_work
from portal.library.models import Asset
from tests.factories import Make


@pytest.fixture
def empty_app(tmp_path: Path) -> Flask:
    return create_app(TestConfig(tmp_path))


def _tables(app: Flask) -> set[str]:
    with sqlite3.connect(app.config["DATA_DIR"] / "tandem.db") as connection:
        rows = connection.execute("select name from sqlite_master where type = 'table'")
        return {name for (name,) in rows if not name.startswith(("sqlite_", "alembic_"))}


def test_the_migrations_end_where_the_models_are(empty_app):
    with empty_app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, db.metadata) == []


def test_the_migrations_go_up_down_and_up_again(empty_app):
    with empty_app.app_context():
        upgrade()
        before = _tables(empty_app)
        downgrade(revision="base")
        assert _tables(empty_app) == set()
        upgrade()
    assert _tables(empty_app) == before


def test_an_upgrade_keeps_what_is_stored_and_every_reference_in_it(empty_app):
    with empty_app.app_context():
        upgrade()
    make = Make(empty_app)
    owner = make.user("marketer")
    asset = make.asset("Kept", owner=owner)
    make.use(asset, make.user("rep"), deal=make.deal(owner=owner))
    with empty_app.app_context():
        upgrade()
        with unit_of_work():
            kept = db.session.get_one(Asset, asset.id)
            assert (kept.title, kept.owner_id, len(kept.versions)) == ("Kept", owner.id, 1)
    with sqlite3.connect(empty_app.config["DATA_DIR"] / "tandem.db") as connection:
        assert connection.execute("pragma foreign_key_check").fetchall() == []


def _asset_as_it_was(app: Flask) -> None:
    """Content with two published versions and a third that was being read, as the first tables stored it."""
    day = "2026-01-05 09:00:00"
    with sqlite3.connect(app.config["DATA_DIR"] / "tandem.db") as connection:
        connection.execute(
            "insert into assets (id, slug, title, kind, state, summary, guidance, is_placeholder, created_at,"
            " updated_at, published_at, rating_count, rating_rank, use_count, deal_count) values"
            " (1, 'kept', 'Kept', 'deck', 'published', '', '**For** CFOs', 0, ?, ?, ?, 0, 0, 0, 0)",
            (day, day, day),
        )
        for number in (1, 2, 3):
            connection.execute(
                "insert into versions (id, asset_id, number, source, note, state, state_reason, has_macros,"
                " proposed_title, page_count, character_count, preview_kind, preview_made_by, preview_reason,"
                " created_at)"
                " values (?, 1, ?, 'markdown', '', 'indexed', '', 0, '', 0, 0, 'html', '', '', ?)",
                (number, number, f"2026-0{number}-05 09:00:00"),
            )
        connection.execute("update assets set current_version_id = 2")


def _all(app: Flask, question: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(app.config["DATA_DIR"] / "tandem.db") as connection:
        return connection.execute(question).fetchall()


def test_guidance_and_versions_in_use_survive_the_way_up_and_down(empty_app):
    with empty_app.app_context():
        upgrade(revision="0001")
        _asset_as_it_was(empty_app)
        upgrade(revision="0002")
        assert _all(empty_app, "select what_to_say, for_whom from assets") == [("**For** CFOs", "")]
        in_use = _all(empty_app, "select number, published_at is not null from versions order by number")
        assert in_use == [(1, 1), (2, 1), (3, 0)]
        downgrade(revision="0001")
        assert _all(empty_app, "select guidance, state from assets") == [("**For** CFOs", "published")]
        upgrade(revision="0002")
        _all(empty_app, "update assets set for_whom = 'Buyers', state = 'from_sales'")
        downgrade(revision="0001")
        expected = [("**For whom:** Buyers\n\n**What to say:** **For** CFOs", "draft")]
        assert _all(empty_app, "select guidance, state from assets") == expected


def test_a_version_whose_file_was_refused_counts_as_never_in_use(empty_app):
    with empty_app.app_context():
        upgrade(revision="0001")
        _asset_as_it_was(empty_app)
        _all(empty_app, "update versions set state = 'refused' where number = 1")
        upgrade(revision="0002")
    in_use = _all(empty_app, "select number, published_at is not null from versions order by number")
    assert in_use == [(1, 0), (2, 1), (3, 0)]


def test_content_from_before_comes_due_for_a_look_by_its_kind_or_spread_over_the_next_months(empty_app):
    today = now().date()
    with empty_app.app_context():
        upgrade(revision="0001")
        _asset_as_it_was(empty_app)
        copy = (
            "insert into assets (id, slug, title, kind, state, summary, guidance, is_placeholder, created_at,"
        )
        copy += (
            " updated_at, published_at, rating_count, rating_rank, use_count, deal_count, current_version_id)"
        )
        copy += (
            " select {id}, '{id}', title, kind, state, summary, guidance, {empty}, created_at, updated_at,"
        )
        copy += " {at}, 0, 0, 0, 0, {version} from assets where id = 1"
        for id_ in range(2, 60):
            _all(empty_app, copy.format(id=id_, empty=0, at="published_at", version=2))
        _all(empty_app, copy.format(id=60, empty=0, at=f"'{today} 09:00:00'", version=2))
        _all(empty_app, copy.format(id=61, empty=1, at="published_at", version="null"))
        _all(empty_app, copy.format(id=62, empty=0, at="null", version=2))
        upgrade(revision="0002")
    found = [day for (day,) in _all(empty_app, "select review_by from assets order by id")]
    assert found[59:] == [(today + timedelta(days=180)).isoformat(), None, None]
    assert min(found[:59]) >= (today + timedelta(days=28)).isoformat()
    assert max(found[:59]) <= (today + timedelta(days=119)).isoformat()
    assert len(set(found[:59])) == 59


def test_decks_read_before_are_asked_for_their_notes_which_go_back_into_the_text_on_the_way_down(empty_app):
    with empty_app.app_context():
        upgrade(revision="0001")
        _asset_as_it_was(empty_app)
        _all(empty_app, "update versions set source = 'file', filename = 'Deck.PPTX' where id = 2")
        _all(
            empty_app, "insert into pages (id, version_id, number, title, text) values (1, 2, 1, '', 'Text')"
        )
        upgrade(revision="0002")
        assert _all(empty_app, "select kind, subject_id, state from jobs") == [
            ("separate_notes", 2, "waiting")
        ]
        assert _all(empty_app, "select text, notes, is_hidden from pages") == [("Text", "", 0)]
        _all(empty_app, "update pages set notes = 'Notes'")
        downgrade(revision="0001")
        assert _all(empty_app, "select text from pages") == [("Text\nNotes",)]
        assert _all(empty_app, "select kind from jobs") == []


def test_searches_keep_what_was_opened_and_requests_remember_their_search_on_the_way_up_and_down(empty_app):
    with empty_app.app_context():
        upgrade(revision="0001")
        _asset_as_it_was(empty_app)
        _all(
            empty_app,
            "insert into searches (id, key, at, text, words, filters, result_count)"
            " values (5, 'k', '2026-03-05 09:00:00', 'Tariffs', 'tariff', '{}', 1)",
        )
        _all(
            empty_app,
            "insert into search_clicks (search_id, asset_id, place, at) values (5, 1, 3, '2026-03-05 09:00:09')",
        )
        upgrade(revision="0003")
        assert _all(empty_app, "select text, corrected, rephrased_by_id from searches") == [
            ("Tariffs", "", None)
        ]
        assert _all(empty_app, "select search_id, place from search_clicks") == [(5, 3)]
        downgrade(revision="0002")
        assert _all(empty_app, "select text, result_count from searches") == [("Tariffs", 1)]
        assert _all(empty_app, "select search_id, place from search_clicks") == [(5, 3)]


def test_searches_of_before_are_tied_to_the_other_words_that_soon_followed(empty_app):
    searches = (  # by whom, when on that morning, what
        (1, 1, "09:00:00", "tariff"),  # 3 followed soon
        (2, 2, "09:00:30", "deck"),  # alone
        (3, 1, "09:01:59", "price"),  # opened and looked at something, and searched on
        (4, 1, "09:02:30", "cost"),  # what it opened was sent
        (5, 1, "09:03:00", "case"),  # the same words followed
        (6, 1, "09:03:30", "case"),  # nothing for two minutes
        (7, 1, "09:05:31", "sheet"),
    )
    with empty_app.app_context():
        upgrade(revision="0001")
        _asset_as_it_was(empty_app)
        for number in (1, 2):
            _all(
                empty_app,
                "insert into users (id, name, email, role, status, created_at) values"
                f" ({number}, 'Ann', '{number}@example.com', 'rep', 'active', '2026-01-05 09:00:00')",
            )
        for id_, user, at, words in searches:
            _all(
                empty_app,
                "insert into searches (id, key, at, user_id, text, words, filters, result_count) values"
                f" ({id_}, 'k{id_}', '2026-03-05 {at}.000000', {user}, '{words}', '{words}', '{{}}', 1)",
            )
        for search, at, kind in ((3, "09:02:05", "viewed"), (4, "09:02:40", "sent")):
            moment = f"'2026-03-05 {at}.000000'"
            _all(
                empty_app,
                f"insert into search_clicks (search_id, asset_id, place, at) values ({search}, 1, 1, {moment})",
            )
            _all(
                empty_app,
                "insert into usage_events (at, recorded_at, user_id, asset_id, kind) values"
                f" ({moment}, {moment}, 1, 1, '{kind}')",
            )
        upgrade(revision="0003")
    tied = _all(empty_app, "select id, rephrased_by_id from searches where rephrased_by_id is not null")
    assert tied == [(1, 3), (3, 4)]


def test_a_rebuilt_table_still_refuses_states_that_do_not_exist(empty_app):
    with empty_app.app_context():
        upgrade()
    schema = dict(_all(empty_app, "select name, sql from sqlite_master where name in ('assets', 'versions')"))
    assert "'from_sales'" in schema["assets"]
    assert [schema["assets"].count(f"ck_assets_{name} ") for name in ("kind", "state")] == [1, 1]
    assert all(f"ck_versions_{name}" in schema["versions"] for name in ("state", "preview_kind", "source"))


def _link_as_it_was(app: Flask) -> None:
    """A link to the second of three versions, opened once, as the first tables stored it."""
    day = "2026-03-05 09:00:00"
    _all(
        app,
        "insert into users (id, name, email, role, status, created_at)"
        f" values (1, 'Ann', 'ann@example.com', 'rep', 'active', '{day}')",
    )
    _all(
        app,
        "insert into usage_events (id, at, recorded_at, user_id, asset_id, kind)"
        f" values (7, '{day}', '{day}', 1, 1, 'sent')",
    )
    _all(
        app,
        "insert into share_links (id, token_hash, salt, asset_id, version_id, usage_event_id, recipient,"
        " created_by_id, created_at, expires_at)"
        f" values (3, 'hash', 'salt', 1, 2, 7, 'Ben', 1, '{day}', '{day}')",
    )
    _all(app, f"insert into visits (id, link_id, key, at) values (4, 3, 'key', '{day}')")


def test_a_links_content_becomes_its_first_piece_and_goes_back_into_it_on_the_way_down(empty_app):
    as_it_was = "select id, asset_id, version_id, usage_event_id, recipient from share_links"
    with empty_app.app_context():
        upgrade(revision="0001")
        _asset_as_it_was(empty_app)
        _link_as_it_was(empty_app)
        upgrade(revision="0005")
        pieces = _all(
            empty_app, "select link_id, position, asset_id, version_id, usage_event_id from share_items"
        )
        assert pieces == [(3, 1, 1, 2, 7)]
        options = "select may_download, asks_email, notify_when_opened, is_pinned, title from share_links"
        assert _all(empty_app, options) == [(1, 0, 0, 1, "")]
        assert _all(empty_app, "select link_id, key, email from visits") == [(3, "key", "")]
        downgrade(revision="0004")
        assert _all(empty_app, as_it_was) == [(3, 1, 2, 7, "Ben")]
        assert _all(empty_app, "select link_id, key from visits") == [(3, "key")]
        assert _all(empty_app, "pragma foreign_key_check") == []
