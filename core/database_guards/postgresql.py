"""The guards in PL/pgSQL. Conditions stand inside the functions: a WHEN on a column would block later migrations."""

from __future__ import annotations

from core.database_guards.guard import APPEND_ONLY, EVENT, EXPLAIN, KEPT, OUTBOX, DatabaseGuard, GuardedTable


def _with_function(table: str, purpose: str, body: str, events: str, *more: str) -> DatabaseGuard:
    function = (
        f'CREATE OR REPLACE FUNCTION "{{name}}"() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN {body} END $guard$'
    )
    bound = f'CREATE TRIGGER "{{name}}" {events} ON "{table}" FOR EACH ROW EXECUTE FUNCTION "{{name}}"()'
    return DatabaseGuard(table, purpose, (function, bound, *more))


def explained(guarded: GuardedTable) -> DatabaseGuard:
    """A machine's row is born initial, changes with its event, and goes after its `deleted` event."""
    message = EXPLAIN.format(table=guarded.table)
    same = " AND ".join(
        f'NEW."{column}" IS NOT DISTINCT FROM OLD."{column}"'
        for column in ("id", "state", "sequence", *guarded.recorded)
    )
    subject = f"'{guarded.noun}:'||"
    event = f"SELECT 1 FROM {EVENT} WHERE subject = {subject}"
    body = f"""
    IF TG_OP = 'INSERT' THEN
      IF NEW.sequence = 0 AND NEW.state = '{guarded.initial}' THEN RETURN NEW; END IF;
      IF EXISTS ({event}NEW.id AND sequence = NEW.sequence AND target = NEW.state) THEN RETURN NEW; END IF;
    ELSIF TG_OP = 'DELETE' THEN
      IF EXISTS ({event}OLD.id AND sequence = OLD.sequence + 1 AND type = '{guarded.noun}.deleted') THEN RETURN OLD; END IF;
    ELSE
      IF {same} THEN RETURN NEW; END IF;
      IF NEW.id = OLD.id AND NEW.sequence = OLD.sequence + 1
        AND EXISTS ({event}NEW.id AND sequence = NEW.sequence AND target = NEW.state)
        AND (OLD.sequence > 0 OR EXISTS ({event}NEW.id AND sequence = 0)) THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';"""
    return _with_function(guarded.table, "explained", body, "BEFORE INSERT OR UPDATE OR DELETE")


def log_guards(tables: set[str]) -> list[DatabaseGuard]:
    """The guards of the log, the decisions and the audit, and the queueing of live events."""
    guards = []
    for table in APPEND_ONLY:
        if table in tables:
            body = f"RAISE EXCEPTION '{KEPT.format(table=table)}' USING ERRCODE = 'integrity_constraint_violation';"
            whole = f'CREATE TRIGGER "{{name}}_t" BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION "{{name}}"()'
            guards.append(_with_function(table, "kept", body, "BEFORE UPDATE OR DELETE", whole))
    queue = (
        f"IF NEW.live THEN INSERT INTO {OUTBOX} (event_id, shard, held) VALUES (NEW.id, NEW.shard, false); END IF; "
        "RETURN NULL;"
    )
    guards.append(_with_function(EVENT, "queue", queue, "AFTER INSERT"))
    return guards


PRESENT = (
    "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE t.tgname LIKE 'pravila\\_%' AND t.tgenabled <> 'D' AND c.relnamespace = current_schema()::regnamespace"
)


APP_ROLE = "pravila_app"  # the role of web servers and workers, where the owner of the tables is another
HAS_ROLE = f"SELECT 1 FROM pg_roles WHERE rolname = '{APP_ROLE}' AND rolname <> current_user"


def revoke(tables: set[str]) -> list[str]:
    """Statements that take from the app's role every right to change what is kept for ever."""
    return [f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM {APP_ROLE}' for table in APPEND_ONLY if table in tables]


def drop(name: str, table: str) -> list[str]:
    """Statements that remove a guard and its function."""
    statements = [f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"']
    if not name.endswith("_t"):
        statements.append(f'DROP FUNCTION IF EXISTS "{name}"() CASCADE')
    return statements
