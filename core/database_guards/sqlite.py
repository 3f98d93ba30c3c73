"""The guards as SQLite triggers. `recursive_triggers` must be on, or INSERT OR REPLACE walks past the deletes."""

from __future__ import annotations

from core.database_guards.guard import APPEND_ONLY, EVENT, EXPLAIN, KEPT, OUTBOX, SEALED, DatabaseGuard, GuardedTable


def _refuse(table: str, purpose: str, moment: str, condition: str, message: str) -> DatabaseGuard:
    when = f" WHEN {condition}" if condition else ""
    text = f'CREATE TRIGGER "{{name}}" {moment} ON "{table}"{when} BEGIN SELECT RAISE(ABORT, \'{message}\'); END'
    return DatabaseGuard(table, purpose, (text,))


def explained(guarded: GuardedTable) -> list[DatabaseGuard]:
    """A machine's row is born initial, changes with its event, and goes after its `deleted` event."""
    message = EXPLAIN.format(table=guarded.table)
    changed = " OR ".join(
        f'NEW."{column}" IS NOT OLD."{column}"' for column in ("id", "state", "sequence", *guarded.recorded)
    )
    event = f"EXISTS (SELECT 1 FROM {EVENT} WHERE subject = '{guarded.noun}:'||"
    told = f"{event}NEW.id AND sequence = NEW.sequence AND target = NEW.state)"
    born = f"{event}NEW.id AND sequence = 0)"
    gone = f"{event}OLD.id AND sequence = OLD.sequence + 1 AND type = '{guarded.noun}.deleted')"
    moved = f"NEW.id = OLD.id AND NEW.sequence = OLD.sequence + 1 AND {told} AND (OLD.sequence > 0 OR {born})"
    insert = f"NOT (NEW.sequence = 0 AND NEW.state = '{guarded.initial}') AND NOT {told}"
    return [
        _refuse(guarded.table, "born", "BEFORE INSERT", insert, message),
        _refuse(guarded.table, "explained", "BEFORE UPDATE", f"({changed}) AND NOT ({moved})", message),
        _refuse(guarded.table, "gone", "BEFORE DELETE", f"NOT {gone}", message),
    ]


def sealed(guarded: GuardedTable) -> list[DatabaseGuard]:
    """What is sealed of a row, its life, and its parts are fixed once it has left its initial state."""
    if not guarded.sealed:
        return []
    message = SEALED.format(table=guarded.table)
    left = f"OLD.state <> '{guarded.initial}'"
    changed = " OR ".join(f'NEW."{column}" IS NOT OLD."{column}"' for column in guarded.sealed)
    guards = [
        _refuse(guarded.table, "sealed", "BEFORE UPDATE", f"{left} AND ({changed})", message),
        _refuse(guarded.table, "undeleted", "BEFORE DELETE", left, message),
    ]
    for table, column in guarded.parts:
        fixed = (
            f"""EXISTS (SELECT 1 FROM "{guarded.table}" WHERE state <> '{guarded.initial}' AND id = %s."{column}")"""
        )
        guards += [
            _refuse(table, "part_new", "BEFORE INSERT", fixed % "NEW", message),
            _refuse(table, "part_changed", "BEFORE UPDATE", f"{fixed % 'OLD'} OR {fixed % 'NEW'}", message),
            _refuse(table, "part_gone", "BEFORE DELETE", fixed % "OLD", message),
        ]
    return guards


def log_guards(tables: set[str]) -> list[DatabaseGuard]:
    """The guards of the log, the decisions and the audit, and the queueing of live events."""
    guards = []
    for table in APPEND_ONLY:
        if table in tables:
            message = KEPT.format(table=table)
            twice = f'EXISTS (SELECT 1 FROM "{table}" WHERE id = NEW.id)'
            guards += [
                _refuse(table, "kept", "BEFORE UPDATE", "", message),
                _refuse(table, "undeleted", "BEFORE DELETE", "", message),
                _refuse(table, "unreplaced", "BEFORE INSERT", twice, message),
            ]
    queue = (
        f'CREATE TRIGGER "{{name}}" AFTER INSERT ON "{EVENT}" WHEN NEW.live BEGIN '
        f"INSERT INTO {OUTBOX} (event_id, shard, held) VALUES (NEW.id, NEW.shard, 0); END"
    )
    return [*guards, DatabaseGuard(EVENT, "queue", (queue,))]


COLUMNS = "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'"
PRESENT = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'pravila\\_%' ESCAPE '\\'"


def drop(name: str, table: str) -> list[str]:
    """The statement that removes a guard."""
    del table
    return [f'DROP TRIGGER IF EXISTS "{name}"']
