"""Signing in and out, passwords, one's own profile, and the first admin."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_login import current_user

from portal.errors import Gone, NotFound, PortalError
from portal.library.indexing import engine
from portal.users import services
from portal.users.access import begin_session, finish_session, me, public
from portal.users.admin_views import blueprint as admin_blueprint
from portal.users.forms import ChangePasswordForm, ProfileForm, SetPasswordForm, SetupForm, SignInForm
from portal.users.passwords import verify_password
from portal.users.queries import any_admin, valid_password_link
from portal.web import render, safe_redirect, see_other

blueprint = Blueprint("users", __name__)
blueprints = (blueprint, admin_blueprint)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Response:
    if not any_admin():
        return see_other(url_for("users.setup"))
    if current_user.is_authenticated:
        return safe_redirect(request.args.get("next"), "/")
    form = SignInForm(data={"email": request.args.get("email", "")[:254]})
    if not form.validate_on_submit():
        return render("users/sign_in.html", form=form, status=422 if form.is_submitted() else 200)
    try:
        user, token = services.sign_in(form.email.data, form.password.data, remote=request.remote_addr or "")
    except PortalError as error:
        form.password.errors = [error.message]
        return render("users/sign_in.html", form=form, status=error.status)
    begin_session(user, token)
    return safe_redirect(request.args.get("next"), "/")


@blueprint.post("/sign-out")
def sign_out() -> Response:
    finish_session()
    flash("You are signed out.")
    return see_other(url_for("users.sign_in"))


@blueprint.route("/setup", methods=["GET", "POST"])
@public
def setup() -> Response:
    if any_admin():
        raise NotFound
    form = SetupForm()
    if not form.validate_on_submit():
        return render("users/setup.html", form=form, status=422 if form.is_submitted() else 200)
    admin = services.set_up(form.email.data, name=form.name.data, password=form.password.data)
    begin_session(admin, services.open_session(admin))
    flash("Welcome. Your portal is ready for its first content and people.", "success")
    return see_other("/")


@blueprint.route("/password/<token>", methods=["GET", "POST"])
@public
def set_password(token: str) -> Response:
    user = valid_password_link(token)
    if user is None:
        raise Gone("This link has been used or is too old. Ask an admin for a new one.")
    form = SetPasswordForm()
    if not form.validate_on_submit():
        return render(
            "users/set_password.html", form=form, person=user, status=422 if form.is_submitted() else 200
        )
    user = services.use_password_link(token, form.password.data)
    begin_session(user, services.open_session(user))
    flash("Your password is set.", "success")
    return see_other("/")


@blueprint.get("/me")
def profile() -> Response:
    form = ProfileForm(data={"name": me().name, "time_zone": me().time_zone or ""})
    return render("users/profile.html", form=form, password_form=ChangePasswordForm(prefix="password"))


@blueprint.post("/me")
def change_profile() -> Response:
    form = ProfileForm()
    if not form.validate_on_submit():
        passwords = ChangePasswordForm(None, prefix="password")
        return render("users/profile.html", form=form, password_form=passwords, status=422)
    me().name, me().time_zone = form.name.data.strip(), form.time_zone.data or None
    flash("Saved.", "success")
    return see_other(url_for("users.profile"))


@blueprint.post("/me/password")
def change_password() -> Response:
    form = ChangePasswordForm(prefix="password")
    valid = form.validate_on_submit()
    if valid and not verify_password(me().password_hash, form.current.data):
        form.current.errors = ["This is not your present password."]
        valid = False
    if not valid:
        profile_form = ProfileForm(None, data={"name": me().name, "time_zone": me().time_zone or ""})
        return render("users/profile.html", form=profile_form, password_form=form, status=422)
    user = me()
    services.set_password(user, form.password.data)
    begin_session(user, services.open_session(user))
    flash("Your password is changed, and you are signed out everywhere else.", "success")
    return see_other(url_for("users.profile"))


@blueprint.get("/favicon.ico")
@public
def favicon() -> Response:
    return redirect(url_for("static", filename="favicon.svg"), code=301)  # type: ignore[return-value]


@blueprint.get("/health")
@public
def health() -> Response:
    ranked = "ok" if engine().glance() is None else "by the database, until the index is rebuilt"
    return Response(f"ok\nsearch: {ranked}\n", mimetype="text/plain")
