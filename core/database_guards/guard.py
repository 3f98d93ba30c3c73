"""A guard: a named piece of database code on one table. The name carries a hash of the body, so an old body shows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

PREFIX = "pravila_"


@dataclass(frozen=True)
class DatabaseGuard:
    """`create` are the statements that install it; "{name}" in them stands for the guard's own name."""

    table: str
    purpose: str
    create: tuple[str, ...]

    @property
    def name(self) -> str:
        body = hashlib.sha256("\n".join(self.create).encode()).hexdigest()[:8]
        table = hashlib.sha256(self.table.encode()).hexdigest()[:6]
        return f"{PREFIX}{self.purpose}_{self.table[:28]}_{table}_{body}"

    def statements(self) -> list[str]:
        return [text.replace("{name}", self.name) for text in self.create]


@dataclass(frozen=True)
class GuardedTable:
    """What the guard of one machine's table needs to know."""

    table: str
    noun: str
    initial: str
    recorded: tuple[str, ...]  # columns that change only with an event
    sealed: tuple[str, ...] = ()  # those of them that are fixed once the row has left its initial state
    parts: tuple[tuple[str, str], ...] = ()  # (table, column that points here) of rows fixed with it


APPEND_ONLY = (
    "core_event",
    "core_auditrow",
    "rules_decision",
    "state_machines_creditentry",
    "state_machines_walletentry",
)
EVENT, OUTBOX = "core_event", "core_outbox"
EXPLAIN = "pravila: the change of {table} has no event that explains it; use core.machine"
SEALED = "pravila: what is sealed of {table} does not change once it has left its initial state"
KEPT = "pravila: rows of {table} are never changed or deleted"
