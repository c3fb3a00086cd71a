"""The refusals a person may meet, and the one mapping that turns them into a page, a fragment or JSON."""

from __future__ import annotations

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from portal.db import give_up


class PortalError(Exception):
    """A refusal with a status and words that a person can act on."""

    status = 400
    title = "That did not work"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Invalid(PortalError):
    """What was sent cannot be taken as it is; `field` names the place."""

    status = 422
    title = "Please check what you entered"


class NotFound(PortalError):
    """It does not exist, or not for this person; the two are never told apart."""

    status = 404
    title = "Not found"

    def __init__(
        self, message: str = "There is nothing at this address, or it is not shared with you."
    ) -> None:
        super().__init__(message)


class Forbidden(PortalError):
    """The thing may be seen, but this may not be done to it."""

    status = 403
    title = "Not yours to do"

    def __init__(self, message: str = "Your role does not include this.") -> None:
        super().__init__(message)


class Conflict(PortalError):
    """Somebody or something was there first."""

    status = 409
    title = "Already there"


class Gone(PortalError):
    """It was here and is not any more."""

    status = 410
    title = "No longer available"


class TooMany(PortalError):
    """Too many tries in too short a time."""

    status = 429
    title = "Please wait a little"


def init_app(app: Flask) -> None:
    """Register the mapping from refusals to answers."""
    app.register_error_handler(PortalError, _answer_portal_error)
    app.register_error_handler(CSRFError, _answer_csrf)
    app.register_error_handler(RequestEntityTooLarge, _answer_too_large)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_crash)


def _answer_portal_error(error: PortalError) -> Response:
    return answer(error.status, error.title, error.message)


def _answer_csrf(error: CSRFError) -> Response:
    return answer(400, "This form is too old", "Please go back, reload the page and send it again.")


def _answer_too_large(error: RequestEntityTooLarge) -> Response:
    limit = current_app.config["MAX_UPLOAD_MB"]
    return answer(413, "Too large", f"A file may have {limit} MB, and a form's text 4 MB.")


def _answer_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    if status == 404:
        return _answer_portal_error(NotFound())
    if status == 405:
        return answer(405, "Not possible here", "This address does not take that kind of request.")
    return answer(status, error.name, error.description or "The request could not be answered.")


def _answer_crash(error: Exception) -> Response:
    current_app.logger.exception("unexpected error at %s", request.path)
    if current_app.testing:
        raise error
    return crash()


def crash() -> Response:
    """Answer that something broke, without touching the database: it may be what did."""
    text = "The portal met an unexpected error. Nothing was saved. Please try again."
    page = current_app.jinja_env.get_template("crash.html")
    return make_response(page.render(title="Something went wrong", message=text), 500)


def answer(status: int, title: str, message: str) -> Response:
    """Answer with the same words as a page, as a fragment for htmx, or as JSON, whichever was asked for."""
    give_up()
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return make_response(jsonify(error={"title": title, "message": message}), status)
    template = "errors.html"
    if request.headers.get("HX-Request") == "true":
        template = "components/error_fragment.html"
    return make_response(render_template(template, status=status, title=title, message=message), status)
