"""On the post: attendance, points, surveys, money, papers, aftercare, recovery."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ALL = "nullif(current_setting('zaigang.regions', true) = '*', false) IS NOT NULL"
SEEN = "nullif(region LIKE ANY ((SELECT zaigang_reach('zaigang.regions'))::text[]), false) IS NOT NULL"
#: what is set for a larger area holds for every place within it
HOLDS = (
    f"{SEEN} OR EXISTS"
    " (SELECT FROM unnest(zaigang_reach('zaigang.regions')) AS mine WHERE mine LIKE {0}.region || '%')"
)
OF_HIRE = (
    "cover", "claim_line",
    "attendance", "point", "survey", "aftercare", "aftercare_act", "recovery", "repayment", "pay_line",
    "paper", "pay_result", "bank_line", "bank_card", "correction", "old_terms", "attendance_correction",
)  # fmt: skip
POLICIES: dict[str, str] = {
    "policy": HOLDS.format("policy"),
    "subsidy_claim": SEEN,
    "pay_charge": SEEN,
    "charge_correction": SEEN,
    "publication": SEEN,
    **{name: f"{ALL} OR zaigang_sees_hire(hire_id)" for name in OF_HIRE},
    **{name: HOLDS.format(name) for name in ("rate", "budget", "paper_template", "numbering", "pay_day_done")},
    **{
        name: SEEN
        for name in (
            "filing_list",
            "pay_sheet",
            "pay_approval",
            "bank_list",
            "import_run",
            "import_line",
            "import_undo",
        )
    },
}

#: the columns of a present term, of the dossiers that are there already
_TERM = (
    "UPDATE hire SET term_starts_on = {0}{1}, term_ends_on = {2}{1}, renewal = CASE WHEN {3} IS NOT NULL THEN 'leaving'"
    " WHEN {4} = 'renew' AND {5} IS NOT NULL THEN 'signed' ELSE {4} END"
)
_OF_TERM = ("term_starts_on", "term_ends_on", "leaving_on", "renewal", "renewal_signed_on")
_TERMS = {
    name: _TERM.format(value(_OF_TERM[0]), cast, *(value(field) for field in _OF_TERM[1:]))
    for name, cast, value in (
        ("sqlite", "", "json_extract(dossier, '$.{}')".format),
        ("postgresql", "::date", "(dossier ->> '{}')".format),
    )
}


def upgrade() -> None:
    op.create_table(
        "budget",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("procedure_id", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=48), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.String(length=300), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("fen >= 0", name=op.f("ck_budget_fen")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget")),
        sa.UniqueConstraint(
            "procedure_id", "region", "year", "source", name=op.f("uq_budget_procedure_id_region_year_source")
        ),
    )
    op.create_table(
        "numbering",
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("paper", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("region", "paper", "year", name=op.f("pk_numbering")),
    )
    op.create_table(
        "paper_template",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("procedure_id", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("paper", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_template")),
    )
    with op.batch_alter_table("paper_template", schema=None) as batch_op:
        batch_op.create_index(
            "uq_paper_template_live",
            ["procedure_id", "region", "paper"],
            unique=True,
            sqlite_where=sa.text("live"),
            postgresql_where=sa.text("live"),
        )

    op.create_table(
        "filing_list",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("procedure_id", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("filing", sa.String(length=48), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("receipt", sa.String(length=200), nullable=True),
        sa.Column("sent_by", sa.String(length=64), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("people >= 1", name=op.f("ck_filing_list_people")),
        sa.CheckConstraint(
            "(sent_on IS NULL) = (receipt IS NULL) AND (sent_on IS NULL OR dropped_at IS NULL)",
            name=op.f("ck_filing_list_sent"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_list")),
    )
    op.create_index(
        "ix_filing_open",
        "filing",
        ["due_on", "hire_id"],
        unique=False,
        sqlite_where=sa.text("sent_on IS NULL"),
        postgresql_where=sa.text("sent_on IS NULL"),
    )
    with op.batch_alter_table("filing_list", schema=None) as batch_op:
        batch_op.create_index("ix_filing_list_region", ["region", "id"], unique=False)

    op.create_table(
        "policy",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("insurer", sa.String(length=100), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("premium_fen", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until_on >= from_on AND premium_fen >= 0", name=op.f("ck_policy_numbers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sa.UniqueConstraint("insurer", "number", name=op.f("uq_policy_insurer_number")),
    )
    with op.batch_alter_table("policy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_policy_region"), ["region"], unique=False)

    op.create_table(
        "cover",
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_cover_days")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_cover_hire_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_cover_person_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_cover_policy_id")),
        sa.PrimaryKeyConstraint("policy_id", "hire_id", name=op.f("pk_cover")),
    )
    with op.batch_alter_table("cover", schema=None) as batch_op:
        batch_op.create_index("ix_cover_person_id", ["person_id", "from_on"], unique=False)
        batch_op.create_index("ix_cover_hire_id", ["hire_id", "until_on"], unique=False)

    op.create_table(
        "subsidy_claim",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("procedure_id", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("from_month", sa.Date(), nullable=False),
        sa.Column("until_month", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("handed_in_on", sa.Date(), nullable=True),
        sa.Column("receipt", sa.String(length=200), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("received_fen", sa.BigInteger(), nullable=False),
        sa.Column("voucher", sa.String(length=200), nullable=True),
        sa.Column("charged_fen", sa.BigInteger(), nullable=False),
        sa.Column("charge_voucher", sa.String(length=200), nullable=True),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "fen > 0 AND people >= 1 AND months >= people AND until_month >= from_month",
            name=op.f("ck_subsidy_claim_numbers"),
        ),
        sa.CheckConstraint(
            "received_fen >= 0 AND charged_fen >= 0 AND received_fen + charged_fen <= fen",
            name=op.f("ck_subsidy_claim_money"),
        ),
        sa.CheckConstraint(
            "status IN ('prepared', 'handed_in', 'received', 'void')", name=op.f("ck_subsidy_claim_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_claim")),
    )
    with op.batch_alter_table("subsidy_claim", schema=None) as batch_op:
        batch_op.create_index("ix_subsidy_claim_region", ["region", "id"], unique=False)

    op.create_table(
        "claim_line",
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.CheckConstraint("fen > 0", name=op.f("ck_claim_line_fen")),
        sa.ForeignKeyConstraint(["claim_id"], ["subsidy_claim.id"], name=op.f("fk_claim_line_claim_id")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_claim_line_hire_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_claim_line_person_id")),
        sa.PrimaryKeyConstraint("claim_id", "hire_id", "month", name=op.f("pk_claim_line")),
    )
    with op.batch_alter_table("claim_line", schema=None) as batch_op:
        batch_op.create_index(
            "uq_claim_line_once",
            ["person_id", "month"],
            unique=True,
            sqlite_where=sa.text("live"),
            postgresql_where=sa.text("live"),
        )

    op.create_table(
        "pay_day_done",
        sa.Column("procedure_id", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("what", sa.String(length=48), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("receipt", sa.String(length=200), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("done_on >= month", name=op.f("ck_pay_day_done_day")),
        sa.PrimaryKeyConstraint("procedure_id", "region", "month", "what", name=op.f("pk_pay_day_done")),
    )
    op.create_table(
        "pay_sheet",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("procedure", sa.String(length=100), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("sum_fen", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_for", sa.String(length=64), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by", sa.String(length=64), nullable=True),
        sa.Column("frozen_for", sa.String(length=64), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'frozen', 'approved', 'paid', 'void')", name=op.f("ck_pay_sheet_status")
        ),
        sa.CheckConstraint("people >= 0 AND sum_fen >= 0", name=op.f("ck_pay_sheet_numbers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_sheet")),
    )
    with op.batch_alter_table("pay_sheet", schema=None) as batch_op:
        batch_op.create_index("ix_pay_sheet_month", ["month", "region"], unique=False)
        batch_op.create_index(
            "uq_pay_sheet_live",
            ["procedure", "region", "month", "kind"],
            unique=True,
            sqlite_where=sa.text("status NOT IN ('paid', 'void')"),
            postgresql_where=sa.text("status NOT IN ('paid', 'void')"),
        )

    op.create_table(
        "rate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("value >= 0", name=op.f("ck_rate_value")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate")),
        sa.UniqueConstraint("name", "region", "from_on", name=op.f("uq_rate_name_region_from_on")),
    )
    op.create_table(
        "pay_approval",
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("officer_key", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("maker_key", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("deputy_for", sa.String(length=64), nullable=True),
        sa.Column("opinion", sa.String(length=500), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("officer_key <> maker_key", name=op.f("ck_pay_approval_four_eyes")),
        sa.ForeignKeyConstraint(["sheet_id"], ["pay_sheet.id"], name=op.f("fk_pay_approval_sheet_id")),
        sa.PrimaryKeyConstraint("sheet_id", "officer_key", name=op.f("pk_pay_approval")),
    )
    op.create_table(
        "aftercare",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("need", sa.String(length=20), nullable=True),
        sa.Column("hardship", sa.Boolean(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint("(closed_on IS NULL) = (reason IS NULL)", name=op.f("ck_aftercare_closed")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_aftercare_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", name=op.f("pk_aftercare")),
    )
    with op.batch_alter_table("aftercare", schema=None) as batch_op:
        batch_op.create_index(
            "ix_aftercare_open",
            ["due_on", "hire_id"],
            unique=False,
            sqlite_where=sa.text("closed_on IS NULL"),
            postgresql_where=sa.text("closed_on IS NULL"),
        )
    op.create_table(
        "aftercare_act",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("actor_key", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_aftercare_act_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "number", name=op.f("pk_aftercare_act")),
    )
    op.create_table(
        "attendance",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("marks", sa.String(length=31), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_for", sa.String(length=64), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device", sa.String(length=31), nullable=True),
        sa.Column("claimed", sa.String(length=31), nullable=True),
        sa.Column("exception", sa.String(length=500), nullable=True),
        sa.Column("exception_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint("length(device) = length(marks)", name=op.f("ck_attendance_device")),
        sa.CheckConstraint(
            "claimed IS NULL OR (length(claimed) = length(marks) AND exception IS NOT NULL AND exception_by IS NULL)",
            name=op.f("ck_attendance_claimed"),
        ),
        sa.CheckConstraint("exception_by NOT IN (recorded_by, recorded_for)", name=op.f("ck_attendance_two_people")),
        sa.CheckConstraint("exception_by IS NULL OR exception IS NOT NULL", name=op.f("ck_attendance_exception")),
        sa.CheckConstraint("length(marks) BETWEEN 28 AND 31", name=op.f("ck_attendance_marks")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_attendance_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "month", name=op.f("pk_attendance")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index("ix_attendance_month", ["month", "hire_id"], unique=False)

    op.create_table(
        "paper",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("paper", sa.String(length=20), nullable=False),
        sa.Column("term_no", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("masked", sa.String(length=64), nullable=False),
        sa.Column("template_id", sa.BigInteger(), nullable=True),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_paper_hire_id")),
        sa.ForeignKeyConstraint(["template_id"], ["paper_template.id"], name=op.f("fk_paper_template_id")),
        sa.PrimaryKeyConstraint("hire_id", "number", name=op.f("pk_paper")),
    )
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.create_index(
            "uq_paper_live",
            ["hire_id", "paper", "term_no"],
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )

    op.create_table(
        "attendance_correction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("marks", sa.String(length=31), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=True),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_for", sa.String(length=64), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_for", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("opinion", sa.String(length=500), nullable=True),
        sa.CheckConstraint("length(marks) BETWEEN 28 AND 31", name=op.f("ck_attendance_correction_marks")),
        sa.CheckConstraint("(decided_by IS NULL) = (upheld IS NULL)", name=op.f("ck_attendance_correction_decision")),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_attendance_correction_two_people")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_attendance_correction_hire_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_correction")),
    )
    with op.batch_alter_table("attendance_correction", schema=None) as batch_op:
        batch_op.create_index("ix_attendance_correction_hire_id", ["hire_id", "month"], unique=False)
        batch_op.create_index(
            "uq_attendance_correction_open",
            ["hire_id", "month"],
            unique=True,
            sqlite_where=sa.text("decided_by IS NULL"),
            postgresql_where=sa.text("decided_by IS NULL"),
        )

    op.create_table(
        "charge_correction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("shares", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_for", sa.String(length=64), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_for", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.CheckConstraint("(decided_by IS NULL) = (upheld IS NULL)", name=op.f("ck_charge_correction_decision")),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_charge_correction_two_people")),
        sa.ForeignKeyConstraint(["sheet_id"], ["pay_sheet.id"], name=op.f("fk_charge_correction_sheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge_correction")),
    )
    with op.batch_alter_table("charge_correction", schema=None) as batch_op:
        batch_op.create_index(
            "uq_charge_correction_open",
            ["sheet_id"],
            unique=True,
            sqlite_where=sa.text("decided_by IS NULL"),
            postgresql_where=sa.text("decided_by IS NULL"),
        )

    op.create_table(
        "pay_line",
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("topup", sa.Integer(), server_default="0", nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("days_tenths", sa.Integer(), nullable=False),
        sa.Column("gross_fen", sa.BigInteger(), nullable=False),
        sa.Column("deducted_fen", sa.BigInteger(), nullable=False),
        sa.Column("net_fen", sa.BigInteger(), nullable=False),
        sa.Column("employer_fen", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.CheckConstraint("net_fen = gross_fen - deducted_fen AND net_fen >= 0", name=op.f("ck_pay_line_sum")),
        sa.CheckConstraint("topup = 0 OR (topup > 0 AND net_fen > 0)", name=op.f("ck_pay_line_topup")),
        sa.CheckConstraint("until_on >= from_on AND days_tenths >= 0", name=op.f("ck_pay_line_days")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_pay_line_hire_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pay_line_person_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_pay_line_post_id")),
        sa.ForeignKeyConstraint(["sheet_id"], ["pay_sheet.id"], name=op.f("fk_pay_line_sheet_id")),
        sa.PrimaryKeyConstraint("sheet_id", "hire_id", name=op.f("pk_pay_line")),
    )
    with op.batch_alter_table("pay_line", schema=None) as batch_op:
        batch_op.create_index("ix_pay_line_hire_id", ["hire_id", "month"], unique=False)
        batch_op.create_index(
            "uq_pay_line_once",
            ["person_id", "post_id", "month", "kind", "topup"],
            unique=True,
            sqlite_where=sa.text("live"),
            postgresql_where=sa.text("live"),
        )

    op.create_table(
        "point",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=48), nullable=False),
        sa.Column("level", sa.String(length=48), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("authors", sa.Integer(), nullable=False),
        sa.Column("matter", sa.String(length=200), nullable=False),
        sa.Column("evidence", sa.String(length=500), nullable=False),
        sa.Column("tenths", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=True),
        sa.Column("listed", sa.Integer(), nullable=True),
        sa.Column("correct", sa.Integer(), nullable=True),
        sa.Column("struck_seq", sa.Integer(), nullable=True),
        sa.CheckConstraint("number >= 1 AND authors >= 1", name=op.f("ck_point_numbers")),
        sa.CheckConstraint(
            "correct BETWEEN 0 AND number AND number <= listed AND month BETWEEN 1 AND 12", name=op.f("ck_point_check")
        ),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_point_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_point")),
    )
    op.create_table(
        "recovery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("from_month", sa.Date(), nullable=False),
        sa.Column("until_month", sa.Date(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=500), nullable=False),
        sa.Column("article", sa.String(length=100), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_for", sa.String(length=64), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("opinion", sa.String(length=500), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(decided_by IS NULL) = (upheld IS NULL)", name=op.f("ck_recovery_decision")),
        sa.CheckConstraint("decided_by NOT IN (asked_by, asked_for)", name=op.f("ck_recovery_two_people")),
        sa.CheckConstraint("fen > 0 AND until_month >= from_month", name=op.f("ck_recovery_numbers")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_recovery_hire_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recovery_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery")),
    )
    with op.batch_alter_table("recovery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_hire_id"), ["hire_id"], unique=False)
        batch_op.create_index(
            "ix_recovery_open",
            ["person_id"],
            unique=False,
            sqlite_where=sa.text("settled_on IS NULL"),
            postgresql_where=sa.text("settled_on IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_recovery_person_id"), ["person_id"], unique=False)

    op.create_table(
        "old_terms",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("months_before", sa.Integer(), nullable=False),
        sa.Column("monthly_fen", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.CheckConstraint("months_before >= 0 AND monthly_fen >= 0", name=op.f("ck_old_terms_numbers")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_old_terms_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_old_terms")),
    )
    op.create_table(
        "publication",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("procedure_id", sa.String(length=64), nullable=False),
        sa.Column("duties", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("telephone", sa.String(length=40), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("published_by", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=True),
        sa.Column("taken_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint("taken_on >= published_on", name=op.f("ck_publication_taken")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.create_index(
            "uq_publication_live",
            ["region", "procedure_id"],
            unique=True,
            sqlite_where=sa.text("taken_on IS NULL"),
            postgresql_where=sa.text("taken_on IS NULL"),
        )

    op.create_table(
        "pay_charge",
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=48), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("fen > 0", name=op.f("ck_pay_charge_fen")),
        sa.ForeignKeyConstraint(["sheet_id"], ["pay_sheet.id"], name=op.f("fk_pay_charge_sheet_id")),
        sa.PrimaryKeyConstraint("sheet_id", "source", name=op.f("pk_pay_charge")),
    )
    op.create_table(
        "survey",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("satisfied", sa.Integer(), nullable=False),
        sa.Column("took_part", sa.String(length=500), nullable=False),
        sa.Column("corrects_seq", sa.Integer(), nullable=True),
        sa.Column("corrected_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("satisfied BETWEEN 0 AND asked AND asked >= 1", name=op.f("ck_survey_numbers")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_survey_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_survey")),
    )
    op.create_table(
        "repayment",
        sa.Column("recovery_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("voucher", sa.String(length=200), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_for", sa.String(length=64), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrects", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "(coalesce(corrects, 0) = 0 AND fen > 0) OR (corrects BETWEEN 1 AND number - 1 AND fen < 0)",
            name=op.f("ck_repayment_fen"),
        ),
        sa.CheckConstraint("(corrects IS NULL) = (reason IS NULL)", name=op.f("ck_repayment_reason")),
        sa.CheckConstraint("(decided_by IS NULL) = (upheld IS NULL)", name=op.f("ck_repayment_decision")),
        sa.CheckConstraint("upheld IS NULL OR corrects IS NOT NULL", name=op.f("ck_repayment_correction")),
        sa.CheckConstraint("decided_by NOT IN (recorded_by, recorded_for)", name=op.f("ck_repayment_two_people")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_repayment_hire_id")),
        sa.ForeignKeyConstraint(["recovery_id"], ["recovery.id"], name=op.f("fk_repayment_recovery_id")),
        sa.PrimaryKeyConstraint("recovery_id", "number", name=op.f("pk_repayment")),
    )
    with op.batch_alter_table("repayment", schema=None) as batch_op:
        batch_op.create_index(
            "uq_repayment_corrects",
            ["recovery_id", "corrects"],
            unique=True,
            sqlite_where=sa.text("corrects IS NOT NULL AND (upheld IS NULL OR (upheld AND corrects > 0))"),
            postgresql_where=sa.text("corrects IS NOT NULL AND (upheld IS NULL OR (upheld AND corrects > 0))"),
        )

    op.create_table(
        "import_run",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("ran_by", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('applicants', 'attendance', 'assessment', 'points', 'bank_return', 'roster', 'allocation',"
            " 'old_posts')",
            name=op.f("ck_import_run_kind"),
        ),
        sa.CheckConstraint(
            "new >= 0 AND changed >= 0 AND removed >= 0 AND refused >= 0", name=op.f("ck_import_run_numbers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.create_index("ix_import_run_ran_at", ["ran_at", "region"], unique=False)

    op.create_table(
        "import_undo",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_for", sa.String(length=64), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("undone", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(decided_by IS NULL) = (upheld IS NULL)", name=op.f("ck_import_undo_decision")),
        sa.CheckConstraint("decided_by NOT IN (asked_by, asked_for)", name=op.f("ck_import_undo_two_people")),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_undo_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_undo")),
    )
    with op.batch_alter_table("import_undo", schema=None) as batch_op:
        batch_op.create_index(
            "uq_import_undo_open",
            ["run_id"],
            unique=True,
            sqlite_where=sa.text("decided_by IS NULL"),
            postgresql_where=sa.text("decided_by IS NULL"),
        )

    op.create_table(
        "import_line",
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("change", sa.String(length=8), nullable=False),
        sa.Column("hire_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("about", sa.String(length=100), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("undo_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("change IN ('new', 'changed', 'removed')", name=op.f("ck_import_line_change")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_import_line_hire_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_import_line_person_id")),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_line_run_id")),
        sa.ForeignKeyConstraint(["undo_id"], ["import_undo.id"], name=op.f("fk_import_line_undo_id")),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_import_line")),
    )
    op.create_table(
        "pay_result",
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=8), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("said", sa.String(length=300), nullable=False),
        sa.Column("run_id", sa.String(length=40), nullable=True),
        sa.Column("kept_by", sa.String(length=64), nullable=False),
        sa.Column("kept_for", sa.String(length=64), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undo_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "result IN ('paid', 'failed', 'amount', 'name', 'resent', 'closing', 'closed', 'redoing', 'redone')"
            " AND fen >= 0",
            name=op.f("ck_pay_result_result"),
        ),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_pay_result_hire_id")),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_pay_result_run_id")),
        sa.ForeignKeyConstraint(["sheet_id"], ["pay_sheet.id"], name=op.f("fk_pay_result_sheet_id")),
        sa.ForeignKeyConstraint(["undo_id"], ["import_undo.id"], name=op.f("fk_pay_result_undo_id")),
        sa.PrimaryKeyConstraint("sheet_id", "hire_id", "number", name=op.f("pk_pay_result")),
    )
    _bank()
    op.create_index(
        "ix_hire_left",
        "hire",
        ["entered_on"],
        unique=False,
        sqlite_where=sa.text("state = 'dismissed'"),
        postgresql_where=sa.text("state = 'dismissed'"),
    )
    with op.batch_alter_table("hire", schema=None) as batch_op:
        batch_op.add_column(sa.Column("term_starts_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("term_ends_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("renewal", sa.String(length=8), nullable=True))
    op.create_index("ix_hire_term_ends_on", "hire", ["term_ends_on", "id"], unique=False)
    _run(_TERMS[op.get_bind().dialect.name])
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("out_of_use", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("items", sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("assessment", schema=None) as batch_op:  # only for the rows of before
        batch_op.alter_column("items", existing_type=sa.JSON(), existing_nullable=False, server_default=None)
    _corrections()
    if op.get_bind().dialect.name == "postgresql":
        for table, condition in POLICIES.items():
            _run(f"CREATE POLICY reach ON {table} USING ({condition})")
            _run(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            _run(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


#: rows that a correction sets another beside
CORRECTED = ("notice", "training", "contract", "assessment", "protection", "departure")
RULED = "ruled_seq IS NOT NULL"


def _bank() -> None:
    op.create_table(
        "bank_list",
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("sum_fen", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("taken_by", sa.String(length=64), nullable=False),
        sa.Column("taken_for", sa.String(length=64), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1 AND people >= 1 AND sum_fen >= 0", name=op.f("ck_bank_list_numbers")),
        sa.ForeignKeyConstraint(["sheet_id"], ["pay_sheet.id"], name=op.f("fk_bank_list_sheet_id")),
        sa.PrimaryKeyConstraint("sheet_id", "number", name=op.f("pk_bank_list")),
    )
    op.create_table(
        "bank_line",
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("card", sa.String(length=64), nullable=False),
        sa.CheckConstraint("fen >= 0", name=op.f("ck_bank_line_fen")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_bank_line_hire_id")),
        sa.ForeignKeyConstraint(["sheet_id"], ["pay_sheet.id"], name=op.f("fk_bank_line_sheet_id")),
        sa.PrimaryKeyConstraint("sheet_id", "number", "hire_id", name=op.f("pk_bank_line")),
    )
    op.create_table(
        "bank_card",
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("card", sa.String(length=64), nullable=False),
        sa.Column("basis", sa.String(length=300), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("checked_by", sa.String(length=64), nullable=False),
        sa.Column("checked_for", sa.String(length=64), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("checked_by <> changed_by", name=op.f("ck_bank_card_two_people")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_bank_card_hire_id")),
        sa.ForeignKeyConstraint(["sheet_id"], ["pay_sheet.id"], name=op.f("fk_bank_card_sheet_id")),
        sa.PrimaryKeyConstraint("sheet_id", "hire_id", "card", name=op.f("pk_bank_card")),
    )


def _corrections() -> None:
    """更正: rows are never changed, so of one term or one ruled year there may be several, and one is in force."""
    op.create_table(
        "correction",
        sa.Column("hire_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=48), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("decided_seq", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.CheckConstraint("entry < seq AND decided_seq > seq", name=op.f("ck_correction_order")),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (upheld IS NULL) AND (decided_seq IS NULL) = (upheld IS NULL)",
            name=op.f("ck_correction_decision"),
        ),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_correction_four_eyes")),
        sa.ForeignKeyConstraint(["hire_id"], ["hire.id"], name=op.f("fk_correction_hire_id")),
        sa.PrimaryKeyConstraint("hire_id", "seq", name=op.f("pk_correction")),
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index(
            "uq_correction_open",
            ["hire_id"],
            unique=True,
            sqlite_where=sa.text("decided_seq IS NULL"),
            postgresql_where=sa.text("decided_seq IS NULL"),
        )
    for table in CORRECTED:
        for name in ("corrects_seq", "corrected_by"):
            op.add_column(table, sa.Column(name, sa.Integer(), nullable=True))
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_constraint("uq_contract_hire_id_term_no", type_="unique")
        batch_op.drop_constraint("pk_contract", type_="primary")
        batch_op.create_primary_key("pk_contract", ["hire_id", "seq", "term_no"])
    _index("uq_contract_term", "contract", ["hire_id", "term_no"], "corrected_by IS NULL")
    _no_index("uq_assessment_ruled", "assessment", RULED)
    _index("uq_assessment_ruled", "assessment", ["hire_id", "year"], f"{RULED} AND corrected_by IS NULL")


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=True, sqlite_where=condition, postgresql_where=condition)


def _no_index(name: str, table: str, where: str) -> None:
    op.drop_index(name, table_name=table, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _no_corrections() -> None:
    for table in ("contract", "assessment"):  # what was replaced has no place where one row of each is kept
        _run(f"DELETE FROM {table} WHERE corrected_by IS NOT NULL")
    _no_index("uq_assessment_ruled", "assessment", f"{RULED} AND corrected_by IS NULL")
    _no_index("uq_contract_term", "contract", "corrected_by IS NULL")
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_constraint("pk_contract", type_="primary")
        batch_op.create_primary_key("pk_contract", ["hire_id", "seq"])
        batch_op.create_unique_constraint("uq_contract_hire_id_term_no", ["hire_id", "term_no"])
    for table in CORRECTED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("corrected_by")
            batch_op.drop_column("corrects_seq")
    _index("uq_assessment_ruled", "assessment", ["hire_id", "year"], RULED)
    _no_index("uq_correction_open", "correction", "decided_seq IS NULL")
    op.drop_table("correction")


def downgrade() -> None:
    _no_corrections()
    for table in ("bank_card", "bank_line", "bank_list"):
        op.drop_table(table)
    op.drop_index("ix_hire_term_ends_on", table_name="hire")
    op.drop_index(
        "ix_hire_left",
        table_name="hire",
        sqlite_where=sa.text("state = 'dismissed'"),
        postgresql_where=sa.text("state = 'dismissed'"),
    )
    for name in ("renewal", "term_ends_on", "term_starts_on"):
        op.drop_column("hire", name)
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_column("items")
    op.drop_column("person", "out_of_use")

    _no_index("uq_charge_correction_open", "charge_correction", "decided_by IS NULL")
    _no_index("uq_attendance_correction_open", "attendance_correction", "decided_by IS NULL")
    for table in ("pay_result", "import_line", "charge_correction", "attendance_correction"):
        op.drop_table(table)
    with op.batch_alter_table("import_undo", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_import_undo_open",
            sqlite_where=sa.text("decided_by IS NULL"),
            postgresql_where=sa.text("decided_by IS NULL"),
        )

    op.drop_table("import_undo")
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.drop_index("ix_import_run_ran_at")

    op.drop_table("import_run")
    _no_index(
        "uq_repayment_corrects", "repayment", "corrects IS NOT NULL AND (upheld IS NULL OR (upheld AND corrects > 0))"
    )
    op.drop_table("repayment")
    op.drop_table("survey")
    op.drop_table("pay_charge")
    op.drop_table("publication")
    op.drop_table("old_terms")
    with op.batch_alter_table("recovery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_person_id"))
        batch_op.drop_index(
            "ix_recovery_open",
            sqlite_where=sa.text("settled_on IS NULL"),
            postgresql_where=sa.text("settled_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_recovery_hire_id"))

    op.drop_table("recovery")
    op.drop_table("point")
    with op.batch_alter_table("pay_line", schema=None) as batch_op:
        batch_op.drop_index("uq_pay_line_once", sqlite_where=sa.text("live"), postgresql_where=sa.text("live"))
        batch_op.drop_index("ix_pay_line_hire_id")

    op.drop_table("pay_line")
    op.drop_table("paper")

    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index("ix_attendance_month")

    op.drop_table("attendance")
    op.drop_table("aftercare_act")
    with op.batch_alter_table("aftercare", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_aftercare_open",
            sqlite_where=sa.text("closed_on IS NULL"),
            postgresql_where=sa.text("closed_on IS NULL"),
        )

    op.drop_table("aftercare")
    op.drop_table("pay_approval")
    op.drop_table("rate")
    with op.batch_alter_table("pay_sheet", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_pay_sheet_live", sqlite_where=sa.text("status <> 'void'"), postgresql_where=sa.text("status <> 'void'")
        )
        batch_op.drop_index("ix_pay_sheet_month")

    op.drop_table("pay_sheet")
    op.drop_table("pay_day_done")
    op.drop_table("filing_list")
    for name in ("claim_line", "subsidy_claim", "cover", "policy"):
        op.drop_table(name)
    op.drop_index("ix_filing_open", table_name="filing")
    with op.batch_alter_table("paper_template", schema=None) as batch_op:
        batch_op.drop_index("uq_paper_template_live", sqlite_where=sa.text("live"), postgresql_where=sa.text("live"))

    op.drop_table("paper_template")
    op.drop_table("numbering")
    op.drop_table("budget")


def _run(statement: str) -> None:
    """As it stands: a percent sign is no placeholder."""
    op.get_bind().exec_driver_sql(statement.replace("%", "%%"))
