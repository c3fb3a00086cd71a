"""Collections to act on: collect("Name", owner, asset, asset, published=True)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.db import now
from portal.library.models import Asset, Collection, CollectionItem
from portal.users.models import User
from tests.factories import Make


@pytest.fixture
def collect(make: Make) -> Callable[..., Collection]:
    """Store a collection with some pieces, in their order; its slug is its name in small letters."""

    def store(name: str, owner: User, *assets: Asset, published: bool = False, notes: str = "") -> Collection:
        collection = make.store(
            Collection(
                slug=name.lower().replace(" ", "-"),
                name=name,
                owner_id=owner.id,
                published_at=now() if published else None,
            )
        )
        for position, asset in enumerate(assets, 1):
            item = CollectionItem(
                collection_id=collection.id, asset_id=asset.id, position=position, note=notes
            )
            make.store(item)
        return collection

    return store
