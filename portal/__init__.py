"""Tandem, a sales-content portal: create_app() puts the packages together, and nothing else happens here."""

from __future__ import annotations

import gc
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from config import Config

PACKAGES = (
    *("users", "notifications", "usage", "search", "library", "deals", "content_requests", "feedback"),
    *("sharing", "capture", "impact", "discovery", "reports", "home", "demo"),
)


def create_app(config: Config | None = None) -> Flask:
    """Build the portal from a configuration, or from the environment."""
    # Imported here, so that the processes that read files, which need a few of our modules, start without all of it.
    import click
    from flask import Flask
    from flask_migrate import Migrate
    from werkzeug.middleware.proxy_fix import ProxyFix

    import config as settings
    from portal import db, errors, nightly, worker
    from portal.home import frame
    from portal.users import access
    from portal.web import edge, formatting

    app = Flask(__name__, template_folder="../templates", static_folder="../static")
    app.config.from_object(config or settings.Config())
    app.config["DATA_DIR"].mkdir(parents=True, exist_ok=True)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    db.db.init_app(app)
    Migrate(app, db.db, directory=str(settings.ROOT / "migrations"), render_as_batch=True, compare_type=True)
    edge.init_app(app)
    access.init_app(app)
    edge.guard_forms(app)
    errors.init_app(app)
    formatting.init_app(app)
    worker.init_app(app)
    nightly.init_app(app)
    frame.init_app(app)
    for package in PACKAGES:
        _add_package(app, package)
    # A web process; commands and workers look for themselves.
    if click.get_current_context(silent=True) is None:
        # A page makes some thousand objects; Python would look for rings among them ten times a page.
        gc.set_threshold(5_000, 20, 20)
        with app.app_context():
            import_module("portal.discovery.tasks").glance_at_the_index()
    if app.config["PROXY_COUNT"]:
        count = app.config["PROXY_COUNT"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    return app


def _add_package(app: Flask, package: str) -> None:
    """Register what a package has at its edge: tables, pages (views), commands, jobs (tasks)."""
    for part in ("models", "views", "commands", "tasks"):
        name = f"portal.{package}.{part}"
        if find_spec(name) is None:
            continue
        module = import_module(name)
        for blueprint in getattr(module, "blueprints", ()):
            app.register_blueprint(blueprint)
        for group in getattr(module, "groups", ()):
            app.cli.add_command(group)
