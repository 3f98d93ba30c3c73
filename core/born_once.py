"""A row that is born once however many try: under a unique key, with its first event and the rows beside it.

On PostgreSQL all of it is one statement, so that neither a savepoint nor an open transaction is paid for.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection, connections, models, transaction

from core import bells, event_log, prepared
from core.errors import NotWired
from core.events import Event
from core.machine import Machine

RESERVED = 50
_ids: dict[tuple[int, str, str], list[int]] = {}
_turn = threading.Lock()


@dataclass(frozen=True)
class Given:
    """What must be so at the moment of the birth: a condition in SQL, the same text each time, and its values."""

    sql: str = "true"
    values: tuple[Any, ...] = ()


ALWAYS = Given()


def born_once(row: Machine, unique: str, beside: type[models.Model], given: Given = ALWAYS, **values: Any) -> bool:
    """Store a new row of a machine, its `created` event, and a row of `beside` that has the same key. Bells ring after.

    `unique` names the constraint whose rows are there once; False where the row is there already or `given` is not so,
    and then nothing was written. `values` are the other columns of the row beside it. Machines whose birth makes links
    are not for this.
    """
    if row.shape.links:
        raise NotWired(what=f"the birth of {row.machine.noun}", reason="it makes links; use save")
    text = _text(type(row), unique, beside, tuple(values), given.sql)
    born = _born_in_one if connection.vendor == "postgresql" else _born_in_turn
    if not born(text, row, given, _stored(beside, values)):
        return False
    row._state.adding = False
    transaction.on_commit(bells.ring_dispatch)
    return True


def _born_in_one(text: _Text, row: Machine, given: Given, more: list[Any]) -> bool:
    row.pk = _reserved(row._meta.db_table)
    values = [row.pk, *_asked(row), *given.values, *more, *event_log.values(_first(row))]
    return bool(prepared.rows(text.whole, values))


def _reserved(table: str) -> int:
    """A fresh id for a row of `table`: the event names it, so it is known before the row is written.

    Ids are taken from the table's sequence by the dozen. What a process does not use is lost, as with every sequence.
    """
    name = (os.getpid(), connection.settings_dict["NAME"], table)  # a forked child reserves its own
    with _turn:
        left = _ids.setdefault(name, [])
        if not left:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, RESERVED]
                )
                left += [one for (one,) in reversed(cursor.fetchall())]
        return left.pop()


def _born_in_turn(text: _Text, row: Machine, given: Given, more: list[Any]) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text.row, [*_asked(row), *given.values])
        found = cursor.fetchone()
        if found is None:
            return False
        row.pk = found[0]
        cursor.execute(f"{event_log.INTO} VALUES ({event_log.MARKS})", event_log.values(_first(row)))
        cursor.execute(text.beside, [row.pk, *more])
    return True


def _first(row: Machine) -> Event:
    type_ = f"{row.machine.noun}.created"
    return event_log.composed(
        type=type_,
        subject=row.ref,
        sequence=0,
        facts=row.shape.facts(row, type_),
        target=row.state,
        customer=row.shape.customer(row),
    )


_AS_IT_IS = {  # of these, a value is written as the row has it
    kind.get_prep_value for kind in (models.CharField, models.IntegerField, models.BooleanField, models.ForeignKey)
}


def _asked(row: Machine) -> list[Any]:
    """What is written of a row but its key, in the order of its columns."""
    database = connections[connection.alias]
    values = row.__dict__
    return [
        values[attname] if as_it_is else field.get_db_prep_save(values[attname], database)
        for attname, field, as_it_is in _fields(type(row))
    ]


@lru_cache(maxsize=64)
def _fields(model: type[Machine]) -> list[tuple[str, Any, bool]]:
    return [
        (attname, field, type(field).get_prep_value in _AS_IT_IS)
        for attname, _column, field in model.shape.fields
        if attname != "id"
    ]


def _stored(model: type[models.Model], values: Mapping[str, Any]) -> list[Any]:
    database = connections[connection.alias]
    return [model._meta.get_field(name).get_db_prep_save(value, database) for name, value in values.items()]  # type: ignore[union-attr]


@dataclass(frozen=True)
class _Text:
    """The statements of a birth: the row, the row beside it, and on PostgreSQL both with the event at once."""

    row: str
    beside: str
    whole: str


@lru_cache(maxsize=64)
def _text(model: type[Machine], unique: str, beside: type[models.Model], named: tuple[str, ...], given: str) -> _Text:
    names = [column for attname, column, _field in model.shape.fields if attname != "id"]
    other = [beside._meta.pk, *[beside._meta.get_field(name) for name in named]]
    others = ", ".join(f'"{field.column}"' for field in other)  # type: ignore[union-attr]
    once = f"WHERE {given} {_conflict(model, unique)} RETURNING id"
    row = f'INSERT INTO "{model._meta.db_table}" ({{}}) SELECT {{}} {once}'
    beside_it = f'INSERT INTO "{beside._meta.db_table}" ({others}) SELECT'
    return _Text(
        row=row.format(_listed(names), _marks(names)),
        beside=f"{beside_it} {_marks(other)}",
        whole=f"WITH born AS ({row.format(_listed(['id', *names]), _marks(['id', *names]))}), "
        f"beside AS ({beside_it} id, {_marks(named)} FROM born) "
        f"{event_log.INTO} SELECT {event_log.MARKS} FROM born RETURNING id",
    )


def _conflict(model: type[Machine], unique: str) -> str:
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.name == unique:
            columns = ", ".join(f'"{model._meta.get_field(name).column}"' for name in constraint.fields)  # type: ignore[union-attr]
            return f"ON CONFLICT ({columns}) DO NOTHING"
    raise NotWired(what=f"the birth of {model.machine.noun}", reason=f"it has no unique constraint {unique}")


def _listed(columns: list[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))
