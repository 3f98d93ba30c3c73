"""The query that locks one row and reads the rows its facts need, compiled once per machine.

Django's compilation of such a query costs as much as running it, and a transition runs it every time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models.query import get_related_populators

if TYPE_CHECKING:
    from core.machine import Machine


class LockedQuery:
    """SELECT … FOR UPDATE OF the row, with its joins. Prepared for the database of this server."""

    def __init__(self, model: type[Machine], joins: list[str]) -> None:
        queryset = model._default_manager.select_related(*joins).filter(pk=0).order_by()
        if connection.features.has_select_for_update:
            queryset = queryset.select_for_update(of=("self",))
        compiler: Any = queryset.query.get_compiler(connection=connection)
        in_atomic, connection.in_atomic_block = connection.in_atomic_block, True  # only the text is made here
        try:
            self._sql, parameters = compiler.as_sql()
        finally:
            connection.in_atomic_block = in_atomic
        if list(parameters) != [0]:
            raise AssertionError(f"the query of {model.__name__} has other parameters than its key: {parameters}")
        info = compiler.klass_info
        fields = info["select_fields"]
        self._model = model
        self._start, self._end = fields[0], fields[-1] + 1
        self._names = [column[0].target.attname for column in compiler.select[self._start : self._end]]
        self._populators = get_related_populators(info, compiler.select, connection.alias)  # type: ignore[call-arg]
        self._converters = compiler.get_converters([column[0] for column in compiler.select])
        self._compiler = compiler

    def fetch(self, key: int) -> Any | None:
        """The locked row, or None. Must run inside a transaction."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [key])
            row = cursor.fetchone()
        if row is None:
            return None
        if self._converters:
            row = next(self._compiler.apply_converters([row], self._converters))
        found = self._model.from_db(connection.alias, self._names, row[self._start : self._end])
        for populator in self._populators:
            populator.populate(row, found)
        return found
