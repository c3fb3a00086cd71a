"""The page on which the manager of a team, or an admin, says where its channel is and what it is told."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, flash, url_for

from portal.db import now, start_writing
from portal.errors import Forbidden, PortalError
from portal.notifications.channel_posts import broken_by, recent_posts, why_not
from portal.notifications.forms import ChannelForm
from portal.notifications.models import WebhookPost
from portal.notifications.webhooks import (
    CHANNEL_KINDS,
    channel_of,
    kinds_of,
    masked,
    post_test,
    remove_channel,
    set_channel,
)
from portal.users.access import allow, me
from portal.users.models import Team
from portal.users.queries import team_or_404, user_or_404
from portal.users.services import audit
from portal.web import paginate, render, see_other

blueprint = Blueprint("channel", __name__, url_prefix="/teams/<int:team_id>/channel")
KEEPERS = ("manager", "admin")
SOON = timedelta(minutes=1)


@blueprint.get("")
@allow(*KEEPERS)
def show(team_id: int) -> Response:
    return _page(_team(team_id), ChannelForm(None, data={"kinds": kinds_of(channel_of(team_id))}))


@blueprint.post("")
@allow(*KEEPERS)
def save(team_id: int) -> Response:
    team, form = _team(team_id), ChannelForm()
    is_valid = form.validate_on_submit()
    address = (form.address.data or "").strip()
    if is_valid and address:
        # Looking a host up may take seconds, in which nobody else is to wait for the write lock.
        start_writing()
        refused = why_not(address)
        form.address.errors = [refused] if refused else []
        is_valid = not refused
    if is_valid:
        try:
            set_channel(team.id, me(), address=address, kinds=form.kinds.data or [])
        except PortalError as error:
            form[error.field or "address"].errors = [error.message]
            is_valid = False
    if not is_valid:
        return _page(team, form, status=422)
    audit(me(), "changed a team’s channel", team.name)
    flash("Saved. Send a test to see that it arrives.", "success")
    return _back(team)


@blueprint.post("/test")
@allow(*KEEPERS)
def test(team_id: int) -> Response:
    team = _team(team_id)
    post_test(team.id, me())
    flash("A test is on its way. Below you see whether it was taken.", "success")
    return _back(team)


@blueprint.post("/remove")
@allow(*KEEPERS)
def remove(team_id: int) -> Response:
    team = _team(team_id)
    if channel_of(team.id) is not None:
        remove_channel(team.id)
        audit(me(), "removed a team’s channel", team.name)
    flash("The channel is told nothing any more.", "success")
    return _back(team)


def _team(team_id: int) -> Team:
    """Return a team whose channel this person looks after: admins any, managers their own."""
    team = team_or_404(team_id)
    if me().role != "admin" and me().team_id != team.id:
        raise Forbidden("Only a manager of this team, or an admin, sets up its channel.")
    return team


def _page(team: Team, form: ChannelForm, *, status: int = 200) -> Response:
    channel = channel_of(team.id)
    page = paginate(recent_posts(team.id))
    return render(
        "notifications/channel.html",
        block="lately",
        team=team,
        form=form,
        channel=channel,
        shown=masked(channel.address) if channel else "",
        added_by=user_or_404(channel.added_by_id) if channel and channel.added_by_id else None,
        told=[CHANNEL_KINDS[kind].name for kind in kinds_of(channel)],
        page=page,
        broken=broken_by(channel) if channel else None,
        is_moving=any(_is_moving(post) for post in page.items),
        status=status,
    )


def _is_moving(post: WebhookPost) -> bool:
    """Say whether something becomes of a post within moments; one that was put off for long is not waited for."""
    is_next = post.state == "waiting" and post.run_after <= now() + SOON
    return is_next or post.state == "handing_over"


def _back(team: Team) -> Response:
    return see_other(url_for("channel.show", team_id=team.id))
