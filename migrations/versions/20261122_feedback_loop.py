"""The feedback loop: worth and merging of requests, answers to ratings, questions, private threads, mail, follows."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

STATUSES = ('new', 'accepted', 'in_progress', 'in_review', 'delivered', 'declined', 'merged')


def upgrade() -> None:
    op.create_table('webhook_posts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('event_key', sa.String(length=120), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('address', sa.String(length=300), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('run_after', sa.DateTime(), nullable=False),
    sa.Column('claimed_by', sa.String(), nullable=True),
    sa.Column('error', sa.String(length=500), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('sent_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint("state in ('waiting', 'handing_over', 'sent', 'uncertain', 'failed')", name=op.f('ck_webhook_posts_state')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_webhook_posts_team_id_teams'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_posts')),
    sa.UniqueConstraint('team_id', 'event_key', name=op.f('uq_webhook_posts_team_id_event_key'))
    )
    with op.batch_alter_table('webhook_posts', schema=None) as batch_op:
        batch_op.create_index('ix_webhook_posts_state_run_after', ['state', 'run_after'], unique=False)

    op.create_table('follows',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=10), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("subject in ('asset', 'term', 'request')", name=op.f('ck_follows_subject')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_follows_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'subject', 'subject_id', name=op.f('pk_follows'))
    )
    with op.batch_alter_table('follows', schema=None) as batch_op:
        batch_op.create_index('ix_follows_subject', ['subject', 'subject_id'], unique=False)

    op.create_table('mails',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.String(length=200), nullable=False),
    sa.Column('mail_time', sa.String(length=10), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('run_after', sa.DateTime(), nullable=False),
    sa.Column('claimed_by', sa.String(), nullable=True),
    sa.Column('error', sa.String(length=500), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('sent_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint("state in ('waiting', 'handing_over', 'sent', 'uncertain', 'failed')", name=op.f('ck_mails_state')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_mails_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mails')),
    sa.UniqueConstraint('message_id', name=op.f('uq_mails_message_id'))
    )
    with op.batch_alter_table('mails', schema=None) as batch_op:
        batch_op.create_index('ix_mails_state_run_after', ['state', 'run_after'], unique=False)
        batch_op.create_index(batch_op.f('ix_mails_user_id'), ['user_id'], unique=False)

    op.create_table('notification_choices',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('in_app', sa.Boolean(), nullable=False),
    sa.Column('mail_time', sa.String(length=10), nullable=False),
    sa.CheckConstraint("mail_time in ('now', 'daily', 'weekly', 'never')", name=op.f('ck_notification_choices_mail_time')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notification_choices_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'kind', name=op.f('pk_notification_choices'))
    )
    op.create_table('team_webhooks',
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('address', sa.String(length=2000), nullable=False),
    sa.Column('kinds', sa.String(length=200), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.Column('added_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['added_by_id'], ['users.id'], name=op.f('fk_team_webhooks_added_by_id_users')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_team_webhooks_team_id_teams'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('team_id', name=op.f('pk_team_webhooks'))
    )
    op.create_table('questions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('asset_id', sa.Integer(), nullable=True),
    sa.Column('deal_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(), nullable=False),
    sa.Column('answered_at', sa.DateTime(), nullable=True),
    sa.Column('dismissed_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint('asset_id is not null or deal_id is not null', name=op.f('ck_questions_about_something')),
    sa.ForeignKeyConstraint(['asset_id'], ['assets.id'], name=op.f('fk_questions_asset_id_assets'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_questions_deal_id_deals'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_questions_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_questions')),
    sa.UniqueConstraint('user_id', 'day', name=op.f('uq_questions_user_id_day')),
    sa.UniqueConstraint('user_id', 'deal_id', 'asset_id', name=op.f('uq_questions_user_id_deal_id_asset_id'))
    )
    with op.batch_alter_table('questions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_questions_deal_id'), ['deal_id'], unique=False)
        batch_op.create_index('uq_questions_closing', ['user_id', 'deal_id'], unique=True, sqlite_where=sa.text('asset_id is null'), postgresql_where=sa.text('asset_id is null'))

    op.create_table('closing_answers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('unanswered', sa.String(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('settled_at', sa.DateTime(), nullable=True),
    sa.Column('settled_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_closing_answers_deal_id_deals'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['settled_by_id'], ['users.id'], name=op.f('fk_closing_answers_settled_by_id_users')),
    sa.ForeignKeyConstraint(['request_id'], ['content_requests.id'], name=op.f('fk_closing_answers_request_id_content_requests'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_closing_answers_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_closing_answers')),
    sa.UniqueConstraint('deal_id', 'user_id', name=op.f('uq_closing_answers_deal_id_user_id'))
    )
    with op.batch_alter_table('closing_answers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_closing_answers_request_id'), ['request_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_closing_answers_user_id'), ['user_id'], unique=False)

    op.create_table('rating_answers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('rating_id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('fixed_in_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_rating_answers_by_id_users')),
    sa.ForeignKeyConstraint(['fixed_in_id'], ['versions.id'], name=op.f('fk_rating_answers_fixed_in_id_versions'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['rating_id'], ['ratings.id'], name=op.f('fk_rating_answers_rating_id_ratings'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rating_answers'))
    )
    with op.batch_alter_table('rating_answers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rating_answers_rating_id'), ['rating_id'], unique=False)

    op.create_table('request_drafts',
    sa.Column('review_id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['content_requests.id'], name=op.f('fk_request_drafts_request_id_content_requests'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['review_id'], ['reviews.id'], name=op.f('fk_request_drafts_review_id_reviews'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('review_id', name=op.f('pk_request_drafts'))
    )
    with op.batch_alter_table('request_drafts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_request_drafts_request_id'), ['request_id'], unique=False)

    op.create_table('mattered_assets',
    sa.Column('answer_id', sa.Integer(), nullable=False),
    sa.Column('asset_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['answer_id'], ['closing_answers.id'], name=op.f('fk_mattered_assets_answer_id_closing_answers'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['asset_id'], ['assets.id'], name=op.f('fk_mattered_assets_asset_id_assets'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('answer_id', 'asset_id', name=op.f('pk_mattered_assets'))
    )
    with op.batch_alter_table('mattered_assets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mattered_assets_asset_id'), ['asset_id'], unique=False)

    op.create_table('comment_edits',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('until', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['comments.id'], name=op.f('fk_comment_edits_comment_id_comments'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comment_edits'))
    )
    with op.batch_alter_table('comment_edits', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_comment_edits_comment_id'), ['comment_id'], unique=False)

    op.create_table('mentions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('team_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(user_id is null) <> (team_id is null)', name=op.f('ck_mentions_one_named')),
    sa.ForeignKeyConstraint(['comment_id'], ['comments.id'], name=op.f('fk_mentions_comment_id_comments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_mentions_team_id_teams'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_mentions_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentions'))
    )
    with op.batch_alter_table('mentions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mentions_comment_id'), ['comment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mentions_team_id'), ['team_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mentions_user_id'), ['user_id'], unique=False)

    with op.batch_alter_table('content_requests', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_content_requests_status'), type_='check')
        batch_op.create_check_constraint('status', f'status in {STATUSES}')
        batch_op.create_check_constraint('merged_into_another', 'merged_into_id is null or merged_into_id <> id')
        batch_op.add_column(sa.Column('revision', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('examples', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('like_asset_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('merged_into_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('outcome_told_at', sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column('waiting_minor', sa.BigInteger(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('waiting_deals', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('supporter_count', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('alike_deals', sa.Integer(), nullable=False, server_default='0'))
        batch_op.create_index(batch_op.f('ix_content_requests_like_asset_id'), ['like_asset_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_content_requests_merged_into_id'), ['merged_into_id'], unique=False)
        batch_op.create_index('ix_content_requests_status_waiting', ['status', 'waiting_minor'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_content_requests_like_asset_id_assets'), 'assets', ['like_asset_id'], ['id'], ondelete='SET NULL')
        batch_op.create_foreign_key(batch_op.f('fk_content_requests_merged_into_id_content_requests'), 'content_requests', ['merged_into_id'], ['id'])
    with op.batch_alter_table('content_requests', schema=None) as batch_op:
        for name in ('revision', 'examples', 'waiting_minor', 'waiting_deals', 'supporter_count', 'alike_deals'):
            batch_op.alter_column(name, server_default=None)
    count_what_waits()

    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.add_column(sa.Column('group_key', sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column('group_title', sa.String(length=300), nullable=True))
        batch_op.drop_index(batch_op.f('ix_notifications_user_id'))
        batch_op.create_index('ix_notifications_user_read', ['user_id', 'read_at'], unique=False)

    with op.batch_alter_table('outbox_messages', schema=None) as batch_op:
        batch_op.add_column(sa.Column('group_key', sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column('group_title', sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column('mail_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('mail_time', sa.String(length=10), nullable=True))
        batch_op.create_index(batch_op.f('ix_outbox_messages_mail_id'), ['mail_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_outbox_messages_mail_time'), ['mail_time'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_outbox_messages_mail_id_mails'), 'mails', ['mail_id'], ['id'], ondelete='SET NULL')

    with op.batch_alter_table('threads', schema=None) as batch_op:
        batch_op.add_column(sa.Column('request_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('deal_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('team_id', sa.Integer(), nullable=True))
        batch_op.alter_column('asset_id',
               existing_type=sa.INTEGER(),
               nullable=True)
        batch_op.create_index(batch_op.f('ix_threads_deal_id'), ['deal_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_threads_request_id'), ['request_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_threads_team_id'), ['team_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_threads_deal_id_deals'), 'deals', ['deal_id'], ['id'], ondelete='CASCADE')
        batch_op.create_foreign_key(batch_op.f('fk_threads_team_id_teams'), 'teams', ['team_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_threads_request_id_content_requests'), 'content_requests', ['request_id'], ['id'], ondelete='CASCADE')
        batch_op.create_check_constraint(
            'one_subject',
            'case when asset_id is null then 0 else 1 end + case when request_id is null then 0 else 1 end'
            ' + case when deal_id is null then 0 else 1 end = 1',
        )


def count_what_waits() -> None:
    """Count who and what waits for each request; the worker reckons the rest of its worth when it next runs."""
    op.execute(
        "UPDATE content_requests SET supporter_count ="
        " (SELECT count(*) FROM supporters WHERE request_id = content_requests.id)"
    )
    op.execute(
        "UPDATE content_requests SET waiting_deals = (SELECT count(*) FROM waiting_deals"
        " JOIN deals ON deals.id = waiting_deals.deal_id"
        " WHERE request_id = content_requests.id AND deals.status = 'open')"
    )
    jobs = sa.table('jobs', *(sa.column(name) for name in ('kind', 'state', 'attempts')), sa.column('run_after', sa.DateTime()), sa.column('created_at', sa.DateTime()))
    moment = datetime.now(UTC).replace(tzinfo=None)
    # Lists show the ratings of the version in use from now on, and no longer those of all versions.
    for kind in ('score_requests', 'refresh_ratings'):
        op.execute(sa.insert(jobs).values(kind=kind, state='waiting', attempts=0, run_after=moment, created_at=moment))



def downgrade() -> None:
    # Talk about requests and deals has no place there, and what was private to a team must not be read by all.
    op.execute("DELETE FROM threads WHERE asset_id IS NULL OR team_id IS NOT NULL")
    op.execute("UPDATE content_requests SET status = 'declined', decline_reason = 'Merged into another request' WHERE status = 'merged'")
    op.execute("DELETE FROM jobs WHERE kind IN ('score_requests', 'refresh_ratings')")

    with op.batch_alter_table('threads', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_threads_one_subject'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_threads_request_id_content_requests'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_threads_team_id_teams'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_threads_deal_id_deals'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_threads_team_id'))
        batch_op.drop_index(batch_op.f('ix_threads_request_id'))
        batch_op.drop_index(batch_op.f('ix_threads_deal_id'))
        batch_op.alter_column('asset_id',
               existing_type=sa.INTEGER(),
               nullable=False)
        batch_op.drop_column('team_id')
        batch_op.drop_column('deal_id')
        batch_op.drop_column('request_id')

    with op.batch_alter_table('outbox_messages', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_outbox_messages_mail_id_mails'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_outbox_messages_mail_time'))
        batch_op.drop_index(batch_op.f('ix_outbox_messages_mail_id'))
        batch_op.drop_column('mail_time')
        batch_op.drop_column('mail_id')
        batch_op.drop_column('group_title')
        batch_op.drop_column('group_key')

    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.drop_index('ix_notifications_user_read')
        batch_op.create_index(batch_op.f('ix_notifications_user_id'), ['user_id'], unique=False)
        batch_op.drop_column('group_title')
        batch_op.drop_column('group_key')

    with op.batch_alter_table('content_requests', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_content_requests_merged_into_another'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_content_requests_status'), type_='check')
        batch_op.create_check_constraint('status', f'status in {STATUSES[:-1]}')
        batch_op.drop_constraint(batch_op.f('fk_content_requests_merged_into_id_content_requests'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_content_requests_like_asset_id_assets'), type_='foreignkey')
        batch_op.drop_index('ix_content_requests_status_waiting')
        batch_op.drop_index(batch_op.f('ix_content_requests_merged_into_id'))
        batch_op.drop_index(batch_op.f('ix_content_requests_like_asset_id'))
        batch_op.drop_column('alike_deals')
        batch_op.drop_column('supporter_count')
        batch_op.drop_column('waiting_deals')
        batch_op.drop_column('waiting_minor')
        batch_op.drop_column('outcome_told_at')
        batch_op.drop_column('merged_into_id')
        batch_op.drop_column('like_asset_id')
        batch_op.drop_column('examples')
        batch_op.drop_column('revision')

    with op.batch_alter_table('mentions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mentions_user_id'))
        batch_op.drop_index(batch_op.f('ix_mentions_team_id'))
        batch_op.drop_index(batch_op.f('ix_mentions_comment_id'))

    op.drop_table('mentions')
    with op.batch_alter_table('comment_edits', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_comment_edits_comment_id'))

    op.drop_table('comment_edits')
    with op.batch_alter_table('mattered_assets', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mattered_assets_asset_id'))

    op.drop_table('mattered_assets')
    with op.batch_alter_table('request_drafts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_request_drafts_request_id'))

    op.drop_table('request_drafts')
    with op.batch_alter_table('rating_answers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rating_answers_rating_id'))

    op.drop_table('rating_answers')
    with op.batch_alter_table('closing_answers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_closing_answers_user_id'))
        batch_op.drop_index(batch_op.f('ix_closing_answers_request_id'))

    op.drop_table('closing_answers')
    with op.batch_alter_table('questions', schema=None) as batch_op:
        batch_op.drop_index('uq_questions_closing', sqlite_where=sa.text('asset_id is null'), postgresql_where=sa.text('asset_id is null'))
        batch_op.drop_index(batch_op.f('ix_questions_deal_id'))

    op.drop_table('questions')
    op.drop_table('team_webhooks')
    op.drop_table('notification_choices')
    with op.batch_alter_table('mails', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mails_user_id'))
        batch_op.drop_index('ix_mails_state_run_after')

    op.drop_table('mails')
    with op.batch_alter_table('follows', schema=None) as batch_op:
        batch_op.drop_index('ix_follows_subject')

    op.drop_table('follows')
    with op.batch_alter_table('webhook_posts', schema=None) as batch_op:
        batch_op.drop_index('ix_webhook_posts_state_run_after')

    op.drop_table('webhook_posts')
