"""Columns of sentences that every reader is told in their own language. Rows from before hold plain text, which stays."""

from __future__ import annotations

import json
from typing import Any

from django.db import models

from core.said import Said, as_data, from_data


class SentencesField(models.JSONField):
    """A list of sentences."""

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value([as_data(one) for one in value] if isinstance(value, list) else value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        found = super().from_db_value(value, expression, connection)
        return [from_data(one) for one in found] if isinstance(found, list) else found

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs


class SentenceField(models.TextField):
    """One sentence."""

    def get_prep_value(self, value: Any) -> Any:
        return json.dumps(as_data(value)) if isinstance(value, Said) else super().get_prep_value(value)

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Any:
        return from_data(json.loads(value)) if value and value.startswith('{"template": ') else value

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs
