"""Content that is no file: a text written in the portal, a link, and two drafts that a marketer has begun."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.db import db
from portal.demo.company import COMPANY, MARKETERS
from portal.demo.loading.numbers import Numbers
from portal.library.guidance import Guidance
from portal.library.models import Asset
from portal.library.services import add_link_version, add_markdown_version, create_asset, publish
from portal.users.models import User

WRITTEN = """# Before you call

Read this on the way to your first call with somebody new. It takes two minutes.

## Three things to know

- Who asked for the call, and what happened in their company the month before
- Which of their sites they are proud of, and which one they would rather not show you
- What they use today, and who built it

## What to leave out

Our history, our other products, and every sentence that begins with "most customers".

## How to end

Agree on one question that both sides answer before the next call. Write it down while they listen.
"""
DRAFTS = (
    (
        "Checklist: the week before go-live",
        "other",
        """# The week before go-live

1. Everybody who will use it has signed in once
2. The list of open points has an owner and a day for every line
3. The old sheet is read-only, and everybody knows where it is
4. Somebody is at the gate on the first morning
""",
    ),
    (
        "Email: after the pilot has ended",
        "email_template",
        """**Subject:** What the pilot showed at {{site}}

Dear {{first names}},

six weeks ago we agreed on one number. Here is what it was then, what it is now, and what we did not expect.

Shall we look at it together on {{date}}?
""",
    ),
)
LINK = "https://www.example.com/harrowmere/product-tour"
OUT_FOR, BEGUN = timedelta(weeks=3), timedelta(days=2)


def add_extras(numbers: Numbers, moment: datetime) -> None:
    """Add them; what was written is read and drawn together with the files."""
    owner = db.session.get_one(User, numbers.people[MARKETERS[0].email])
    written = create_asset(
        by=owner,
        title="Before you call: two minutes of preparation",
        kind="other",
        summary="What to know, what to leave out and how to end a first call, on one page.",
        guidance=Guidance(for_whom="Yourself, before the first call with somebody new."),
    )
    _write(numbers, written, owner, WRITTEN)
    link = create_asset(
        by=owner,
        title=f"Product tour of {COMPANY}, recorded",
        kind="video",
        summary="Seven minutes through the product without sound, for people who want to see it first.",
        guidance=Guidance(for_whom="People who ask for a demo before they say what they need."),
    )
    add_link_version(link, by=owner, link=LINK, note="First version")
    for asset in (written, link):
        publish(asset, owner)
        asset.created_at = asset.published_at = asset.updated_at = moment - OUT_FOR
    for title, kind, body in DRAFTS:
        draft = create_asset(by=owner, title=title, kind=kind)
        _write(numbers, draft, owner, body)
        draft.created_at = draft.updated_at = moment - BEGUN


def _write(numbers: Numbers, asset: Asset, owner: User, body: str) -> None:
    version = add_markdown_version(asset, by=owner, body=body, note="First version")
    numbers.versions[asset.slug, version.number] = version.id
