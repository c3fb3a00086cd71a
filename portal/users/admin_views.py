"""What an admin does to people and teams."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, request, url_for

from portal.errors import Invalid, PortalError
from portal.library.reviewing.services import settle_without
from portal.users import services
from portal.users.access import allow, me
from portal.users.forms import PersonForm, TeamForm
from portal.users.models import Team, User
from portal.users.queries import people, recent_audit, team_sizes, teams, user_or_404
from portal.web import paginate, render, see_other

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.get("/users")
@allow("admin")
def users() -> Response:
    text, status = request.args.get("q", "").strip()[:200], request.args.get("status", "")
    page = paginate(people(text, status=status))
    return render("users/people.html", block="results", page=page, text=text, status_filter=status)


@blueprint.route("/users/new", methods=["GET", "POST"])
@allow("admin")
def new_user() -> Response:
    form = PersonForm()
    form.offer_teams(teams())
    if form.validate_on_submit():
        try:
            user = services.create_user(
                form.email.data, name=form.name.data, role=form.role.data, team=_team(form), by=me()
            )
        except PortalError as error:
            form.email.errors = [error.message]
        else:
            flash(f"{user.name} is created. Now send them a password link.", "success")
            return see_other(url_for("admin.show_user", user_id=user.id))
    return render(
        "users/person_form.html", form=form, person=None, status=422 if form.is_submitted() else 200
    )


@blueprint.get("/users/<int:user_id>")
@allow("admin")
def show_user(user_id: int) -> Response:
    return _person_page(user_or_404(user_id), None)


@blueprint.post("/users/<int:user_id>")
@allow("admin")
def change_user(user_id: int) -> Response:
    user, form = user_or_404(user_id), PersonForm()
    form.offer_teams(teams())
    # An email can only be given once: it is what a person signs in with.
    form.email.data = form.email.data or user.email
    if not user.email:
        form.allow_no_email()
    if not form.validate_on_submit():
        return _person_page(user, form, status=422)
    try:
        services.change_user(
            user,
            by=me(),
            name=form.name.data,
            role=form.role.data,
            team_id=_team_id(form),
            is_test=form.is_test.data,
        )
        if form.email.data:
            services.give_email(user, form.email.data)
    except PortalError as error:
        target = form.email if error.field == "email" else form.role
        target.errors = [error.message]
        return _person_page(user, form, status=422)
    flash("Saved.", "success")
    return see_other(url_for("admin.show_user", user_id=user.id))


@blueprint.post("/users/<int:user_id>/status")
@allow("admin")
def set_status(user_id: int) -> Response:
    user = user_or_404(user_id)
    status = request.form.get("status", "")
    if status not in ("active", "disabled"):
        raise Invalid("A person is set to active or disabled.", field="status")
    services.set_status(user, status, by=me())
    if status == "disabled":
        settle_without(user, me())
    flash(f"{user.name} is {status} now.", "success")
    return see_other(url_for("admin.show_user", user_id=user.id))


@blueprint.post("/users/<int:user_id>/password-link")
@allow("admin")
def password_link(user_id: int) -> Response:
    user = user_or_404(user_id)
    token = services.issue_password_link(user, by=me())
    address = current_app.config["BASE_URL"] + url_for("users.set_password", token=token)
    return _person_page(user, None, link=address)


@blueprint.get("/teams")
@allow("admin")
def list_teams() -> Response:
    return render("users/teams.html", teams=teams(), sizes=team_sizes(), form=TeamForm())


@blueprint.post("/teams")
@allow("admin")
def new_team() -> Response:
    form = TeamForm()
    if not form.validate_on_submit():
        return render("users/teams.html", teams=teams(), sizes=team_sizes(), form=form, status=422)
    team = services.create_team(form.name.data)
    services.audit(me(), "created a team", team.name)
    flash(f"Team {team.name} is there.", "success")
    return see_other(url_for("admin.list_teams"))


@blueprint.get("/audit")
@allow("admin")
def audit() -> Response:
    return render("users/audit.html", block="results", page=paginate(recent_audit(), per_page=50))


def _person_page(
    user: User, form: PersonForm | None, *, status: int = 200, link: str | None = None
) -> Response:
    if form is None:
        values = {
            "name": user.name,
            "email": user.email,
            "role": user.role,
            "team_id": str(user.team_id or ""),
            "is_test": user.is_test,
        }
        form = PersonForm(None, data=values)
        form.offer_teams(teams())
        if not user.email:
            form.allow_no_email()
    return render("users/person_form.html", form=form, person=user, link=link, status=status)


def _team_id(form: PersonForm) -> int | None:
    return int(form.team_id.data) if form.team_id.data else None


def _team(form: PersonForm) -> Team | None:
    wanted = _team_id(form)
    return next((team for team in teams() if team.id == wanted), None)
