"""The portal as a worker of its own makes it, but that its channels may be one server of this machine."""

from __future__ import annotations

from flask import Flask

from portal import create_app
from portal.notifications import channel_posts
from tests.outgoing.servers import Site
from tests.outgoing.test_posting import guard_of


def create(port: int) -> Flask:
    """Build the portal with a guard that lets through what this server's own name and port lead to."""
    guard = guard_of(Site(port))
    channel_posts._guard = lambda: guard
    return create_app()
