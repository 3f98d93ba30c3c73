"""The guards in PL/pgSQL. Conditions stand inside the functions: a WHEN on a column would block later migrations."""

from __future__ import annotations

from core.database_guards.guard import APPEND_ONLY, EVENT, EXPLAIN, KEPT, OUTBOX, SEALED, DatabaseGuard, GuardedTable


def _with_function(table: str, purpose: str, body: str, events: str, *more: str, declare: str = "") -> DatabaseGuard:
    declared = f"DECLARE {declare} " if declare else ""
    function = (
        'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql '
        f"AS $guard$ {declared}BEGIN {body} END $guard$"
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


def sealed(guarded: GuardedTable) -> list[DatabaseGuard]:
    """What is sealed of a row, its life, and its parts are fixed once it has left its initial state."""
    if not guarded.sealed:
        return []
    refuse = f"RAISE EXCEPTION '{SEALED.format(table=guarded.table)}' USING ERRCODE = 'integrity_constraint_violation';"
    same = " AND ".join(f'NEW."{column}" IS NOT DISTINCT FROM OLD."{column}"' for column in guarded.sealed)
    body = f"""
    IF TG_OP = 'DELETE' THEN
      IF OLD.state = '{guarded.initial}' THEN RETURN OLD; END IF;
    ELSIF OLD.state = '{guarded.initial}' OR ({same}) THEN RETURN NEW;
    END IF;
    {refuse}"""
    guards = [_with_function(guarded.table, "sealed", body, "BEFORE UPDATE OR DELETE")]
    for table, column in guarded.parts:
        # FOR SHARE: a part that is written while its row is being moved waits, and then sees the new state
        state = f'SELECT state INTO found FROM "{guarded.table}" WHERE id = %s."{column}" FOR SHARE;'
        check = f"IF found <> '{guarded.initial}' THEN {refuse} END IF;"
        body = f"""
        IF TG_OP <> 'INSERT' THEN {state % "OLD"} {check} END IF;
        IF TG_OP <> 'DELETE' THEN {state % "NEW"} {check} RETURN NEW; END IF;
        RETURN OLD;"""
        guards.append(_with_function(table, "part", body, "BEFORE INSERT OR UPDATE OR DELETE", declare="found text;"))
    return guards


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


COLUMNS = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
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
