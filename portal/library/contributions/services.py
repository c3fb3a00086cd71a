"""What a rep does with their own content: bring it, mend it, take it back and offer it again."""

from __future__ import annotations

from portal.db import db
from portal.errors import Conflict, Invalid
from portal.library import history
from portal.library.documents.titles import title_from_name
from portal.library.models import Asset, Contribution, Version
from portal.library.proposals import propose_kind
from portal.library.services import (
    MAX_SUMMARY,
    MAX_TITLE,
    add_file_version,
    checked_text,
    checked_title,
    create_asset,
    touch,
)
from portal.library.services.states import put_away
from portal.storage import Stored
from portal.users.models import User

MAX_STORY = 2_000


def contribute(
    *, by: User, stored: Stored, filename: str, title: str = "", story: str = "", deal_id: int | None = None
) -> Contribution:
    """Take a rep's file into the library as content from sales, not approved; its title is proposed from its name."""
    asset = create_asset(
        by=by,
        title=title.strip() or title_from_name(filename)[:MAX_TITLE],
        kind=propose_kind(filename),
        from_sales=True,
    )
    contribution = Contribution(asset_id=asset.id, contributed_by_id=by.id, deal_id=deal_id)
    contribution.story = checked_text(story, MAX_STORY, "story")
    db.session.add(contribution)
    add_file_version(asset, by=by, stored=stored, filename=filename)
    return contribution


def mend(contribution: Contribution, *, by: User, title: str, summary: str, story: str) -> None:
    """Change what a rep says about their own content, for as long as nobody has decided on it."""
    check_undecided(contribution)
    asset = contribution.asset
    asset.title = checked_title(title)
    asset.summary = checked_text(summary, MAX_SUMMARY, "summary")
    contribution.story = checked_text(story, MAX_STORY, "story")
    history.note(asset, by, "edited")
    touch(asset)


def add_version(
    contribution: Contribution, *, by: User, stored: Stored, filename: str, note: str = ""
) -> Version:
    """Put a newer file in the place of the one that was brought; the earlier one is kept."""
    check_undecided(contribution)
    return add_file_version(contribution.asset, by=by, stored=stored, filename=filename, note=note)


def withdraw(contribution: Contribution, by: User) -> None:
    """Take content back that nobody has decided on; its file is kept, and it can be offered again."""
    check_undecided(contribution)
    put_away(contribution.asset, by)
    history.note(contribution.asset, by, "withdrawn")
    touch(contribution.asset)


def offer_again(contribution: Contribution, by: User) -> None:
    """Let the team and marketing see content again that was taken back."""
    asset = contribution.asset
    if contribution.outcome is not None:
        raise Conflict(f"Marketing has decided: it was {contribution.outcome}.")
    if asset.state != "archived":
        raise Conflict("It was not taken back.")
    asset.state, asset.archived_at = "from_sales", None
    history.note(asset, by, "offered_again")
    touch(asset)


def check_undecided(contribution: Contribution) -> None:
    """Refuse what is no longer the rep's to change, nor marketing's to decide, and say why."""
    title = contribution.asset.title
    if contribution.outcome is not None:
        raise Conflict(f"“{title}” has been decided on already: it was {contribution.outcome}.")
    if contribution.asset.state != "from_sales":
        raise Conflict(f"“{title}” was taken back by who brought it.")


def usable_version(asset: Asset) -> Version:
    """Return the version that marketing would take over, or refuse content that has none."""
    version = asset.current_version
    if version is None:
        raise Invalid("There is nothing to use in it yet.")
    if version.state == "refused":
        raise Invalid(f"Its file was refused. {version.state_reason}")
    return version
