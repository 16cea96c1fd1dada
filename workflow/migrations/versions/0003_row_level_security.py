"""Row-level security on PostgreSQL: the database itself keeps every reader to the regions it was told.

``zaigang.regions`` holds prefixes of region codes, ``*`` or nothing; ``zaigang.person`` the number of one person whose
own rows are seen too, ``zaigang.applies`` where that person may apply. Unset is nothing. See decision 0011.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROLE = "zaigang_app"
#: what is only ever added to
BOOKS = ("audit_entry", "person_log", "office_log")

# A condition on LIKE is expected to let one row in two hundred pass, and plans would be made for that. What a reader
# asks for lies within their regions anyway: "is not null" is expected to let nearly all pass, which is how it is.
SEEN = "nullif({0} LIKE ANY ((SELECT zaigang_reach('zaigang.regions'))::text[]), false) IS NOT NULL"
APPLIED = "{0} LIKE ANY (zaigang_reach('zaigang.applies'))"
ALL = "nullif(current_setting('zaigang.regions', true) = '*', false) IS NOT NULL"
SELF = "nullif(current_setting('zaigang.person', true), '')::bigint"

OF_HIRE = (
    "audit_entry", "decision", "notice", "objection", "training", "contract", "assessment", "protection", "departure",
    "filing", "returned", "suspension", "assignment", "comment", "document", "score", "timer", "outbox", "delivery",
    "idempotency",
)  # fmt: skip
OF_PERSON = ("person_log", "clearance")

REACH = """
CREATE FUNCTION zaigang_reach(setting text) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN current_setting(setting, true) = '*' THEN ARRAY['%']
        WHEN current_setting(setting, true) ~ '^[0-9A-Z]+(,[0-9A-Z]+)*$'
            THEN string_to_array(replace(current_setting(setting, true), ',', '%,') || '%', ',')
    END
$$
"""
#: whether there is a row that the caller's own policies let pass. As functions, because a subquery in a policy is
#: planned anew for every statement that names the table: a step of the engine names a dozen
LOOKUPS = {
    "zaigang_sees_hire(bigint)": "SELECT FROM hire WHERE id = $1",
    "zaigang_sees_post(bigint)": "SELECT FROM post WHERE id = $1",
    "zaigang_sees_person(bigint)": "SELECT FROM person WHERE id = $1",
    "zaigang_sees_hire_of(bigint)": "SELECT FROM hire WHERE person_id = $1",
    "zaigang_sees_application(bigint)": "SELECT FROM public_application WHERE id = $1",
    "zaigang_sees_file(text)": "SELECT FROM document WHERE digest = $1",
    # offices only: a post that is announced is seen by whoever may apply, but not who else has applied
    "zaigang_keeps_opening(bigint)": (
        "SELECT FROM opening JOIN post ON post.id = opening.post_id"
        f" WHERE opening.id = $1 AND {SEEN.format('post.region')}"
    ),
}

POLICIES: dict[str, str] = {
    "hire": (
        f"{SEEN.format('region')} OR person_id = {SELF}"
        f" OR (person_id IS NULL AND state = 'posted' AND {APPLIED.format('region')})"
    ),
    "task": f"{SEEN.format('region')} OR (role = 'applicant' AND zaigang_sees_hire(hire_id))",
    "person": f"{SEEN.format('home_region')} OR id = {SELF} OR zaigang_sees_hire_of(id)",
    "post": f"{SEEN.format('region')} OR {APPLIED.format('region')}",
    "opening": f"{ALL} OR zaigang_sees_post(post_id)",
    "public_application": f"{ALL} OR zaigang_keeps_opening(opening_id)",
    "receipt": f"{ALL} OR zaigang_sees_hire(hire_id) OR zaigang_sees_application(application_id)",
    # a plan for a larger area counts for every place within it
    "allocation": (
        f"{SEEN.format('region')} OR EXISTS (SELECT FROM unnest(zaigang_reach('zaigang.regions')) AS mine"
        " WHERE mine LIKE allocation.region || '%')"
    ),
    "figure": SEEN.format("region"),
    "stored_file": f"{ALL} OR zaigang_sees_file(digest)",
    **{name: f"{ALL} OR zaigang_sees_hire(hire_id)" for name in OF_HIRE},
    **{name: f"{ALL} OR zaigang_sees_person(person_id)" for name in OF_PERSON},
}

# Security holds owners (FORCE), but no superuser: one who installs steps down to this role at each connection. It is
# made for such users only; databases of one server share it, and two of them may be migrated at the same moment.
STEP_DOWN = f"""
DO $$
BEGIN
    IF NOT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) THEN
        RETURN;
    END IF;
    BEGIN
        CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
    WHEN insufficient_privilege THEN
        RAISE WARNING 'row-level security does not hold this user: create the role {ROLE} and run the upgrade again';
        RETURN;
    END;
    IF NOT pg_has_role('{ROLE}', 'MEMBER') THEN
        GRANT {ROLE} TO CURRENT_USER;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO {ROLE}', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO {ROLE}', current_schema());
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO {ROLE}', current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {ROLE}',
                   current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO {ROLE}',
                   current_schema());
    REVOKE UPDATE, DELETE ON {", ".join(BOOKS)} FROM {ROLE};
    GRANT UPDATE (log_index) ON audit_entry TO {ROLE};
END $$
"""
STEP_BACK = f"""
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        RETURN;
    END IF;
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I REVOKE ALL ON TABLES FROM {ROLE}', current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I REVOKE ALL ON SEQUENCES FROM {ROLE}', current_schema());
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM {ROLE}', current_schema());
    EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %I FROM {ROLE}', current_schema());
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM {ROLE}', current_schema());
END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    _run(REACH)
    for signature, found in LOOKUPS.items():
        _run(
            f"CREATE FUNCTION {signature} RETURNS boolean LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 10 AS"
            f" $$ BEGIN RETURN EXISTS ({found}); END $$"
        )
    for table, condition in POLICIES.items():
        _run(f"CREATE POLICY reach ON {table} USING ({condition})")
        _run(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        _run(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _run(STEP_DOWN)


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    _run(STEP_BACK)
    for table in POLICIES:
        _run(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        _run(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        _run(f"DROP POLICY reach ON {table}")
    for signature in LOOKUPS:
        _run(f"DROP FUNCTION {signature}")
    _run("DROP FUNCTION zaigang_reach(text)")


def _run(statement: str) -> None:
    """As it stands: a percent sign is no placeholder, a colon no parameter."""
    op.get_bind().exec_driver_sql(statement.replace("%", "%%"))
