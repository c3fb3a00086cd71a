"""Which words mean the same at the made-up company."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.db import db
from portal.demo.company import MARKETERS
from portal.demo.loading.numbers import Numbers
from portal.discovery.synonyms.services import save_group
from portal.users.models import User

_GROUPS = (
    ("one-pager", "one-sheeter", "one page"),
    ("ROI", "return on investment", "business case"),
    ("POC", "proof of concept", "pilot"),
    ("SSO", "single sign-on"),
    ("cold chain", "cadena de frío", "Kühlkette"),
    ("demurrage", "detention", "waiting charges"),
    ("rollout", "go-live", "implementation", "onboarding"),
    ("RFP", "request for proposal", "tender"),
    ("Excel", "spreadsheet"),
    ("3PL", "logistics provider"),
    ("pharma", "pharmaceuticals"),
    ("inventory", "stock"),
    ("competitor", "battle card"),
)


def add_synonyms(numbers: Numbers, moment: datetime) -> None:
    """Add the groups, each some days after the one before."""
    for place, phrases in enumerate(_GROUPS):
        marketer = db.session.get_one(User, numbers.people[MARKETERS[place % len(MARKETERS)].email])
        group = save_group("\n".join(phrases), by=marketer)
        group.changed_at = moment - timedelta(days=9 * (len(_GROUPS) - place) + 50)
