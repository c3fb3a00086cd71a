"""Learning from search: what a search was corrected to and rephrased as, synonyms, saved searches, searches of requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('searches', schema=None) as batch_op:
        batch_op.add_column(sa.Column('corrected', sa.String(length=500), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('rephrased_by_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_searches_rephrased_by_id_searches'), 'searches', ['rephrased_by_id'], ['id'], ondelete='SET NULL')
        batch_op.create_index(batch_op.f('ix_searches_rephrased_by_id'), ['rephrased_by_id'], unique=False)
    with op.batch_alter_table('searches', schema=None) as batch_op:
        batch_op.alter_column('corrected', server_default=None)
    with op.batch_alter_table('search_clicks', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_search_clicks_asset_id'))
        batch_op.create_index('ix_search_clicks_asset_at', ['asset_id', 'at'], unique=False)

    op.create_table('synonym_groups',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('phrases', sa.JSON(), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['changed_by_id'], ['users.id'], name=op.f('fk_synonym_groups_changed_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_synonym_groups'))
    )
    op.create_table('different_words',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('one', sa.String(length=200), nullable=False),
    sa.Column('other', sa.String(length=200), nullable=False),
    sa.Column('typed', sa.String(length=80), nullable=False),
    sa.Column('instead', sa.String(length=80), nullable=False),
    sa.Column('said_by_id', sa.Integer(), nullable=True),
    sa.Column('said_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['said_by_id'], ['users.id'], name=op.f('fk_different_words_said_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_different_words')),
    sa.UniqueConstraint('one', 'other', name=op.f('uq_different_words_one_other'))
    )
    op.create_table('saved_searches',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('filters', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('looked_at', sa.DateTime(), nullable=True),
    sa.Column('seen_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_saved_searches_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_searches'))
    )
    with op.batch_alter_table('saved_searches', schema=None) as batch_op:
        batch_op.create_index('ix_saved_searches_user', ['user_id'], unique=False)

    op.create_table('saved_search_hits',
    sa.Column('saved_search_id', sa.Integer(), nullable=False),
    sa.Column('asset_id', sa.Integer(), nullable=False),
    sa.Column('found_at', sa.DateTime(), nullable=True),
    sa.Column('fits', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['asset_id'], ['assets.id'], name=op.f('fk_saved_search_hits_asset_id_assets'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['saved_search_id'], ['saved_searches.id'], name=op.f('fk_saved_search_hits_saved_search_id_saved_searches'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('saved_search_id', 'asset_id', name=op.f('pk_saved_search_hits'))
    )
    with op.batch_alter_table('saved_search_hits', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_saved_search_hits_asset_id'), ['asset_id'], unique=False)

    op.create_table('written_assets',
    sa.Column('asset_id', sa.Integer(), nullable=False),
    sa.Column('written_at', sa.DateTime(), nullable=False),
    sa.Column('is_due', sa.Boolean(), nullable=False),
    sa.Column('looked_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['asset_id'], ['assets.id'], name=op.f('fk_written_assets_asset_id_assets'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('asset_id', name=op.f('pk_written_assets'))
    )
    with op.batch_alter_table('written_assets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_written_assets_is_due'), ['is_due'], unique=False)

    op.create_table('request_searches',
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('search_id', sa.Integer(), nullable=False),
    sa.Column('rerun_at', sa.DateTime(), nullable=True),
    sa.Column('result_count', sa.Integer(), nullable=True),
    sa.Column('place', sa.Integer(), nullable=True),
    sa.Column('left_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['request_id'], ['content_requests.id'], name=op.f('fk_request_searches_request_id_content_requests'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['search_id'], ['searches.id'], name=op.f('fk_request_searches_search_id_searches'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('request_id', 'search_id', name=op.f('pk_request_searches'))
    )
    with op.batch_alter_table('request_searches', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_request_searches_search_id'), ['search_id'], unique=False)

    op.create_table('request_contents',
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('asset_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['asset_id'], ['assets.id'], name=op.f('fk_request_contents_asset_id_assets'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['request_id'], ['content_requests.id'], name=op.f('fk_request_contents_request_id_content_requests'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('request_id', 'asset_id', name=op.f('pk_request_contents'))
    )
    with op.batch_alter_table('request_contents', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_request_contents_asset_id'), ['asset_id'], unique=False)

    # Requests remember the search that they began with; from here on all of them.
    op.execute(
        "INSERT INTO request_searches (request_id, search_id) "
        "SELECT id, search_id FROM content_requests WHERE search_id IS NOT NULL"
    )


    tie_rephrased()


def tie_rephrased() -> None:
    """Tie each search of the past to the next of the same person: other words, within two minutes, nothing used between."""
    searches = sa.table('searches', *(sa.column(name) for name in ('id', 'user_id', 'words', 'rephrased_by_id')), sa.column('at', sa.DateTime()))
    clicks = sa.table('search_clicks', *(sa.column(name) for name in ('search_id', 'asset_id', 'at')))
    events = sa.table('usage_events', *(sa.column(name) for name in ('user_id', 'asset_id', 'kind', 'at')))
    each = searches.c
    in_order = {'partition_by': each.user_id, 'order_by': (each.at, each.id)}
    following = [sa.func.lead(column).over(**in_order).label(f'next_{column.name}') for column in (each.id, each.at, each.words)]
    pairs = sa.select(each.id, each.user_id, each.at, each.words, *following).where(each.user_id.is_not(None)).subquery().c
    used = sa.select(sa.literal(1)).select_from(clicks.join(events, events.c.asset_id == clicks.c.asset_id)).where(
        clicks.c.search_id == pairs.id, events.c.user_id == pairs.user_id, events.c.kind != 'viewed',
        events.c.at >= clicks.c.at, events.c.at < pairs.next_at,
    )
    seconds = sa.extract('epoch', pairs.next_at) - sa.extract('epoch', pairs.at)
    found = sa.select(pairs.id, pairs.next_id).where(pairs.next_words != pairs.words, seconds <= 120, ~used.exists())
    ties = [{'former': former, 'later': later} for former, later in op.get_bind().execute(found)]
    if ties:
        tie = sa.update(searches).where(each.id == sa.bindparam('former')).values(rephrased_by_id=sa.bindparam('later'))
        op.get_bind().execute(tie, ties)


def downgrade() -> None:
    op.drop_table('request_contents')
    op.drop_table('request_searches')
    op.drop_table('written_assets')
    op.drop_table('saved_search_hits')
    op.drop_table('saved_searches')
    op.drop_table('different_words')
    op.drop_table('synonym_groups')
    with op.batch_alter_table('search_clicks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_search_clicks_asset_id'), ['asset_id'], unique=False)
        batch_op.drop_index('ix_search_clicks_asset_at')
    with op.batch_alter_table('searches', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_searches_rephrased_by_id'))
        batch_op.drop_constraint(batch_op.f('fk_searches_rephrased_by_id_searches'), type_='foreignkey')
        batch_op.drop_column('rephrased_by_id')
        batch_op.drop_column('corrected')
