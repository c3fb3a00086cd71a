"""What is over is forgotten every night, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from portal.db import now, unit_of_work
from portal.jobs import enqueue
from portal.users.models import Attempt, PasswordLink, UserSession
from portal.web.edge import FormPost


def test_the_nightly_job_deletes_what_can_never_count_again(app, make, rows, run_jobs):
    user, long_ago, soon = make.user("rep"), now() - timedelta(days=60), now() + timedelta(days=1)
    make.store(
        UserSession(user_id=user.id, token_hash="old", expires_at=long_ago),
        UserSession(user_id=user.id, token_hash="live", expires_at=soon),
        PasswordLink(user_id=user.id, token_hash="old", expires_at=long_ago),
        PasswordLink(user_id=user.id, token_hash="live", expires_at=soon),
        Attempt(key_hash="old", at=long_ago),
        Attempt(key_hash="live"),
        FormPost(nonce="old", location="/", created_at=long_ago),
        FormPost(nonce="live", location="/"),
    )
    with app.app_context(), unit_of_work():
        enqueue("forget_what_is_over")
    run_jobs()
    assert rows(select(UserSession.token_hash)) == ["live"]
    assert rows(select(PasswordLink.token_hash)) == ["live"]
    assert rows(select(Attempt.key_hash)) == ["live"]
    assert rows(select(FormPost.nonce)) == ["live"]
