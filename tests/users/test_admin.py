"""What an admin does to people, in the browser and from the command line."""

from __future__ import annotations

import re

from sqlalchemy import select

from portal.users.models import AuditEntry, Team, User, UserSession
from tests.factories import PASSWORD


def test_an_admin_creates_a_person_who_sets_a_password_by_link(app, make, sign_in, rows):
    team = make.team("North")
    client = sign_in(make.user("admin"))
    form = {"name": "Ines Ray", "email": "Ines@Example.com", "role": "rep", "team_id": str(team.id)}
    page = client.post("/admin/users/new", data=form).location
    (user,) = rows(select(User).where(User.email == "ines@example.com"))
    assert (user.name, user.role, user.team_id) == ("Ines Ray", "rep", team.id)
    link = re.search(r"/password/[\w-]+", client.post(f"{page}/password-link").text).group()
    newcomer = app.test_client()
    answer = newcomer.post(link, data={"password": PASSWORD, "again": PASSWORD})
    assert answer.location == "/"
    assert newcomer.get("/me").status_code == 200
    assert app.test_client().get(link).status_code == 410


def test_an_email_that_is_taken_is_refused_at_the_field_and_keeps_the_rest(make, sign_in):
    make.user("rep", email="taken@example.com")
    client = sign_in(make.user("admin"))
    answer = client.post(
        "/admin/users/new", data={"name": "Kept Name", "email": "taken@example.com", "role": "rep"}
    )
    assert answer.status_code == 422
    assert "already a person" in answer.text
    assert "Kept Name" in answer.text


def test_disabling_a_person_ends_their_sessions_and_is_written_down(make, sign_in, rows):
    rep = make.user("rep")
    their_client = sign_in(rep)
    client = sign_in(make.user("admin"))
    client.post(f"/admin/users/{rep.id}/status", data={"status": "disabled"})
    assert their_client.get("/me").status_code == 303
    assert rows(select(User.status).where(User.id == rep.id)) == ["disabled"]
    assert "set a person to disabled" in rows(select(AuditEntry.action))


def test_another_role_ends_the_sessions_that_had_the_old_one(make, sign_in, rows):
    rep = make.user("rep")
    sign_in(rep)
    client = sign_in(make.user("admin"))
    client.post(
        f"/admin/users/{rep.id}",
        data={"name": rep.name, "email": rep.email, "role": "manager", "team_id": ""},
    )
    assert rows(select(User.role).where(User.id == rep.id)) == ["manager"]
    assert rows(select(UserSession.id).where(UserSession.user_id == rep.id)) == []


def test_the_only_admin_can_be_neither_disabled_nor_demoted(make, sign_in, rows):
    admin = make.user("admin")
    client = sign_in(admin)
    assert client.post(f"/admin/users/{admin.id}/status", data={"status": "disabled"}).status_code == 409
    answer = client.post(
        f"/admin/users/{admin.id}", data={"name": "A", "email": admin.email, "role": "rep", "team_id": ""}
    )
    assert (answer.status_code, "only admin" in answer.text) == (422, True)
    assert rows(select(User.role).where(User.id == admin.id)) == ["admin"]


def test_a_name_of_ten_thousand_characters_is_refused_and_html_is_shown_as_text(make, sign_in):
    client = sign_in(make.user("admin"))
    form = {"name": "x" * 10_000, "email": "x@example.com", "role": "rep"}
    assert client.post("/admin/users/new", data=form).status_code == 422
    form["name"] = "<script>alert(1)</script> 😀"
    client.post("/admin/users/new", data=form)
    page = client.get("/admin/users").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 😀" in page


def test_a_form_that_is_posted_twice_counts_once(make, sign_in, rows):
    client = sign_in(make.user("admin"))
    form = {"name": "Once", "email": "once@example.com", "role": "rep", "nonce": "n" * 22}
    first, second = client.post("/admin/users/new", data=form), client.post("/admin/users/new", data=form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert len(rows(select(User).where(User.name == "Once"))) == 1


def test_people_are_found_by_name_and_the_page_costs_few_queries(make, sign_in, count_queries):
    team = make.team()
    for number in range(30):
        make.user("rep", name=f"Person {number:02}", team=team)
    client = sign_in(make.user("admin"))
    with count_queries() as queries:
        text = client.get("/admin/users").text
    assert len(queries) <= 8
    assert "1–25 of 31" in text
    assert "Person 07" in client.get("/admin/users?q=person+07").text
    assert "Nobody found" in client.get("/admin/users?q=%25").text


def test_the_command_creates_a_person_and_refuses_what_is_no_email(app, rows):
    run = app.test_cli_runner().invoke
    result = run(args=["users", "create", "Rep@Example.com", "--role", "rep", "--team", "North"])
    assert result.exit_code == 0, result.output
    assert "/password/" in result.output
    assert rows(select(User.email)) == ["rep@example.com"]
    assert rows(select(Team.name)) == ["North"]
    again = run(args=["users", "create", "rep@example.com"])
    assert (again.exit_code, "already a person" in again.output) == (1, True)
    assert "does not look like" in run(args=["users", "create", "nonsense"]).output


def test_a_rep_is_refused_the_admin_pages(make, sign_in):
    client = sign_in(make.user("rep"))
    assert client.get("/admin/users").status_code == 403
    assert client.post("/admin/teams", data={"name": "Mine"}).status_code == 403


def test_a_new_password_ends_the_other_sessions(make, sign_in, app):
    rep = make.user("rep", password=PASSWORD)
    here, elsewhere = sign_in(rep), sign_in(rep)
    new = "another good password"
    form = {"password-current": PASSWORD, "password-password": new, "password-again": new}
    assert here.post("/me/password", data=form).status_code == 303
    assert here.get("/me").status_code == 200
    assert elsewhere.get("/me").status_code == 303


def test_a_person_is_set_to_active_or_disabled_and_to_nothing_else(make, sign_in, rows):
    client, person = sign_in(make.user("admin")), make.user("rep", status="disabled")
    for status in ("", "Active", "deleted"):
        answer = client.post(f"/admin/users/{person.id}/status", data={"status": status})
        assert answer.status_code == 422
    assert rows(select(User.status).where(User.id == person.id)) == ["disabled"]
    assert client.post(f"/admin/users/{person.id}/status", data={"status": "active"}).status_code == 303


def test_a_person_whom_the_crm_knows_by_name_alone_is_changed_without_an_email(make, sign_in, rows):
    client, team = sign_in(make.user("admin")), make.team("North")
    person = make.user("rep", email=None, name="Ada Agent", status="placeholder")
    form = {"name": "Ada Agent", "email": "", "role": "rep", "team_id": str(team.id)}
    assert client.post(f"/admin/users/{person.id}", data=form).status_code == 303
    (found,) = rows(select(User).where(User.id == person.id))
    assert (found.team_id, found.email) == (team.id, None)
    assert client.post(f"/admin/users/{person.id}", data={**form, "email": "no"}).status_code == 422
    assert client.post("/admin/users/new", data=form).status_code == 422
