"""Links with several pieces among those that were sent, and how long buyers looked at each page."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import numpy as np
from sqlalchemy import insert, select, update

from portal.db import chunks, db
from portal.library.models import Version
from portal.sharing.models import PageView, ShareItem, ShareLink, Visit

_COLLEAGUES = ("", "finance@", "it.lead@")
_MEDIAN_SECONDS = 14.0
_ON_SECOND_PIECES = 0.6


def add_second_pieces() -> None:
    """Let the last link of a deal lead to what the same person sent there before as well, and ask who reads it.

    The use of the second piece is that of its own sending, so that the story of the deals stays as it was told.
    """
    sent = select(ShareLink.id, ShareLink.deal_id, ShareLink.created_by_id)
    sent = sent.add_columns(ShareItem.asset_id, ShareItem.version_id, ShareItem.usage_event_id)
    sent = sent.join(ShareItem).where(ShareLink.deal_id.is_not(None)).order_by(ShareLink.created_at)
    together = defaultdict(list)
    for link_id, deal_id, sender_id, *piece in db.session.execute(sent):
        together[deal_id, sender_id].append((link_id, piece))
    pieces = []
    for links in together.values():
        last_id, (last_asset, *_) = links[-1]
        earlier = [piece for _, piece in links[:-1] if piece[0] != last_asset]
        if earlier:
            asset_id, version_id, event_id = earlier[-1]
            pieces.append(
                {"link_id": last_id, "position": 2, "asset_id": asset_id, "version_id": version_id}
                | {"usage_event_id": event_id}
            )
    if pieces:
        db.session.execute(insert(ShareItem), pieces)
        several = update(ShareLink).where(ShareLink.id.in_([piece["link_id"] for piece in pieces]))
        db.session.execute(
            several.values(title="For our next meeting", asks_email=True, notify_when_opened=True)
        )


def add_page_times(seed: int) -> None:
    """Say of every visit how long it stayed on which pages, and who it was where the link asks for that."""
    rng = np.random.default_rng(seed)
    shown = select(ShareItem.link_id, ShareItem.position, ShareItem.id, Version.id, Version.page_count)
    shown = shown.join(Version, Version.id == ShareItem.version_id).order_by(ShareItem.position)
    items = defaultdict(list)
    for link_id, *item in db.session.execute(shown):
        items[link_id].append(item)
    visits = select(Visit, ShareLink.recipient, ShareLink.asks_email).join(ShareLink).order_by(Visit.id)
    views = []
    for visit, recipient, asks_email in db.session.execute(visits):
        if asks_email:
            visit.email = _email(recipient, int(rng.integers(len(_COLLEAGUES))))
        at = visit.at
        for position, item_id, version_id, pages in items[visit.link_id]:
            if position > 1 and rng.random() > _ON_SECOND_PIECES:
                continue
            for number in range(1, int(rng.integers(1, max(pages, 1) + 1)) + 1):
                milliseconds = int(1000 * min(_MEDIAN_SECONDS * rng.lognormal(0.0, 0.9), 400.0))
                began, at = at, at + timedelta(milliseconds=milliseconds)
                views.append(
                    {"visit_id": visit.id, "item_id": item_id, "version_id": version_id}
                    | {"page_number": number, "milliseconds": milliseconds, "first_at": began, "last_at": at}
                )
    for part in chunks(views, 4_000):
        db.session.execute(insert(PageView), part)


def _email(recipient: str, colleague: int) -> str:
    name, _, domain = recipient.rpartition("@")
    return f"{_COLLEAGUES[colleague]}{domain}" if colleague and name else recipient if name else ""
