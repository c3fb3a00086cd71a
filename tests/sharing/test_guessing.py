"""Guessing a link's password is slowed down by where it comes from, and no address of a visitor is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.db import db, now
from portal.users.models import Attempt
from portal.users.passwords import hash_password
from tests.sharing.test_pieces import BROWSER, LINK


@pytest.fixture
def guess(app, make):
    """Tries a password at a link from an address, and returns the status of the answer."""
    with app.app_context():
        stored = hash_password("open sesame")
    make.link(make.asset("Deck"), make.user("rep"), password_hash=stored)

    def guess(password: str, remote: str = "192.0.2.1"):
        return app.test_client().post(
            f"{LINK}/enter/password",
            data={"password": password},
            headers=BROWSER,
            environ_overrides={"REMOTE_ADDR": remote},
        )

    return guess


def _age(make) -> None:
    later = update(Attempt).values(at=now() - timedelta(minutes=16))
    make.inside(lambda: db.session.execute(later))


def test_whoever_guesses_too_often_has_to_wait_and_a_buyer_elsewhere_gets_in(make, guess):
    assert [guess("wrong").status_code for _ in range(11)] == [422] * 10 + [429]
    answer = guess("open sesame")
    assert (answer.status_code, "wait 15 minutes" in answer.text) == (429, True)
    assert guess("open sesame", "192.0.2.2").status_code == 303
    _age(make)
    assert guess("open sesame").status_code == 303


def test_a_line_of_ipv6_has_one_try_however_many_addresses_it_has(guess):
    for number in range(10):
        assert guess("wrong", f"2001:db8:1:2::{number:x}").status_code == 422
    assert guess("open sesame", "2001:db8:1:2:ffff::1").status_code == 429
    assert guess("open sesame", "2001:db8:1:3::1").status_code == 303


def test_an_address_of_the_old_kind_is_one_of_its_own_where_it_is_written_as_one_of_the_new(guess):
    assert [guess("wrong", "::ffff:192.0.2.1").status_code for _ in range(10)] == [422] * 10
    assert guess("open sesame", "192.0.2.1").status_code == 429
    assert guess("open sesame", "::ffff:192.0.2.2").status_code == 303


def test_guessing_from_everywhere_at_once_stops_for_everybody(guess):
    for number in range(100):
        assert guess("wrong", f"198.51.100.{number}").status_code == 422
    assert guess("open sesame", "192.0.2.2").status_code == 429


def test_of_an_address_nothing_is_kept_that_could_be_reckoned_back(app, make, guess, rows):
    guess("wrong", "192.0.2.7")
    guess("wrong", "not an address")
    kept = [one.key_hash for one in rows(select(Attempt))]
    assert len(kept) == 4
    assert len(set(kept)) == 3
    assert not any("192.0.2.7" in one for one in kept)
    # Another key makes other hashes: nobody can try out all addresses without it.
    app.config["SECRET_KEY"] = "another"
    guess("wrong", "192.0.2.7")
    assert len({one.key_hash for one in rows(select(Attempt))}) == 5
