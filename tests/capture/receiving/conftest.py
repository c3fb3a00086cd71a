"""A person with an address, content that was sent, a deal it was sent for, and a listener on a free port."""

from __future__ import annotations

import hashlib

import pytest

from portal.capture.receiving.addresses import address_of, renew_address
from portal.capture.receiving.listener import Listener
from portal.db import db, unit_of_work
from portal.deals.models import AccountDomain
from portal.library.contributions import comparing
from portal.library.models import Version
from portal.users.models import User
from tests.capture.receiving.mails import DOMAIN
from tests.library import samples

# Long enough to be told by: a page of fewer words says nothing about where it comes from.
PAGES = tuple(
    f"Page {word}: hospitals that {word} their wards save {number} percent of all {word} costs within two years"
    for number, word in enumerate(("clean", "heat", "light", "staff", "plan", "guard"), 11)
)


@pytest.fixture
def received(app):
    """The portal, with a domain for blind copies."""
    app.config["CAPTURE_DOMAIN"] = DOMAIN
    return app


@pytest.fixture
def ann(make):
    return make.user("rep", name="Ann", email="ann@firm.test", team=make.team("North"))


@pytest.fixture
def address(received):
    """Give a person an address and return it."""

    def run(user):
        with received.app_context():
            with unit_of_work():
                renew_address(db.session.get_one(User, user.id))
            return address_of(user)

    return run


@pytest.fixture
def listener(received):
    """The mail server of the portal on a free port."""
    running = Listener(received, "127.0.0.1", 0)
    yield running
    running.stop()


@pytest.fixture
def pdf():
    """The bytes of a PDF with these pages, the same for the same pages."""

    def run(*pages):
        return samples.pdf("deck.pdf", *(pages or PAGES))[0].getvalue()

    return run


@pytest.fixture
def content(make):
    """Content whose one version is this file with these pages, which the library has compared."""

    def run(title, file=b"", pages=PAGES, **fields):
        asset = make.asset(title, pages=tuple(pages), **fields)
        with make.app.app_context(), unit_of_work():
            version = db.session.get_one(Version, asset.current_version_id)
            version.sha256, version.source = hashlib.sha256(file).hexdigest(), "file"
            texts = comparing.page_texts(version.id)
            comparing.keep_prints(comparing.prints_of(version.id, texts))
        return asset

    return run


@pytest.fixture
def acme(make, ann):
    """Ann's open deal with Acme, to whom acme.example belongs."""
    account = make.account("Acme")
    make.store(AccountDomain(account_id=account.id, domain="acme.example"))
    return make.deal(owner=ann, name="Acme renewal", account_id=account.id)
