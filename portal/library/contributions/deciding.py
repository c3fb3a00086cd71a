"""What marketing does with content from sales: adopt it, merge it into what there is, or decline it with a reason."""

from __future__ import annotations

from collections.abc import Sequence

from portal.db import db, now
from portal.errors import Invalid
from portal.library import history
from portal.library.contributions.services import check_undecided, usable_version
from portal.library.models import Asset, Contribution, Review, Reviewer
from portal.library.services import add_file_version, publish, touch
from portal.library.services.states import put_away
from portal.notifications.services import notify
from portal.storage import Stored
from portal.users.models import User
from portal.users.services import audit

MAX_REASON = 2_000
_NOT_IN_USE = {
    "draft": "“{title}” is a draft. Publish it first, or choose content that is in use.",
    "in_review": "“{title}” is in review. Publish it first, or choose content that is in use.",
    "from_sales": "“{title}” is from sales itself. Adopt it first, then merge this into it.",
    "archived": "“{title}” is archived. Restore it first, or choose content that is in use.",
}


def adopt(
    contribution: Contribution, by: User, *, publish_now: bool, others: Sequence[Contribution] = ()
) -> None:
    """Make a rep's content official, and merge like content of others into it in the same step.

    It becomes the adopting marketer's, as a draft or published at once; who made it is kept for good.
    """
    check_undecided(contribution)
    if others and not publish_now:
        raise Invalid("To merge others into it, it has to be published at once.")
    asset = contribution.asset
    usable_version(asset)
    asset.state, asset.owner_id = "draft", by.id
    _decide(contribution, by, "adopted")
    history.note(asset, by, "adopted")
    if publish_now:
        _approve(asset, by)
        publish(asset, by)
    else:
        touch(asset)
    _tell(contribution, by, f"Marketing adopted “{asset.title}”: it is official content now")
    for other in others:
        merge(other, asset, by)


def _approve(asset: Asset, by: User) -> None:
    """Keep that whoever publishes another's work at once finds it right: it needs no approval beside that."""
    version = asset.current_version
    if version is None or version.created_by_id == by.id:
        return
    review = Review(asset_id=asset.id, version_id=version.id, asked_by_id=by.id, state="approved")
    review.closed_by_id, review.closed_at = by.id, now()
    review.reviewers = [Reviewer(user_id=by.id, answer="approve", answered_at=review.closed_at)]
    db.session.add(review)
    db.session.flush()


def merge(contribution: Contribution, target: Asset, by: User, *, take_file: bool = False) -> None:
    """Put a rep's content away in favour of official content, which may take its file as a waiting version."""
    check_undecided(contribution)
    asset, maker = contribution.asset, contribution.contributed_by
    _check_target(asset, target)
    put_away(asset, by, replaced_by=target)
    contribution.merged_into_id = target.id
    _decide(contribution, by, "merged")
    history.note(asset, by, "merged", into=target.slug)
    history.note(target, by, "merged_in", why=f"Made by {maker.name}.", contribution_id=contribution.id)
    if take_file:
        version = usable_version(asset)
        if version.sha256 is None:
            raise Invalid("There is no file in it to take over.", field="take_file")
        stored = Stored(version.sha256, version.size or 0)
        note = f"From sales: made by {maker.name}."
        taken = add_file_version(target, by=by, stored=stored, filename=version.filename or "file", note=note)
        # Whoever merges it may well be the one who approves it; whoever made it may not.
        taken.created_by_id = maker.id
    touch(asset)
    _tell(contribution, by, f"Marketing merged “{asset.title}” into “{target.title}”")


def decline(contribution: Contribution, by: User, reason: str) -> None:
    """Put a rep's content away with a reason; whoever brought it keeps it, and reads why."""
    check_undecided(contribution)
    reason = reason.replace("\r\n", "\n").strip()
    if not reason:
        raise Invalid("Please give a reason: the person who made it will read it.", field="reason")
    if len(reason) > MAX_REASON:
        raise Invalid(f"A reason has up to {MAX_REASON:,} characters.", field="reason")
    asset = contribution.asset
    put_away(asset, by)
    contribution.reason = reason
    _decide(contribution, by, "declined")
    history.note(asset, by, "declined", why=reason)
    touch(asset)
    _tell(contribution, by, f"Marketing did not take “{asset.title}”: {reason}")


def _check_target(asset: Asset, target: Asset) -> None:
    if target.id == asset.id:
        raise Invalid("It cannot be merged into itself.", field="into")
    if target.state in _NOT_IN_USE:
        raise Invalid(_NOT_IN_USE[target.state].format(title=target.title), field="into")
    if target.is_expired:
        raise Invalid(f"“{target.title}” has expired. Choose content that is in use.", field="into")
    if target.current_version_id is None:
        raise Invalid(f"There is nothing to use in “{target.title}” yet.", field="into")


def _decide(contribution: Contribution, by: User, outcome: str) -> None:
    contribution.outcome = outcome
    contribution.decided_by_id, contribution.decided_at = by.id, now()
    db.session.flush()
    audit(by, f"{outcome} from sales", contribution.asset.title)


def _tell(contribution: Contribution, by: User, title: str) -> None:
    if contribution.contributed_by_id == by.id or contribution.decided_at is None:
        return
    moment = contribution.decided_at.isoformat()
    notify(
        recipient_id=contribution.contributed_by_id,
        kind="contribution",
        title=title[:300],
        address=f"/library/{contribution.asset.slug}",
        event_key=f"contribution-{contribution.id}-{moment}",
    )
