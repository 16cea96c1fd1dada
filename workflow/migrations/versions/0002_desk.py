"""The desk: dated grants, substitutes, second factors, files, comments, public forms, saved views, calendar years."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op
from pypinyin import Style, lazy_pinyin

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("loaded_by", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "figure",
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "region", name=op.f("pk_figure")),
    )
    op.create_table(
        "office_log",
        sa.Column("book", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_key", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("act", sa.String(length=48), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_office_log_seq")),
        sa.PrimaryKeyConstraint("book", "seq", name=op.f("pk_office_log")),
    )
    with op.batch_alter_table("office_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_office_log_actor_key"), ["actor_key"], unique=False)

    op.create_table(
        "oidc_state",
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.String(length=128), nullable=False),
        sa.Column("next_page", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_oidc_state")),
    )
    op.create_table(
        "public_attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_attempt")),
    )
    with op.batch_alter_table("public_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_public_attempt_address_at", ["address", "at"], unique=False)

    op.create_table(
        "stored_file",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("checked", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_stored_file")),
    )
    op.create_table(
        "clearance",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("officer_key", sa.String(length=64), nullable=False),
        sa.Column("cleared_by", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cleared_by <> officer_key", name=op.f("ck_clearance_two_people")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_clearance_person_id")),
        sa.PrimaryKeyConstraint("person_id", "officer_key", name=op.f("pk_clearance")),
    )
    op.create_table(
        "feed",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_feed_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_feed")),
    )
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_account_id"), ["account_id"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(length=64), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=64), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("confirmed_by IS NULL OR confirmed_by <> asked_by", name=op.f("ck_role_grant_two_people")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_role_grant_window")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_role_grant_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_grant_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_role_grant_role_region", ["role", "region"], unique=False)

    op.create_table(
        "saved_view",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("page", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_view_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("account_id", "page", "name", name=op.f("uq_saved_view_account_id_page_name")),
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_view_account_id"), ["account_id"], unique=False)

    op.create_table(
        "substitution",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("principal_id", sa.BigInteger(), nullable=False),
        sa.Column("deputy_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("principal_id <> deputy_id", name=op.f("ck_substitution_two_accounts")),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_substitution_window")),
        sa.ForeignKeyConstraint(["deputy_id"], ["account.id"], name=op.f("fk_substitution_deputy_id")),
        sa.ForeignKeyConstraint(["principal_id"], ["account.id"], name=op.f("fk_substitution_principal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitution")),
    )
    with op.batch_alter_table("substitution", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_substitution_deputy_id"), ["deputy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_substitution_principal_id"), ["principal_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("to_account", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_assignment_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_assignment")),
    )
    op.create_table(
        "comment",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_comment_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_comment")),
    )
    op.create_table(
        "document",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("board", sa.String(length=200), nullable=True),
        sa.Column("address", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_document_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_document")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_digest"), ["digest"], unique=False)

    op.create_table(
        "public_application",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("opening_id", sa.BigInteger(), nullable=False),
        sa.Column("person_key", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("hire_id", sa.BigInteger(), nullable=True),
        sa.Column("answered_by", sa.String(length=64), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'taken', 'refused', 'withdrawn')", name=op.f("ck_public_application_status")
        ),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_public_application_hire_id")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_public_application_opening_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_application")),
    )
    with op.batch_alter_table("public_application", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_public_application_opening_id"), ["opening_id"], unique=False)
        batch_op.create_index(
            "uq_public_application_waiting",
            ["opening_id", "person_key"],
            unique=True,
            sqlite_where=sa.text("status = 'waiting'"),
            postgresql_where=sa.text("status = 'waiting'"),
        )

    op.create_table(
        "returned",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("from_stage", sa.String(length=48), nullable=False),
        sa.Column("to_stage", sa.String(length=48), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_returned_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_returned")),
    )
    op.create_table(
        "score",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("tenths", sa.Integer(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_score_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_score")),
    )
    op.create_table(
        "suspension",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("resumed_on", sa.Date(), nullable=True),
        sa.Column("resumed_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_suspension_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_suspension")),
    )
    op.create_table(
        "receipt",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=True),
        sa.Column("hire_id", sa.BigInteger(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["public_application.id"], name=op.f("fk_receipt_application_id")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_receipt_hire_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_receipt")),
    )
    _grants_get_days()
    op.drop_table("account_grant")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("contacts", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("totp_sealed", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("totp_step", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("oidc_subject", sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("former_passwords", sa.JSON(), server_default="[]", nullable=False))
        batch_op.create_unique_constraint(batch_op.f("uq_account_oidc_subject"), ["oidc_subject"])

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("approves", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("deputy_for", sa.String(length=64), nullable=True))
        batch_op.create_index(
            "uq_decision_approver",
            ["hire_id", "subject", "officer_key"],
            unique=True,
            sqlite_where=sa.text("approves AND subject < 0"),
            postgresql_where=sa.text("approves AND subject < 0"),
        )

    with op.batch_alter_table("hire", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entered_on", sa.Date(), nullable=True))

    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("board_days", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("sheet", sa.String(length=48), server_default=sa.text("''"), nullable=False))
        batch_op.create_index(batch_op.f("ix_notice_sheet"), ["sheet"], unique=False)

    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("provisional", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("public", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("opening", schema=None) as batch_op:
        batch_op.add_column(sa.Column("content", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("refills", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("cancelled_on", sa.Date(), nullable=True))

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address_sealed", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("bank_sealed", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("contacts", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("pinyin", sa.String(length=400), server_default=sa.text("''"), nullable=False))
        batch_op.create_index(batch_op.f("ix_person_pinyin"), ["pinyin"], unique=False)

    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("second_factor", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("assigned_to", sa.BigInteger(), nullable=True))

    _no_defaults()
    _fill()
    # "given to me" comes first on a worklist, and hardly any task is given to anybody
    op.create_index(
        "ix_task_assigned_to",
        "task",
        ["assigned_to", "due_on", "hire_id"],
        unique=False,
        sqlite_where=sa.text("assigned_to IS NOT NULL"),
        postgresql_where=sa.text("assigned_to IS NOT NULL"),
    )
    # the tasks that stand beside the one of the stage: few, and what makes two lines of one
    op.create_index(
        "ix_task_beside",
        "task",
        ["role", "region", "hire_id"],
        unique=False,
        sqlite_where=sa.text("name < 'stage'"),
        postgresql_where=sa.text("name < 'stage'"),
    )


def downgrade() -> None:
    op.drop_index("ix_task_beside", table_name="task")
    op.drop_index("ix_task_assigned_to", table_name="task")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_column("assigned_to")

    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_column("second_factor")
        batch_op.drop_column("confirmed_at")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_pinyin"))
        batch_op.drop_column("pinyin")
        batch_op.drop_column("contacts")
        batch_op.drop_column("bank_sealed")
        batch_op.drop_column("address_sealed")

    with op.batch_alter_table("opening", schema=None) as batch_op:
        batch_op.drop_column("cancelled_on")
        batch_op.drop_column("refills")
        batch_op.drop_column("content")

    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.drop_column("public")
        batch_op.drop_column("provisional")
        batch_op.drop_column("due_on")

    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_sheet"))
        batch_op.drop_column("sheet")
        batch_op.drop_column("board_days")

    with op.batch_alter_table("hire", schema=None) as batch_op:
        batch_op.drop_column("entered_on")

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_decision_approver",
            sqlite_where=sa.text("approves AND subject < 0"),
            postgresql_where=sa.text("approves AND subject < 0"),
        )
        batch_op.drop_column("deputy_for")
        batch_op.drop_column("approves")

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_account_oidc_subject"), type_="unique")
        batch_op.drop_column("former_passwords")
        batch_op.drop_column("password_changed_at")
        batch_op.drop_column("oidc_subject")
        batch_op.drop_column("totp_step")
        batch_op.drop_column("totp_sealed")
        batch_op.drop_column("contacts")

    op.create_table(
        "account_grant",
        sa.Column("account_id", sa.BIGINT(), nullable=False),
        sa.Column("role", sa.VARCHAR(length=20), nullable=False),
        sa.Column("region", sa.VARCHAR(length=12), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_grant_account_id")),
        sa.PrimaryKeyConstraint("account_id", "role", "region", name=op.f("pk_account_grant")),
    )
    _grants_lose_days()
    op.drop_table("receipt")
    op.drop_table("suspension")
    op.drop_table("score")
    op.drop_table("returned")
    with op.batch_alter_table("public_application", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_public_application_waiting",
            sqlite_where=sa.text("status = 'waiting'"),
            postgresql_where=sa.text("status = 'waiting'"),
        )
        batch_op.drop_index(batch_op.f("ix_public_application_opening_id"))

    op.drop_table("public_application")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_digest"))

    op.drop_table("document")
    op.drop_table("comment")
    op.drop_table("assignment")
    with op.batch_alter_table("substitution", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_substitution_principal_id"))
        batch_op.drop_index(batch_op.f("ix_substitution_deputy_id"))

    op.drop_table("substitution")
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_view_account_id"))

    op.drop_table("saved_view")
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index("ix_role_grant_role_region")
        batch_op.drop_index(batch_op.f("ix_role_grant_account_id"))

    op.drop_table("role_grant")
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feed_account_id"))

    op.drop_table("feed")
    op.drop_table("clearance")
    op.drop_table("stored_file")
    with op.batch_alter_table("public_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_public_attempt_address_at")

    op.drop_table("public_attempt")
    op.drop_table("oidc_state")
    with op.batch_alter_table("office_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_office_log_actor_key"))

    op.drop_table("office_log")
    op.drop_table("figure")
    op.drop_table("calendar_year")


def _grants_get_days() -> None:
    """What was granted so far is in force from the day of the account, on the word of whoever ran the console."""
    op.execute(
        "INSERT INTO role_grant (account_id, role, region, from_on, basis, asked_by, asked_at, confirmed_by,"
        " confirmed_at) SELECT g.account_id, g.role, g.region, date(a.created_at), 'account_grant', 'console',"
        " a.created_at, 'upgrade', a.created_at FROM account_grant g JOIN account a ON a.id = g.account_id"
    )


def _grants_lose_days() -> None:
    op.execute(
        "INSERT INTO account_grant (account_id, role, region) SELECT DISTINCT account_id, role, region FROM role_grant"
        " WHERE confirmed_at IS NOT NULL AND revoked_at IS NULL"
    )


def _fill() -> None:
    """Columns that follow from what is there: names in pinyin, the day a stage was entered, the list of a notice."""
    connection = op.get_bind()
    person = sa.table("person", sa.column("id"), sa.column("name"), sa.column("pinyin"))
    found = connection.execute(sa.select(person.c.id, person.c.name)).all()
    named = [{"of": row.id, "to": _pinyin(row.name)} for row in found]
    _update(
        connection, sa.update(person).where(person.c.id == sa.bindparam("of")).values(pinyin=sa.bindparam("to")), named
    )
    hire = sa.table(
        "hire", sa.column("id"), sa.column("dossier"), sa.column("entered_on", sa.Date()), sa.column("opening_id")
    )
    days = []
    for row in connection.execute(sa.select(hire.c.id, hire.c.dossier)):
        dossier = orjson.loads(row.dossier) if isinstance(row.dossier, str) else row.dossier
        if dossier.get("entered_on"):
            days.append({"of": row.id, "to": date.fromisoformat(dossier["entered_on"])})
    _update(
        connection, sa.update(hire).where(hire.c.id == sa.bindparam("of")).values(entered_on=sa.bindparam("to")), days
    )
    notice = sa.table("notice", *(sa.column(name) for name in ("hire_id", "seq", "round", "posted_on", "sheet")))
    shown = sa.select(notice.c.hire_id, notice.c.seq, notice.c.round, notice.c.posted_on, hire.c.opening_id)
    lists = [
        {"of": row.hire_id, "at": row.seq, "to": f"{row.opening_id}-{row.round}-{str(row.posted_on).replace('-', '')}"}
        for row in connection.execute(shown.join(hire, hire.c.id == notice.c.hire_id))
    ]
    one = sa.and_(notice.c.hire_id == sa.bindparam("of"), notice.c.seq == sa.bindparam("at"))
    _update(connection, sa.update(notice).where(one).values(sheet=sa.bindparam("to")), lists)


def _update(connection: sa.Connection, statement: sa.Update, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(statement, rows)


def _pinyin(name: str) -> str:
    whole, initials = lazy_pinyin(name), lazy_pinyin(name, style=Style.FIRST_LETTER)
    return f"{''.join(whole)} {''.join(initials)}".lower()[:400]


def _no_defaults() -> None:
    """Lists and objects were given to the rows that were there; new rows bring their own."""
    for table, columns in {
        "account": ("contacts", "former_passwords"),
        "notice": ("board_days",),
        "opening": ("content",),
        "person": ("contacts",),
    }.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.alter_column(column, existing_type=sa.JSON(), existing_nullable=False, server_default=None)
