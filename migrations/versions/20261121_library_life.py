"""The life of content: guidance in fields, reviews, dates, contributions, collections, threads, hygiene."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


BEFORE = "('draft', 'in_review', 'published', 'archived')"
AFTER = "('draft', 'in_review', 'published', 'archived', 'from_sales')"
PARTS = {
    'for_whom': 'For whom',
    'when_to_use': 'When in the sale',
    'what_to_say': 'What to say',
    'not_to_promise': 'What not to promise',
    'proof_points': 'Proof points',
}
# After how many days content of a kind was to be looked at again when this was written; of all others after a year.
REVIEW_DAYS = {'battle_card': 90, 'email_template': 180, 'deck': 180, 'one_sheeter': 180}


def _change_states(batch_op, states: str) -> None:
    batch_op.drop_constraint(op.f('ck_assets_state'), type_='check')
    batch_op.create_check_constraint(op.f('ck_assets_state'), f"state in {states}")


def upgrade() -> None:
    op.create_table('review_intervals',
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind in ('case_study', 'deck', 'one_sheeter', 'battle_card', 'white_paper', 'email_template', 'video', 'other')", name=op.f('ck_review_intervals_kind')),
    sa.PrimaryKeyConstraint('kind', name=op.f('pk_review_intervals'))
    )
    op.create_table('collections',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=120), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('cover_asset_id', sa.Integer(), nullable=True),
    sa.Column('proposed_at', sa.DateTime(), nullable=True),
    sa.Column('published_at', sa.DateTime(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('updated_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['cover_asset_id'], ['assets.id'], name=op.f('fk_collections_cover_asset_id_assets'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_collections_owner_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_collections')),
    sa.UniqueConstraint('slug', name=op.f('uq_collections_slug'))
    )
    with op.batch_alter_table('collections', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_collections_owner_id'), ['owner_id'], unique=False)

    op.create_table('contributions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('asset_id', sa.Integer(), nullable=False),
    sa.Column('contributed_by_id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=True),
    sa.Column('story', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('merged_into_id', sa.Integer(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint("outcome in ('adopted', 'merged', 'declined')", name=op.f('ck_contributions_outcome')),
    sa.ForeignKeyConstraint(['asset_id'], ['assets.id'], name=op.f('fk_contributions_asset_id_assets'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contributed_by_id'], ['users.id'], name=op.f('fk_contributions_contributed_by_id_users')),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_contributions_deal_id_deals'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_contributions_decided_by_id_users')),
    sa.ForeignKeyConstraint(['merged_into_id'], ['assets.id'], name=op.f('fk_contributions_merged_into_id_assets'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contributions')),
    sa.UniqueConstraint('asset_id', name=op.f('uq_contributions_asset_id'))
    )
    with op.batch_alter_table('contributions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contributions_contributed_by_id'), ['contributed_by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_contributions_deal_id'), ['deal_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_contributions_outcome'), ['outcome'], unique=False)

    op.create_table('hygiene_findings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('asset_id', sa.Integer(), nullable=False),
    sa.Column('other_asset_id', sa.Integer(), nullable=True),
    sa.Column('detail', sa.String(), nullable=False),
    sa.Column('found_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['asset_id'], ['assets.id'], name=op.f('fk_hygiene_findings_asset_id_assets'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['other_asset_id'], ['assets.id'], name=op.f('fk_hygiene_findings_other_asset_id_assets'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hygiene_findings'))
    )
    with op.batch_alter_table('hygiene_findings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hygiene_findings_asset_id'), ['asset_id'], unique=False)
        batch_op.create_index('ix_hygiene_findings_kind_asset_id', ['kind', 'asset_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_hygiene_findings_other_asset_id'), ['other_asset_id'], unique=False)

    op.create_table('asset_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('asset_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=True),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('action', sa.String(length=30), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('detail', sa.JSON(), nullable=True),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['asset_id'], ['assets.id'], name=op.f('fk_asset_events_asset_id_assets'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_asset_events_user_id_users'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['version_id'], ['versions.id'], name=op.f('fk_asset_events_version_id_versions'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_events'))
    )
    with op.batch_alter_table('asset_events', schema=None) as batch_op:
        batch_op.create_index('ix_asset_events_asset_id_at', ['asset_id', 'at'], unique=False)

    op.create_table('collection_items',
    sa.Column('collection_id', sa.Integer(), nullable=False),
    sa.Column('asset_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['asset_id'], ['assets.id'], name=op.f('fk_collection_items_asset_id_assets'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['collection_id'], ['collections.id'], name=op.f('fk_collection_items_collection_id_collections'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('collection_id', 'asset_id', name=op.f('pk_collection_items'))
    )
    with op.batch_alter_table('collection_items', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_collection_items_asset_id'), ['asset_id'], unique=False)

    op.create_table('link_checks',
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('checked_at', sa.DateTime(), nullable=False),
    sa.Column('is_broken', sa.Boolean(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['versions.id'], name=op.f('fk_link_checks_version_id_versions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('version_id', name=op.f('pk_link_checks'))
    )
    op.create_table('page_matches',
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('page_number', sa.Integer(), nullable=False),
    sa.Column('of_version_id', sa.Integer(), nullable=False),
    sa.Column('of_page_number', sa.Integer(), nullable=False),
    sa.Column('similarity', sa.Float(), nullable=False),
    sa.ForeignKeyConstraint(['of_version_id'], ['versions.id'], name=op.f('fk_page_matches_of_version_id_versions'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['versions.id'], name=op.f('fk_page_matches_version_id_versions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('version_id', 'page_number', 'of_version_id', name=op.f('pk_page_matches'))
    )
    with op.batch_alter_table('page_matches', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_page_matches_of_version_id'), ['of_version_id'], unique=False)

    op.create_table('page_prints',
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('page_number', sa.Integer(), nullable=False),
    sa.Column('signature', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['versions.id'], name=op.f('fk_page_prints_version_id_versions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('version_id', 'page_number', name=op.f('pk_page_prints'))
    )
    op.create_table('reviews',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('asset_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(), nullable=False),
    sa.Column('closed_by_id', sa.Integer(), nullable=True),
    sa.Column('closed_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint("state in ('open', 'approved', 'sent_back', 'withdrawn')", name=op.f('ck_reviews_state')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['users.id'], name=op.f('fk_reviews_asked_by_id_users')),
    sa.ForeignKeyConstraint(['asset_id'], ['assets.id'], name=op.f('fk_reviews_asset_id_assets'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['closed_by_id'], ['users.id'], name=op.f('fk_reviews_closed_by_id_users')),
    sa.ForeignKeyConstraint(['version_id'], ['versions.id'], name=op.f('fk_reviews_version_id_versions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reviews'))
    )
    with op.batch_alter_table('reviews', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reviews_asset_id'), ['asset_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reviews_version_id'), ['version_id'], unique=False)
        batch_op.create_index('ix_reviews_version_id_open', ['version_id'], unique=True, sqlite_where=sa.text("state = 'open'"))

    op.create_table('seen_news',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('seen_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_seen_news_user_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['versions.id'], name=op.f('fk_seen_news_version_id_versions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'version_id', name=op.f('pk_seen_news'))
    )
    op.create_table('threads',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('asset_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=True),
    sa.Column('page_number', sa.Integer(), nullable=True),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('resolved_by_id', sa.Integer(), nullable=True),
    sa.Column('resolved_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['asset_id'], ['assets.id'], name=op.f('fk_threads_asset_id_assets'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_threads_created_by_id_users')),
    sa.ForeignKeyConstraint(['resolved_by_id'], ['users.id'], name=op.f('fk_threads_resolved_by_id_users')),
    sa.ForeignKeyConstraint(['version_id'], ['versions.id'], name=op.f('fk_threads_version_id_versions'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_threads'))
    )
    with op.batch_alter_table('threads', schema=None) as batch_op:
        batch_op.create_index('ix_threads_asset_id_created_at', ['asset_id', 'created_at'], unique=False)

    op.create_table('comments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('thread_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('edited_at', sa.DateTime(), nullable=True),
    sa.Column('removed_at', sa.DateTime(), nullable=True),
    sa.Column('removed_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_comments_author_id_users')),
    sa.ForeignKeyConstraint(['removed_by_id'], ['users.id'], name=op.f('fk_comments_removed_by_id_users')),
    sa.ForeignKeyConstraint(['thread_id'], ['threads.id'], name=op.f('fk_comments_thread_id_threads'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comments'))
    )
    with op.batch_alter_table('comments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_comments_thread_id'), ['thread_id'], unique=False)

    op.create_table('print_bands',
    sa.Column('band', sa.BigInteger(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('page_number', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['version_id', 'page_number'], ['page_prints.version_id', 'page_prints.page_number'], name=op.f('fk_print_bands_version_id_page_number_page_prints'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('band', 'version_id', 'page_number', name=op.f('pk_print_bands'))
    )
    with op.batch_alter_table('print_bands', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_print_bands_version_id'), ['version_id'], unique=False)

    op.create_table('reviewers',
    sa.Column('review_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('answer', sa.String(length=20), nullable=True),
    sa.Column('comment', sa.String(), nullable=False),
    sa.Column('answered_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint("answer in ('approve', 'changes')", name=op.f('ck_reviewers_answer')),
    sa.ForeignKeyConstraint(['review_id'], ['reviews.id'], name=op.f('fk_reviewers_review_id_reviews'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_reviewers_user_id_users')),
    sa.PrimaryKeyConstraint('review_id', 'user_id', name=op.f('pk_reviewers'))
    )
    with op.batch_alter_table('reviewers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reviewers_user_id'), ['user_id'], unique=False)

    with op.batch_alter_table('assets') as batch_op:
        _change_states(batch_op, AFTER)
        batch_op.add_column(sa.Column('for_whom', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('when_to_use', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('what_to_say', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('not_to_promise', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('proof_points', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('review_by', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('review_days', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('expires_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('verified_at', sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column('verified_by_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_assets_expires_on'), ['expires_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_assets_review_by'), ['review_by'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_assets_verified_by_id_users'), 'users', ['verified_by_id'], ['id'])

    # What was one text is kept whole; nobody but its author could tell its parts apart.
    op.execute("update assets set what_to_say = guidance")
    with op.batch_alter_table('assets') as batch_op:
        batch_op.drop_column('guidance')

    with op.batch_alter_table('versions') as batch_op:
        batch_op.add_column(sa.Column('publish_when_read', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('published_at', sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column('published_by_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_versions_published_by_id_users'), 'users', ['published_by_id'], ['id'])

    with op.batch_alter_table('pages') as batch_op:
        batch_op.add_column(sa.Column('notes', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('is_hidden', sa.Boolean(), nullable=False, server_default=sa.false()))

    # In decks that were read before, notes stand in the text, and nobody knows which slides are hidden.
    op.execute(
        "insert into jobs (kind, subject_id, state, attempts, run_after, created_at)"
        " select 'separate_notes', id, 'waiting', 0, current_timestamp, current_timestamp from versions"
        " where state = 'indexed' and lower(filename) like '%.pptx'"
    )

    # Every version up to the one in use was in use once, but for refused ones; nobody knows who saw to it.
    op.execute(
        "update versions set published_at = max(created_at, coalesce((select published_at from assets"
        " where assets.id = versions.asset_id), created_at)) where exists (select 1 from assets join versions as current"
        " on current.id = assets.current_version_id where assets.id = versions.asset_id"
        " and assets.published_at is not null and versions.number <= current.number)"
        " and versions.state <> 'refused'"
    )

    # Content that was in use comes due for a look as if it had been checked when it was published. What would be over
    # by now, or soon, is spread over the three months after the first four weeks: nobody can look at all of it at once.
    days = " ".join(f"when '{kind}' then {number}" for kind, number in REVIEW_DAYS.items())
    op.execute(
        f"update assets set review_by = max(date(published_at, '+' || (case kind {days} else 365 end) || ' days'),"
        " date('now', '+' || (28 + id % 91) || ' days'))"
        " where published_at is not null and is_placeholder = 0 and current_version_id is not null"
    )


def downgrade() -> None:
    op.execute("delete from jobs where kind = 'separate_notes'")
    # The notes stood in the text before, and are found there.
    op.execute("update pages set text = trim(text || char(10) || notes, char(10)) where notes <> ''")
    with op.batch_alter_table('pages') as batch_op:
        batch_op.drop_column('is_hidden')
        batch_op.drop_column('notes')

    with op.batch_alter_table('versions') as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_versions_published_by_id_users'), type_='foreignkey')
        batch_op.drop_column('published_by_id')
        batch_op.drop_column('published_at')
        batch_op.drop_column('publish_when_read')

    # An earlier portal knows no content from sales; as a draft it is marketing's to decide on.
    op.execute("update assets set state = 'draft' where state = 'from_sales'")
    with op.batch_alter_table('assets') as batch_op:
        _change_states(batch_op, BEFORE)
        batch_op.add_column(sa.Column('guidance', sa.VARCHAR(), nullable=False, server_default=''))
    headed = (
        f"case when {key} = '' then '' else '**{heading}:** ' || {key} || char(10) || char(10) end"
        for key, heading in PARTS.items()
    )
    only_said = " and ".join(f"{key} = ''" for key in PARTS if key != 'what_to_say')
    op.execute(f"update assets set guidance = trim({' || '.join(headed)}, char(10))")
    op.execute(f"update assets set guidance = what_to_say where {only_said}")
    with op.batch_alter_table('assets') as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_assets_verified_by_id_users'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_assets_review_by'))
        batch_op.drop_index(batch_op.f('ix_assets_expires_on'))
        batch_op.drop_column('verified_by_id')
        batch_op.drop_column('verified_at')
        batch_op.drop_column('expires_on')
        batch_op.drop_column('review_days')
        batch_op.drop_column('review_by')
        batch_op.drop_column('proof_points')
        batch_op.drop_column('not_to_promise')
        batch_op.drop_column('what_to_say')
        batch_op.drop_column('when_to_use')
        batch_op.drop_column('for_whom')

    with op.batch_alter_table('reviewers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reviewers_user_id'))

    op.drop_table('reviewers')
    with op.batch_alter_table('print_bands', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_print_bands_version_id'))

    op.drop_table('print_bands')
    with op.batch_alter_table('comments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_comments_thread_id'))

    op.drop_table('comments')
    with op.batch_alter_table('threads', schema=None) as batch_op:
        batch_op.drop_index('ix_threads_asset_id_created_at')

    op.drop_table('threads')
    op.drop_table('seen_news')
    with op.batch_alter_table('reviews', schema=None) as batch_op:
        batch_op.drop_index('ix_reviews_version_id_open', sqlite_where=sa.text("state = 'open'"))
        batch_op.drop_index(batch_op.f('ix_reviews_version_id'))
        batch_op.drop_index(batch_op.f('ix_reviews_asset_id'))

    op.drop_table('reviews')
    op.drop_table('page_prints')
    with op.batch_alter_table('page_matches', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_page_matches_of_version_id'))

    op.drop_table('page_matches')
    op.drop_table('link_checks')
    with op.batch_alter_table('collection_items', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_collection_items_asset_id'))

    op.drop_table('collection_items')
    with op.batch_alter_table('asset_events', schema=None) as batch_op:
        batch_op.drop_index('ix_asset_events_asset_id_at')

    op.drop_table('asset_events')
    with op.batch_alter_table('hygiene_findings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_hygiene_findings_other_asset_id'))
        batch_op.drop_index('ix_hygiene_findings_kind_asset_id')
        batch_op.drop_index(batch_op.f('ix_hygiene_findings_asset_id'))

    op.drop_table('hygiene_findings')
    with op.batch_alter_table('contributions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contributions_outcome'))
        batch_op.drop_index(batch_op.f('ix_contributions_deal_id'))
        batch_op.drop_index(batch_op.f('ix_contributions_contributed_by_id'))

    op.drop_table('contributions')
    with op.batch_alter_table('collections', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_collections_owner_id'))

    op.drop_table('collections')
    op.drop_table('review_intervals')
