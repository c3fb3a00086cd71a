"""What may be typed in about people."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, Field, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, EqualTo, Length, Optional, ValidationError

from portal.errors import PortalError
from portal.users.models import ROLES
from portal.users.passwords import MAX_LENGTH, MIN_LENGTH
from portal.users.services import normal_email

ROLE_WORDS = {
    "rep": "Rep: finds, uses, rates and asks for content",
    "marketer": "Marketer: publishes content and answers requests",
    "manager": "Manager: sees all figures and deals",
    "admin": "Admin: people, teams, imports, and all that marketers do",
}


def _email(form: FlaskForm, field: Field) -> None:
    try:
        field.data = normal_email(field.data or "")
    except PortalError as error:
        raise ValidationError(error.message) from error


def _password(label: str) -> PasswordField:
    message = f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters."
    return PasswordField(
        label, [DataRequired("Please choose a password."), Length(MIN_LENGTH, MAX_LENGTH, message)]
    )


def _again() -> PasswordField:
    filled = DataRequired("Please type the password again.")
    return PasswordField("The same again", [filled, EqualTo("password", "The two passwords differ.")])


def _name() -> StringField:
    return StringField("Name", [DataRequired("Please give a name."), Length(max=200)])


class SignInForm(FlaskForm):
    """Email and password."""

    email = EmailField("Email", [DataRequired("Please give your email.")])
    password = PasswordField("Password", [DataRequired("Please give your password.")])


class SetPasswordForm(FlaskForm):
    """A new password, twice."""

    password = _password("New password")
    again = _again()


class ChangePasswordForm(SetPasswordForm):
    """A new password by somebody who knows the old one."""

    current = PasswordField("Present password", [DataRequired("Please give your present password.")])


class SetupForm(FlaskForm):
    """The first admin."""

    name = _name()
    email = EmailField("Email", [DataRequired("Please give your email."), _email])
    password = _password("Password")
    again = _again()


class ProfileForm(FlaskForm):
    """What a person may change about themselves."""

    name = _name()
    time_zone = SelectField("Time zone", [Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
        self.time_zone.choices = [
            ("", "As the organisation"),
            *((name, name.replace("_", " ")) for name in names),
        ]


class PersonForm(FlaskForm):
    """A person, as an admin creates or changes one."""

    name = _name()
    email = EmailField("Email", [DataRequired("Please give an email."), _email])
    role = SelectField("Role", choices=[(role, ROLE_WORDS[role]) for role in ROLES])
    team_id = SelectField("Team", [Optional()])
    is_test = BooleanField("A test user: what they do from now on is counted nowhere")

    def allow_no_email(self) -> None:
        """Let the email stay empty, for a person whom the CRM knows by name alone."""
        self.email.validators = [Optional(), _email]
        self.email.flags.required = False

    def offer_teams(self, teams: list[Any]) -> None:
        """Fill the choice of teams."""
        self.team_id.choices = [("", "No team"), *((str(team.id), team.name) for team in teams)]


class TeamForm(FlaskForm):
    """A team's name."""

    name = StringField("Name", [DataRequired("Please give a name."), Length(max=120)])
