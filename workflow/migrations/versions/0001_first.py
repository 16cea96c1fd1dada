"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("person_key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_person_key"), ["person_key"], unique=False)

    op.create_table(
        "allocation",
        sa.Column("procedure_id", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.CheckConstraint("places >= 0", name=op.f("ck_allocation_places")),
        sa.PrimaryKeyConstraint("procedure_id", "year", "region", "kind", name=op.f("pk_allocation")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("id_number_sealed", sa.Text(), nullable=False),
        sa.Column("id_number_tail", sa.String(length=4), nullable=False),
        sa.Column("phone_sealed", sa.Text(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("born", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("retirement_category", sa.String(length=10), nullable=False),
        sa.Column("education", sa.String(length=20), nullable=False),
        sa.Column("home_region", sa.String(length=12), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("statements", sa.JSON(), nullable=False),
        sa.Column("preferences", sa.JSON(), nullable=False),
        sa.Column("relatives", sa.JSON(), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("prior_months", sa.Integer(), nullable=False),
        sa.Column("prior_evidence", sa.String(length=200), nullable=True),
        sa.Column("log_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "log_head",
            sa.String(length=64),
            server_default="0000000000000000000000000000000000000000000000000000000000000000",
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("prior_months >= 0", name=op.f("ck_person_prior_months")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("key", name=op.f("uq_person_key")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_home_region"), ["home_region"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_name"), ["name"], unique=False)

    op.create_table(
        "procedure_version",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_procedure_version")),
    )
    op.create_table(
        "region",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("parent", sa.String(length=12), nullable=True),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["parent"], ["region.code"], name=op.f("fk_region_parent")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    with op.batch_alter_table("region", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_region_parent"), ["parent"], unique=False)

    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_attempt_address_at", ["address", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_at"), ["at"], unique=False)
        batch_op.create_index("ix_sign_in_attempt_username_at", ["username", "at"], unique=False)

    op.create_table(
        "account_grant",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_grant_account_id")),
        sa.PrimaryKeyConstraint("account_id", "role", "region", name=op.f("pk_account_grant")),
    )
    op.create_table(
        "person_log",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_key", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("act", sa.String(length=48), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_person_log_seq")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_log_person_id")),
        sa.PrimaryKeyConstraint("person_id", "seq", name=op.f("pk_person_log")),
    )
    with op.batch_alter_table("person_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_log_actor_key"), ["actor_key"], unique=False)

    op.create_table(
        "post",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("procedure_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("employer", sa.String(length=100), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.Column("monthly_fen", sa.Integer(), nullable=False),
        sa.Column("minimum_wage_fen", sa.Integer(), nullable=True),
        sa.Column("subsidy_cap_fen", sa.Integer(), nullable=True),
        sa.Column("counted_workers", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["region"], ["region.code"], name=op.f("fk_post_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_procedure_id"), ["procedure_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_post_region"), ["region"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("form_token", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_account_id"), ["account_id"], unique=False)

    op.create_table(
        "opening",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("procedure", sa.String(length=100), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("boards", sa.JSON(), nullable=False),
        sa.Column("relaxed_by", sa.String(length=200), nullable=True),
        sa.Column("announced_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("closes_on IS NULL OR closes_on >= announced_on", name=op.f("ck_opening_window")),
        sa.CheckConstraint("places >= 1", name=op.f("ck_opening_places")),
        sa.CheckConstraint("taken >= 0 AND taken <= places", name=op.f("ck_opening_taken")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_opening_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
    )
    with op.batch_alter_table("opening", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opening_post_id"), ["post_id"], unique=False)

    op.create_table(
        "hire",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("opening_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("procedure", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("stage", sa.String(length=48), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("serving", sa.Boolean(), nullable=False),
        sa.Column("submitted_by", sa.String(length=64), nullable=False),
        sa.Column("audit_seq", sa.Integer(), nullable=False),
        sa.Column("audit_head", sa.String(length=64), nullable=False),
        sa.Column("dossier", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("person_id IS NOT NULL OR state IN ('posted', 'withdrawn')", name=op.f("ck_hire_person")),
        sa.CheckConstraint(
            "state IN ('posted', 'applied', 'qualified', 'publicized', 'trained', "
            "'contracted', 'renewed', 'dismissed', 'rejected', 'withdrawn')",
            name=op.f("ck_hire_state"),
        ),
        sa.CheckConstraint("version >= 1 AND audit_seq >= 0", name=op.f("ck_hire_numbers")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_hire_opening_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_hire_person_id")),
        sa.ForeignKeyConstraint(["region"], ["region.code"], name=op.f("fk_hire_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hire")),
    )
    with op.batch_alter_table("hire", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hire_opening_id"), ["opening_id"], unique=False)
        batch_op.create_index("ix_hire_person_id", ["person_id"], unique=False)
        batch_op.create_index("ix_hire_region_state", ["region", "state"], unique=False)
        batch_op.create_index(
            "uq_hire_live_application",
            ["opening_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("person_id IS NOT NULL AND state NOT IN ('rejected', 'withdrawn')"),
            postgresql_where=sa.text("person_id IS NOT NULL AND state NOT IN ('rejected', 'withdrawn')"),
        )
        batch_op.create_index(
            "uq_hire_serving_person",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("serving"),
            postgresql_where=sa.text("serving"),
        )

    op.create_table(
        "assessment",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("points_tenths", sa.Integer(), nullable=True),
        sa.Column("grade", sa.String(length=48), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("skilled", sa.Boolean(), nullable=True),
        sa.Column("evidence", sa.String(length=200), nullable=True),
        sa.Column("ruled_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_assessment_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_assessment")),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index(
            "uq_assessment_ruled",
            ["hire_id", "year"],
            unique=True,
            sqlite_where=sa.text("ruled_seq IS NOT NULL"),
            postgresql_where=sa.text("ruled_seq IS NOT NULL"),
        )

    op.create_table(
        "audit_entry",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("from_stage", sa.String(length=48), nullable=False),
        sa.Column("to_stage", sa.String(length=48), nullable=False),
        sa.Column("actor_key", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_audit_entry_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("log_index", name=op.f("uq_audit_entry_log_index")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_actor_key"), ["actor_key"], unique=False)

    op.create_table(
        "contract",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("instrument", sa.String(length=48), nullable=False),
        sa.Column("term_no", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("starts_on IS NULL OR ends_on >= starts_on", name=op.f("ck_contract_term")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_contract_hire_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contract_person_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_contract")),
        sa.UniqueConstraint("hire_id", "term_no", name=op.f("uq_contract_hire_id_term_no")),
    )
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_person_id"), ["person_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=48), nullable=False),
        sa.Column("stage", sa.String(length=48), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("officer_key", sa.String(length=64), nullable=False),
        sa.Column("submitter_key", sa.String(length=64), nullable=False),
        sa.Column("independent", sa.Boolean(), nullable=False),
        sa.Column("joint", sa.Boolean(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("approval_no", sa.String(length=200), nullable=True),
        sa.Column("evidence", sa.String(length=200), nullable=True),
        sa.Column("law", sa.String(length=200), nullable=True),
        sa.Column("overrides", sa.JSON(), nullable=False),
        sa.CheckConstraint("NOT independent OR officer_key <> submitter_key", name=op.f("ck_decision_four_eyes")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_decision_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_officer_key"), ["officer_key"], unique=False)
        batch_op.create_index(
            "uq_decision_signer",
            ["hire_id", "act", "subject", "officer_key"],
            unique=True,
            sqlite_where=sa.text("joint AND outcome <> 'refuse'"),
            postgresql_where=sa.text("joint AND outcome <> 'refuse'"),
        )

    op.create_table(
        "departure",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=48), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("paid_until", sa.Date(), nullable=True),
        sa.Column("law", sa.String(length=200), nullable=True),
        sa.Column("article", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_departure_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_departure")),
    )
    op.create_table(
        "filing",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("filing", sa.String(length=48), nullable=False),
        sa.Column("by_role", sa.String(length=20), nullable=False),
        sa.Column("to_roles", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("article", sa.String(length=100), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("sent_seq", sa.Integer(), nullable=True),
        sa.Column("receipt", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_filing_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", "filing", name=op.f("pk_filing")),
    )
    op.create_table(
        "idempotency",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_idempotency_hire_id")),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_idempotency")),
    )
    op.create_table(
        "notice",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("boards", sa.JSON(), nullable=False),
        sa.Column("article", sa.String(length=100), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_on >= posted_on", name=op.f("ck_notice_period")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_notice_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_ends_on"), ["ends_on"], unique=False)

    op.create_table(
        "objection",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("lodged_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=True),
        sa.Column("answered_seq", sa.Integer(), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_objection_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_objection")),
    )
    op.create_table(
        "outbox",
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(length=100), nullable=False),
        sa.Column("to_role", sa.String(length=20), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.CheckConstraint("status IN ('waiting', 'addressed')", name=op.f("ck_outbox_status")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_outbox_hire_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_hire_id"), ["hire_id"], unique=False)
        batch_op.create_index(
            "ix_outbox_waiting",
            ["due_at", "message_id"],
            unique=False,
            sqlite_where=sa.text("status = 'waiting'"),
            postgresql_where=sa.text("status = 'waiting'"),
        )

    op.create_table(
        "protection",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_protection_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_protection")),
    )
    op.create_table(
        "task",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_task_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "name", "role", name=op.f("pk_task")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index("ix_task_role_due", ["role", "due_on", "hire_id", "name", "region"], unique=False)
        batch_op.create_index("ix_task_role_region", ["role", "region", "due_on", "hire_id"], unique=False)

    op.create_table(
        "timer",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("legal_on", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('enforce', 'advise')", name=op.f("ck_timer_kind")),
        sa.CheckConstraint(
            "status IN ('pending', 'done', 'cancelled', 'blocked', 'collapsed')", name=op.f("ck_timer_status")
        ),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_timer_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "name", "kind", "mark", "seq", name=op.f("pk_timer")),
    )
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.create_index(
            "ix_timer_waiting",
            ["wake_at", "hire_id"],
            unique=False,
            sqlite_where=sa.text("status = 'pending'"),
            postgresql_where=sa.text("status = 'pending'"),
        )

    op.create_table(
        "training",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_training_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_training")),
    )
    op.create_table(
        "delivery",
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("status IN ('waiting', 'sent', 'dead')", name=op.f("ck_delivery_status")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_delivery_account_id")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_delivery_hire_id")),
        sa.ForeignKeyConstraint(["message_id"], ["outbox.message_id"], name=op.f("fk_delivery_message_id")),
        sa.PrimaryKeyConstraint("message_id", "account_id", "channel", name=op.f("pk_delivery")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_account_id", ["account_id", "channel", "sent_at"], unique=False)
        batch_op.create_index(
            "ix_delivery_waiting",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("status = 'waiting'"),
            postgresql_where=sa.text("status = 'waiting'"),
        )


def downgrade() -> None:
    op.drop_table("delivery")
    op.drop_table("training")
    op.drop_table("timer")
    op.drop_table("task")
    op.drop_table("protection")
    op.drop_table("outbox")
    op.drop_table("objection")
    op.drop_table("notice")
    op.drop_table("idempotency")
    op.drop_table("filing")
    op.drop_table("departure")
    op.drop_table("decision")
    op.drop_table("contract")
    op.drop_table("audit_entry")
    op.drop_table("assessment")
    op.drop_table("hire")
    op.drop_table("opening")
    op.drop_table("sign_in")
    op.drop_table("post")
    op.drop_table("person_log")
    op.drop_table("account_grant")
    op.drop_table("sign_in_attempt")
    op.drop_table("setting")
    op.drop_table("region")
    op.drop_table("procedure_version")
    op.drop_table("person")
    op.drop_table("allocation")
    op.drop_table("account")
