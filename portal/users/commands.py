"""`flask users ...`: people from the command line, for the first admin and for scripts."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from portal.db import unit_of_work
from portal.errors import PortalError
from portal.library.reviewing.services import settle_without
from portal.users import services
from portal.users.models import ROLES
from portal.users.queries import user_by_email

group = AppGroup("users", help="Create people, disable them and give them password links.")
groups = (group,)


@group.command("create")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), default="rep", show_default=True)
@click.option("--name", default="", help="The person's name; without it, the part before the @.")
@click.option("--team", "team_name", default="", help="The team's name; it is created when it is missing.")
@click.option("--password", default=None, help="A password; without it, a link to set one is printed.")
def create(email: str, role: str, name: str, team_name: str, password: str | None) -> None:
    """Create a person."""
    try:
        with unit_of_work():
            team = services.create_team(team_name) if team_name else None
            user = services.create_user(email, name=name, role=role, team=team, password=password)
            created = user.email
            token = None if password else services.issue_password_link(user, by=None)
    except PortalError as error:
        raise click.ClickException(error.message) from error
    click.echo(f"Created {created} as {role}.")
    if token:
        _print_link(token)


@group.command("password-link")
@click.argument("email")
def password_link(email: str) -> None:
    """Print a link with which a person sets a new password."""
    try:
        with unit_of_work():
            token = services.issue_password_link(user_by_email(email), by=None)
    except PortalError as error:
        raise click.ClickException(error.message) from error
    _print_link(token)


@group.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Disable a person and sign them out everywhere."""
    _set_status(email, "disabled")


@group.command("enable")
@click.argument("email")
def enable(email: str) -> None:
    """Let a disabled person in again."""
    _set_status(email, "active")


def _set_status(email: str, status: str) -> None:
    try:
        with unit_of_work():
            user = user_by_email(email)
            services.set_status(user, status, by=None)
            if status == "disabled":
                settle_without(user, None)
    except PortalError as error:
        raise click.ClickException(error.message) from error
    click.echo(f"{email} is {status} now.")


def _print_link(token: str) -> None:
    click.echo(f"Set the password here within 7 days: {current_app.config['BASE_URL']}/password/{token}")
