"""Many rows of a machine at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

from core.errors import WriteRefused

if TYPE_CHECKING:
    from core.machine import Machine

M = TypeVar("M", bound="Machine")


class MachineQuerySet(models.QuerySet[M]):
    """Rows of a machine. Bulk creation is refused: each row is born with its event."""

    def bulk_create(self, *args: Any, **kwargs: Any) -> Any:
        raise WriteRefused(ref=f"A list of {self.model.__name__}")
