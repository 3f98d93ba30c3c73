"""A list of rows that is asked for the same addresses again for each of its rows, and puts them together once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from unfold.views import ChangeList


class StaffChangeList(ChangeList):
    """The library puts the heads of the columns together anew for every row; what they ask of the list is kept here."""

    @cached_property
    def _queries(self) -> dict[str, str]:
        return {}

    @cached_property
    def _ordered(self) -> dict[int, str]:
        return super().get_ordering_field_columns()

    def get_query_string(self, new_params: Mapping[str, Any] | None = None, remove: Sequence[str] | None = None) -> str:
        key = repr((new_params, remove))
        if key not in self._queries:
            self._queries[key] = super().get_query_string(new_params, remove)
        return self._queries[key]

    def get_ordering_field_columns(self) -> dict[int, str]:
        return self._ordered
