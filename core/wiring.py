"""Nothing may be disconnected silently: what is declared must be wired, or the server does not start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.checks import CheckMessage, Warning  # noqa: A004
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from core import catalog, fitting, machines
from core.database_guards import install
from core.errors import NotWired
from core.outbox import ensure_shards

DEMANDS: list[Callable[[], list[str]]] = []  # upper rooms add their own; each returns what is not wired, in words


def after_migrate(**_kwargs: object) -> None:
    """Put back what a migration or a flush took away."""
    install.ensure()
    install.restrict_app_role()
    ensure_shards()


def check_guards(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """A warning, not an error: an error here would stop the very command that mends it."""
    if not databases:
        return []
    try:
        gone = install.missing()
    except DatabaseError:
        return []
    return [Warning(f"database guards are missing: {', '.join(gone)}", hint="run migrate")] if gone else []


def needs_migrate() -> bool:
    """Whether `migrate` has something to do. A server that finds nothing leaves the guards of others alone."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()) or install.missing())


def unwired() -> list[str]:
    """Everything that is declared but not wired, in words."""
    if not install.tables():
        return ["the database has no tables yet; run migrate"]
    faults = [f"database guard {name} is missing; run migrate" for name in install.missing()]
    faults += [
        f"event type {event.name} is about {event.noun}, which is no machine"
        for event in catalog.event_types
        if event.noun and event.noun not in catalog.machines
    ]
    faults += fitting.loose_ends(machines.all_machines())
    for demand in DEMANDS:
        faults += demand()
    return faults


def demand_wired() -> None:
    """Called by servers and workers before they start. Raises NotWired with the first fault."""
    if faults := unwired():
        raise NotWired(what=f"{len(faults)} thing(s)", reason="; ".join(faults[:5]))
