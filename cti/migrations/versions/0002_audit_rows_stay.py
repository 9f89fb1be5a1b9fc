"""audit rows are added and never changed or taken out, whatever the code above does"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# SQLite: a batch step on the table `audit` makes it anew and loses its triggers; such a step must make them again.


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for action in ("update", "delete"):
            op.execute(
                f"create trigger audit_no_{action} before {action} on audit "
                "begin select raise(abort, 'audit rows stay as they are'); end"
            )
        return
    op.execute(
        "create function audit_stays() returns trigger language plpgsql as "
        "$$ begin raise exception 'audit rows stay as they are'; end $$"
    )
    op.execute("create trigger audit_no_change before update or delete on audit execute function audit_stays()")
    op.execute("create trigger audit_no_truncate before truncate on audit execute function audit_stays()")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for action in ("update", "delete"):
            op.execute(f"drop trigger audit_no_{action}")
        return
    op.execute("drop trigger audit_no_truncate on audit")
    op.execute("drop trigger audit_no_change on audit")
    op.execute("drop function audit_stays()")
