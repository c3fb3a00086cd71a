"""The pages of uses that log themselves."""

from __future__ import annotations

from portal.capture.proposal_views import blueprint as proposals_blueprint

blueprints = (proposals_blueprint,)
