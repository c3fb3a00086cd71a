"""Content that is no file: a text with a new version that waits, a link, and three drafts, one of them in review."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from portal.db import db
from portal.demo.company import COMPANY, MARKETERS, REPS
from portal.demo.loading.numbers import Numbers
from portal.library import history
from portal.library.guidance import Guidance
from portal.library.models import Asset, AssetEvent, Review, Reviewer, Version
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
REWRITTEN = WRITTEN.replace(
    "- What they use today, and who built it",
    "- What they use today, who built it, and whether that person will be in the call",
).replace("It takes two minutes.", "It takes two minutes, and saves the first ten of the call.")
QUESTION = "Does this work in front of a customer?"
TRANSLATED = "Harrowmere Dock en une page"
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
    (
        TRANSLATED,
        "one_sheeter",
        """# Harrowmere Dock en une page

57 % d'attente en moins, médiane de 118 sites.

## Sans Dock

Les camions arrivent quand cela convient au transporteur. Les quais sont pleins à huit heures et vides à une heure.

## Avec Dock

- **Des créneaux qui conviennent.** Leur durée suit le chargement et votre propre historique
- **Des règles pour les quais.** Froid, hauteur, matériel, clients
- **Des changements à temps.** Un camion en retard déplace les autres, et leurs chauffeurs sont prévenus

## Pour commencer

La liste des quais, douze semaines d'arrivées et dix transporteurs. Rien n'est installé dans la cour.
""",
    ),
)
LINK = "https://www.example.com/harrowmere/product-tour"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
OUT_FOR, BEGUN, ANSWERED = timedelta(weeks=3), timedelta(days=2), timedelta(hours=3)


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
        _date(asset, moment - OUT_FOR)
    _write(numbers, written, owner, REWRITTEN, note="The question of who built it is asked to the end")
    _date(written, moment - ANSWERED, since=moment - BEGUN)
    drafts = []
    for title, kind, body in DRAFTS:
        draft = create_asset(by=owner, title=title, kind=kind)
        _write(numbers, draft, owner, body)
        draft.created_at = draft.updated_at = moment - BEGUN
        _date(draft, moment - BEGUN)
        drafts.append(draft)
    _ask(numbers, drafts[0], owner, moment - BEGUN / 2)


def _date(asset: Asset, at: datetime, since: datetime = LONG_AGO) -> None:
    """Date an asset's versions and what was noted of it, as far as it is newer than `since`."""
    db.session.flush()
    versions = update(Version).where(Version.asset_id == asset.id, Version.created_at > since)
    db.session.execute(versions.values(created_at=at))
    published = versions.where(Version.published_at.is_not(None))
    db.session.execute(published.values(published_at=at))
    events = update(AssetEvent).where(AssetEvent.asset_id == asset.id, AssetEvent.at > since)
    db.session.execute(events.values(at=at))


def _ask(numbers: Numbers, draft: Asset, by: User, at: datetime) -> None:
    """Put a draft to a marketer, who has answered, and to a rep, who has not yet."""
    draft.state = "in_review"
    version_id = draft.current_version_id or 0
    review = Review(
        asset_id=draft.id, version_id=version_id, question=QUESTION, asked_by_id=by.id, asked_at=at
    )
    approved = Reviewer(
        user_id=numbers.people[MARKETERS[1].email], answer="approve", answered_at=at + ANSWERED
    )
    review.reviewers = [approved, Reviewer(user_id=numbers.people[REPS[0].email])]
    db.session.add(review)
    history.note(draft, by, "review_asked", version=draft.current_version)
    _date(draft, at, since=at)
    history.note(draft, db.session.get(User, approved.user_id), "approved", version=draft.current_version)
    _date(draft, at + ANSWERED, since=at)


def _write(numbers: Numbers, asset: Asset, owner: User, body: str, *, note: str = "First version") -> None:
    version = add_markdown_version(asset, by=owner, body=body, note=note)
    numbers.versions[asset.slug, version.number] = version.id
