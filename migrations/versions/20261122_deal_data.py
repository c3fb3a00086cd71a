"""Deal data: how a CRM is read, what an import did, accounts that are one, and uses that log themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('account_domains',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('domain', sa.String(length=253), nullable=False),
    sa.Column('said_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_account_domains_account_id_accounts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['said_by_id'], ['users.id'], name=op.f('fk_account_domains_said_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_domains')),
    sa.UniqueConstraint('account_id', 'domain', name=op.f('uq_account_domains_account_id_domain'))
    )
    with op.batch_alter_table('account_domains', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_account_domains_domain'), ['domain'], unique=False)

    op.create_table('account_merges',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('into_id', sa.Integer(), nullable=False),
    sa.Column('deal_ids', sa.JSON(), nullable=False),
    sa.Column('merged_by_id', sa.Integer(), nullable=True),
    sa.Column('merged_at', sa.DateTime(), nullable=False),
    sa.Column('undone_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_account_merges_account_id_accounts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['into_id'], ['accounts.id'], name=op.f('fk_account_merges_into_id_accounts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['merged_by_id'], ['users.id'], name=op.f('fk_account_merges_merged_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_merges'))
    )
    with op.batch_alter_table('account_merges', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_account_merges_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_account_merges_into_id'), ['into_id'], unique=False)

    op.create_table('capture_addresses',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('token', sa.String(length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_capture_addresses_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_capture_addresses')),
    sa.UniqueConstraint('token', name=op.f('uq_capture_addresses_token'))
    )
    op.create_table('crm_owners',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=500), nullable=False),
    sa.Column('email', sa.String(length=500), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('matched_by_id', sa.Integer(), nullable=True),
    sa.Column('matched_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['matched_by_id'], ['users.id'], name=op.f('fk_crm_owners_matched_by_id_users')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_crm_owners_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crm_owners')),
    sa.UniqueConstraint('source', 'name', 'email', name=op.f('uq_crm_owners_source_name_email'))
    )
    with op.batch_alter_table('crm_owners', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_crm_owners_user_id'), ['user_id'], unique=False)

    op.create_table('crm_stages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=500), nullable=False),
    sa.Column('stage', sa.String(length=500), nullable=True),
    sa.Column('status', sa.String(length=10), nullable=True),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("status is null or status in ('open', 'won', 'lost')", name=op.f('ck_crm_stages_status')),
    sa.ForeignKeyConstraint(['changed_by_id'], ['users.id'], name=op.f('fk_crm_stages_changed_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crm_stages')),
    sa.UniqueConstraint('source', 'name', name=op.f('uq_crm_stages_source_name'))
    )
    op.create_table('currency_rates',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('rate_nano', sa.BigInteger(), nullable=False),
    sa.Column('loaded_by_id', sa.Integer(), nullable=True),
    sa.Column('loaded_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('rate_nano > 0', name=op.f('ck_currency_rates_rate')),
    sa.ForeignKeyConstraint(['loaded_by_id'], ['users.id'], name=op.f('fk_currency_rates_loaded_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_currency_rates')),
    sa.UniqueConstraint('currency', 'valid_from', name=op.f('uq_currency_rates_currency_valid_from'))
    )
    op.create_table('deal_hooks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('salt', sa.String(length=64), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('last_used_at', sa.DateTime(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_deal_hooks_created_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deal_hooks')),
    sa.UniqueConstraint('key', name=op.f('uq_deal_hooks_key'))
    )
    op.create_table('distinct_accounts',
    sa.Column('one_id', sa.Integer(), nullable=False),
    sa.Column('other_id', sa.Integer(), nullable=False),
    sa.Column('said_by_id', sa.Integer(), nullable=True),
    sa.Column('said_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['one_id'], ['accounts.id'], name=op.f('fk_distinct_accounts_one_id_accounts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['other_id'], ['accounts.id'], name=op.f('fk_distinct_accounts_other_id_accounts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['said_by_id'], ['users.id'], name=op.f('fk_distinct_accounts_said_by_id_users')),
    sa.PrimaryKeyConstraint('one_id', 'other_id', name=op.f('pk_distinct_accounts'))
    )
    with op.batch_alter_table('distinct_accounts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_distinct_accounts_other_id'), ['other_id'], unique=False)

    op.create_table('alike_accounts',
    sa.Column('one_id', sa.Integer(), nullable=False),
    sa.Column('other_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['one_id'], ['accounts.id'], name=op.f('fk_alike_accounts_one_id_accounts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['other_id'], ['accounts.id'], name=op.f('fk_alike_accounts_other_id_accounts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('one_id', 'other_id', name=op.f('pk_alike_accounts'))
    )
    with op.batch_alter_table('alike_accounts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_alike_accounts_other_id'), ['other_id'], unique=False)

    op.create_table('import_layouts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('layout', sa.JSON(), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['changed_by_id'], ['users.id'], name=op.f('fk_import_layouts_changed_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_layouts')),
    sa.UniqueConstraint('source', 'kind', name=op.f('uq_import_layouts_source_kind'))
    )
    op.create_table('received_mails',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('message_key', sa.String(length=64), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=True),
    sa.Column('subject', sa.String(length=300), nullable=False),
    sa.Column('recipients', sa.JSON(), nullable=False),
    sa.Column('sent_at', sa.DateTime(), nullable=False),
    sa.Column('received_at', sa.DateTime(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('outcome', sa.String(length=500), nullable=False),
    sa.CheckConstraint("state in ('waiting', 'read', 'refused')", name=op.f('ck_received_mails_state')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_received_mails_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_received_mails')),
    sa.UniqueConstraint('user_id', 'message_key', name=op.f('uq_received_mails_user_id_message_key'))
    )
    with op.batch_alter_table('received_mails', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_received_mails_received_at'), ['received_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_received_mails_sha256'), ['sha256'], unique=False)

    op.create_table('hook_calls',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('hook_id', sa.Integer(), nullable=False),
    sa.Column('signature', sa.String(length=64), nullable=False),
    sa.Column('received_at', sa.DateTime(), nullable=False),
    sa.Column('import_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['hook_id'], ['deal_hooks.id'], name=op.f('fk_hook_calls_hook_id_deal_hooks'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['import_id'], ['deal_imports.id'], name=op.f('fk_hook_calls_import_id_deal_imports'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hook_calls')),
    sa.UniqueConstraint('hook_id', 'signature', name=op.f('uq_hook_calls_hook_id_signature'))
    )
    with op.batch_alter_table('hook_calls', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hook_calls_received_at'), ['received_at'], unique=False)

    op.create_table('imported_rows',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('import_id', sa.Integer(), nullable=False),
    sa.Column('table_name', sa.String(length=40), nullable=False),
    sa.Column('row_id', sa.Integer(), nullable=False),
    sa.Column('before', sa.JSON(), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['deal_imports.id'], name=op.f('fk_imported_rows_import_id_deal_imports'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_imported_rows'))
    )
    with op.batch_alter_table('imported_rows', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_imported_rows_import_id'), ['import_id'], unique=False)

    op.create_table('meetings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('uid', sa.String(length=300), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('starts_at', sa.DateTime(), nullable=False),
    sa.Column('ends_at', sa.DateTime(), nullable=False),
    sa.Column('domains', sa.JSON(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=True),
    sa.Column('looked_at', sa.DateTime(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_meetings_deal_id_deals'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_meetings_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetings')),
    sa.UniqueConstraint('user_id', 'uid', 'starts_at', name=op.f('uq_meetings_user_id_uid_starts_at'))
    )
    with op.batch_alter_table('meetings', schema=None) as batch_op:
        batch_op.create_index('ix_meetings_ends_at', ['ends_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_meetings_deal_id'), ['deal_id'], unique=False)

    op.create_table('proposed_uses',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('asset_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=True),
    sa.Column('deal_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('origin', sa.String(length=10), nullable=False),
    sa.Column('origin_key', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.JSON(), nullable=False),
    sa.Column('mail_id', sa.Integer(), nullable=True),
    sa.Column('meeting_id', sa.Integer(), nullable=True),
    sa.Column('of_event_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('decided_at', sa.DateTime(), nullable=True),
    sa.Column('usage_event_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("kind in ('viewed', 'downloaded', 'presented', 'sent')", name=op.f('ck_proposed_uses_kind')),
    sa.CheckConstraint("origin in ('mail', 'meeting', 'same_day')", name=op.f('ck_proposed_uses_origin')),
    sa.CheckConstraint("state in ('waiting', 'confirmed', 'refused')", name=op.f('ck_proposed_uses_state')),
    sa.ForeignKeyConstraint(['asset_id'], ['assets.id'], name=op.f('fk_proposed_uses_asset_id_assets'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_proposed_uses_deal_id_deals'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['mail_id'], ['received_mails.id'], name=op.f('fk_proposed_uses_mail_id_received_mails'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_proposed_uses_meeting_id_meetings'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['of_event_id'], ['usage_events.id'], name=op.f('fk_proposed_uses_of_event_id_usage_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['usage_event_id'], ['usage_events.id'], name=op.f('fk_proposed_uses_usage_event_id_usage_events'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_proposed_uses_user_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['versions.id'], name=op.f('fk_proposed_uses_version_id_versions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposed_uses')),
    sa.UniqueConstraint('user_id', 'origin_key', name=op.f('uq_proposed_uses_user_id_origin_key'))
    )
    with op.batch_alter_table('proposed_uses', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposed_uses_asset_id'), ['asset_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposed_uses_deal_id'), ['deal_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposed_uses_of_event_id'), ['of_event_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposed_uses_usage_event_id'), ['usage_event_id'], unique=False)
        batch_op.create_index('ix_proposed_uses_user_state', ['user_id', 'state'], unique=False)

    with op.batch_alter_table('accounts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('merged_into_id', sa.Integer(), nullable=True))
        batch_op.create_index('ix_accounts_merged_into_id_key', ['merged_into_id', 'key'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_accounts_merged_into_id_accounts'), 'accounts', ['merged_into_id'], ['id'])

    with op.batch_alter_table('deal_imports', schema=None) as batch_op:
        batch_op.add_column(sa.Column('origin', sa.String(length=10), nullable=False, server_default='upload'))
        batch_op.add_column(sa.Column('layout', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('is_complete', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('undone_at', sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column('undone_by_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_deal_imports_undone_by_id_users'), 'users', ['undone_by_id'], ['id'])
        batch_op.create_check_constraint(batch_op.f('ck_deal_imports_origin'), "origin in ('upload', 'folder', 'hook', 'command')")
    with op.batch_alter_table('deal_imports', schema=None) as batch_op:
        batch_op.alter_column('origin', server_default=None)
        batch_op.alter_column('is_complete', server_default=None)

    # What stood as stage was the CRM's own word.
    with op.batch_alter_table('deals', schema=None) as batch_op:
        batch_op.add_column(sa.Column('crm_stage', sa.String(length=500), nullable=True))
        batch_op.add_column(sa.Column('crm_status', sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column('removed_at', sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column('size_amount_minor', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('size_currency', sa.String(length=3), nullable=True))
    op.execute('UPDATE deals SET crm_stage = stage, crm_status = status')
    keep_sizes()
    with op.batch_alter_table('deals', schema=None) as batch_op:
        batch_op.alter_column('crm_stage', existing_type=sa.String(length=500), nullable=False)
        batch_op.alter_column('crm_status', existing_type=sa.String(length=10), nullable=False)

    with op.batch_alter_table('stage_entries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('crm_stage', sa.String(length=500), nullable=True))
        batch_op.add_column(sa.Column('is_seen', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute('UPDATE stage_entries SET crm_stage = stage')
    with op.batch_alter_table('stage_entries', schema=None) as batch_op:
        batch_op.alter_column('is_seen', server_default=None)
        batch_op.alter_column('crm_stage', existing_type=sa.String(length=500), nullable=False)
        batch_op.drop_constraint(batch_op.f('uq_stage_entries_deal_id_stage_entered_on'), type_='unique')
        batch_op.create_unique_constraint(batch_op.f('uq_stage_entries_deal_id_crm_stage_entered_on'), ['deal_id', 'crm_stage', 'entered_on'])

    with op.batch_alter_table('usage_events', schema=None) as batch_op:
        batch_op.add_column(sa.Column('inferred_from', sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column('is_late', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('import_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_usage_events_import_id'), ['import_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_usage_events_import_id_deal_imports'), 'deal_imports', ['import_id'], ['id'])
    with op.batch_alter_table('usage_events', schema=None) as batch_op:
        batch_op.alter_column('is_late', server_default=None)

    with op.batch_alter_table('impact_snapshots', schema=None) as batch_op:
        batch_op.add_column(sa.Column('without_inferred_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_impact_snapshots_without_inferred_id'), ['without_inferred_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_impact_snapshots_without_inferred_id_impact_snapshots'), 'impact_snapshots', ['without_inferred_id'], ['id'], ondelete='SET NULL')

    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_test', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.alter_column('is_test', server_default=None)

    # A link leads to several pieces now; what it led to becomes its first, and it stays with the version that was sent.
    op.create_table('share_items',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('link_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('asset_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('usage_event_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['asset_id'], ['assets.id'], name=op.f('fk_share_items_asset_id_assets')),
    sa.ForeignKeyConstraint(['link_id'], ['share_links.id'], name=op.f('fk_share_items_link_id_share_links'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['usage_event_id'], ['usage_events.id'], name=op.f('fk_share_items_usage_event_id_usage_events')),
    sa.ForeignKeyConstraint(['version_id'], ['versions.id'], name=op.f('fk_share_items_version_id_versions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_share_items')),
    sa.UniqueConstraint('link_id', 'asset_id', name=op.f('uq_share_items_link_id_asset_id'))
    )
    with op.batch_alter_table('share_items', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_share_items_asset_id'), ['asset_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_share_items_usage_event_id'), ['usage_event_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_share_items_version_id'), ['version_id'], unique=False)
    op.execute('INSERT INTO share_items (link_id, position, asset_id, version_id, usage_event_id) SELECT id, 1, asset_id, version_id, usage_event_id FROM share_links ORDER BY id')

    op.create_table('share_switches',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('from_version_id', sa.Integer(), nullable=False),
    sa.Column('to_version_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['from_version_id'], ['versions.id'], name=op.f('fk_share_switches_from_version_id_versions')),
    sa.ForeignKeyConstraint(['item_id'], ['share_items.id'], name=op.f('fk_share_switches_item_id_share_items'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['to_version_id'], ['versions.id'], name=op.f('fk_share_switches_to_version_id_versions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_share_switches'))
    )
    with op.batch_alter_table('share_switches', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_share_switches_item_id'), ['item_id'], unique=False)

    op.create_table('page_views',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('page_number', sa.Integer(), nullable=False),
    sa.Column('milliseconds', sa.Integer(), nullable=False),
    sa.Column('first_at', sa.DateTime(), nullable=False),
    sa.Column('last_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['share_items.id'], name=op.f('fk_page_views_item_id_share_items'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['versions.id'], name=op.f('fk_page_views_version_id_versions')),
    sa.ForeignKeyConstraint(['visit_id'], ['visits.id'], name=op.f('fk_page_views_visit_id_visits'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_page_views')),
    sa.UniqueConstraint('visit_id', 'version_id', 'page_number', name=op.f('uq_page_views_visit_id_version_id_page_number'))
    )
    with op.batch_alter_table('page_views', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_page_views_item_id'), ['item_id'], unique=False)

    with op.batch_alter_table('visits', schema=None) as batch_op:
        batch_op.add_column(sa.Column('email', sa.String(length=254), nullable=False, server_default=''))
    with op.batch_alter_table('visits', schema=None) as batch_op:
        batch_op.alter_column('email', server_default=None)

    with op.batch_alter_table('share_links', schema=None) as batch_op:
        batch_op.add_column(sa.Column('title', sa.String(length=200), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('password_hash', sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column('may_download', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column('asks_email', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('notify_when_opened', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('is_pinned', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column('past_opens', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('past_downloads', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('past_first_at', sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column('past_last_at', sa.DateTime(), nullable=True))
        batch_op.drop_index(batch_op.f('ix_share_links_asset_id'))
        for column, table in (('asset_id', 'assets'), ('version_id', 'versions'), ('usage_event_id', 'usage_events')):
            batch_op.drop_constraint(batch_op.f(f'fk_share_links_{column}_{table}'), type_='foreignkey')
            batch_op.drop_column(column)
    with op.batch_alter_table('share_links', schema=None) as batch_op:
        for column in ('title', 'may_download', 'asks_email', 'notify_when_opened', 'is_pinned', 'past_opens', 'past_downloads'):
            batch_op.alter_column(column, server_default=None)


def keep_sizes() -> None:
    """Keep each size in the currency in which it was told; those known so far are in the base currency."""
    deals = sa.table('deals', *map(sa.column, ('id', 'source', 'status', 'amount_minor', 'currency', 'size_minor', 'size_amount_minor', 'size_currency')))
    changes = sa.table('deal_changes', sa.column('deal_id'), sa.column('before', sa.JSON()))
    base = current_app.config['BASE_CURRENCY']
    op.execute(deals.update().where(deals.c.size_minor.is_not(None)).values(size_amount_minor=deals.c.size_minor, size_currency=base))
    told = deals.update().where(deals.c.amount_minor != 0).values(size_amount_minor=deals.c.amount_minor, size_currency=deals.c.currency)
    op.execute(told.where(deals.c.status == 'open'))
    # Closed deals in other currencies had no size for want of a rate. One that came in closed, from a CRM that leaves
    # lost deals their amounts, has that of its amount; of one that was open before, it is not known any more.
    lost = sa.select(deals.c.source).where(deals.c.status == 'lost').group_by(deals.c.source)
    telling = lost.having(sa.func.count(sa.func.nullif(deals.c.amount_minor, 0)) * 2 >= sa.func.count())
    was_open = sa.select(changes.c.deal_id).where(changes.c.before['status'].as_string() == 'open')
    op.execute(told.where(deals.c.status != 'open', deals.c.size_minor.is_(None), deals.c.currency != base, deals.c.source.in_(telling), deals.c.id.not_in(was_open)))


def downgrade() -> None:
    # A link has one piece again: its first.
    with op.batch_alter_table('share_links', schema=None) as batch_op:
        for column in ('asset_id', 'version_id', 'usage_event_id'):
            batch_op.add_column(sa.Column(column, sa.Integer(), nullable=True))
    op.execute('DELETE FROM share_items WHERE id NOT IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY link_id ORDER BY position, id) AS place FROM share_items) AS placed WHERE place = 1)')
    op.execute('DELETE FROM visits WHERE link_id NOT IN (SELECT link_id FROM share_items)')
    op.execute('DELETE FROM share_links WHERE id NOT IN (SELECT link_id FROM share_items)')
    for column in ('asset_id', 'version_id', 'usage_event_id'):
        op.execute(f'UPDATE share_links SET {column} = (SELECT {column} FROM share_items WHERE share_items.link_id = share_links.id)')
    with op.batch_alter_table('share_links', schema=None) as batch_op:
        batch_op.alter_column('asset_id', existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column('version_id', existing_type=sa.Integer(), nullable=False)
        batch_op.create_index(batch_op.f('ix_share_links_asset_id'), ['asset_id'], unique=False)
        for column, table in (('asset_id', 'assets'), ('version_id', 'versions'), ('usage_event_id', 'usage_events')):
            batch_op.create_foreign_key(batch_op.f(f'fk_share_links_{column}_{table}'), table, [column], ['id'])
        for column in ('past_last_at', 'past_first_at', 'past_downloads', 'past_opens', 'is_pinned', 'notify_when_opened', 'asks_email', 'may_download', 'password_hash', 'title'):
            batch_op.drop_column(column)
    with op.batch_alter_table('visits', schema=None) as batch_op:
        batch_op.drop_column('email')
    with op.batch_alter_table('page_views', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_page_views_item_id'))
    op.drop_table('page_views')
    with op.batch_alter_table('share_switches', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_share_switches_item_id'))
    op.drop_table('share_switches')
    with op.batch_alter_table('share_items', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_share_items_version_id'))
        batch_op.drop_index(batch_op.f('ix_share_items_usage_event_id'))
        batch_op.drop_index(batch_op.f('ix_share_items_asset_id'))
    op.drop_table('share_items')

    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.drop_column('is_test')

    with op.batch_alter_table('impact_snapshots', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_impact_snapshots_without_inferred_id_impact_snapshots'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_impact_snapshots_without_inferred_id'))
        batch_op.drop_column('without_inferred_id')

    with op.batch_alter_table('usage_events', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_usage_events_import_id_deal_imports'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_usage_events_import_id'))
        batch_op.drop_column('import_id')
        batch_op.drop_column('is_late')
        batch_op.drop_column('inferred_from')

    op.execute('UPDATE stage_entries SET stage = crm_stage')
    op.execute('UPDATE deals SET stage = crm_stage')
    with op.batch_alter_table('stage_entries', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_stage_entries_deal_id_crm_stage_entered_on'), type_='unique')
        batch_op.create_unique_constraint(batch_op.f('uq_stage_entries_deal_id_stage_entered_on'), ['deal_id', 'stage', 'entered_on'])
        batch_op.drop_column('is_seen')
        batch_op.drop_column('crm_stage')

    with op.batch_alter_table('deals', schema=None) as batch_op:
        batch_op.drop_column('size_currency')
        batch_op.drop_column('size_amount_minor')
        batch_op.drop_column('removed_at')
        batch_op.drop_column('crm_status')
        batch_op.drop_column('crm_stage')

    with op.batch_alter_table('deal_imports', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_deal_imports_origin'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_deal_imports_undone_by_id_users'), type_='foreignkey')
        batch_op.drop_column('undone_by_id')
        batch_op.drop_column('undone_at')
        batch_op.drop_column('is_complete')
        batch_op.drop_column('layout')
        batch_op.drop_column('origin')

    with op.batch_alter_table('accounts', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_accounts_merged_into_id_accounts'), type_='foreignkey')
        batch_op.drop_index('ix_accounts_merged_into_id_key')
        batch_op.drop_column('merged_into_id')

    with op.batch_alter_table('proposed_uses', schema=None) as batch_op:
        batch_op.drop_index('ix_proposed_uses_user_state')
        batch_op.drop_index(batch_op.f('ix_proposed_uses_usage_event_id'))
        batch_op.drop_index(batch_op.f('ix_proposed_uses_of_event_id'))
        batch_op.drop_index(batch_op.f('ix_proposed_uses_deal_id'))
        batch_op.drop_index(batch_op.f('ix_proposed_uses_asset_id'))

    op.drop_table('proposed_uses')
    with op.batch_alter_table('meetings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetings_deal_id'))
        batch_op.drop_index('ix_meetings_ends_at')

    op.drop_table('meetings')
    with op.batch_alter_table('imported_rows', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_imported_rows_import_id'))

    op.drop_table('imported_rows')
    with op.batch_alter_table('hook_calls', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_hook_calls_received_at'))

    op.drop_table('hook_calls')
    with op.batch_alter_table('received_mails', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_received_mails_sha256'))
        batch_op.drop_index(batch_op.f('ix_received_mails_received_at'))

    op.drop_table('received_mails')
    op.drop_table('import_layouts')
    op.drop_table('alike_accounts')
    op.drop_table('distinct_accounts')
    op.drop_table('deal_hooks')
    op.drop_table('currency_rates')
    op.drop_table('crm_stages')
    with op.batch_alter_table('crm_owners', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_crm_owners_user_id'))

    op.drop_table('crm_owners')
    op.drop_table('capture_addresses')
    with op.batch_alter_table('account_merges', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_account_merges_into_id'))
        batch_op.drop_index(batch_op.f('ix_account_merges_account_id'))

    op.drop_table('account_merges')
    with op.batch_alter_table('account_domains', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_account_domains_domain'))

    op.drop_table('account_domains')
