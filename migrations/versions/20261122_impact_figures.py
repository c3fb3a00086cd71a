"""Impact figures: every rule's credit, the joint model, and the arrays that a snapshot was made from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

CREDITS = ('credited_first_minor',
           'credited_last_minor',
           'credited_u_shape_minor',
           'credited_time_decay_minor',
           'credited_markov_minor',
           'credited_shapley_minor')
RANKS = ('rank_best', 'rank_worst')
JOINT = ('joint_effect', 'joint_se', 'joint_ci_low', 'joint_ci_high', 'joint_q')


def upgrade() -> None:
    with op.batch_alter_table('impact_snapshots', schema=None) as batch_op:
        batch_op.add_column(sa.Column('cut_sha256', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('spread', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('joint_at', sa.DateTime(), nullable=True))
        batch_op.create_index(batch_op.f('ix_impact_snapshots_cut_sha256'), ['cut_sha256'], unique=False)

    with op.batch_alter_table('impact_rows', schema=None) as batch_op:
        for name in CREDITS:
            batch_op.add_column(sa.Column(name, sa.BigInteger(), nullable=False, server_default='0'))
        for name in RANKS:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
        for name in JOINT:
            batch_op.add_column(sa.Column(name, sa.Float(), nullable=True))

    # The models give these values themselves.
    with op.batch_alter_table('impact_snapshots', schema=None) as batch_op:
        batch_op.alter_column('spread', server_default=None)
    with op.batch_alter_table('impact_rows', schema=None) as batch_op:
        for name in CREDITS:
            batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('impact_rows', schema=None) as batch_op:
        for name in (*CREDITS, *RANKS, *JOINT):
            batch_op.drop_column(name)
    with op.batch_alter_table('impact_snapshots', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_impact_snapshots_cut_sha256'))
        for name in ('cut_sha256', 'spread', 'joint_at'):
            batch_op.drop_column(name)
