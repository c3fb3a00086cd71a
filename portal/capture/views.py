"""The pages of uses that log themselves."""

from __future__ import annotations

from portal.capture.meetings.views import blueprint as meetings_blueprint
from portal.capture.proposal_views import blueprint as proposals_blueprint
from portal.capture.receiving.views import blueprint as mails_blueprint

blueprints = (
    proposals_blueprint,
    meetings_blueprint,
    mails_blueprint,
)
