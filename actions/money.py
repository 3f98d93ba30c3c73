"""Amounts as arguments: the shape in which facts carry money, above zero."""

from __future__ import annotations

from typing import Any

from state_machines import columns

POSITIVE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "minor": columns.POSITIVE_MINOR,
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    },
    "required": ["minor", "currency"],
    "additionalProperties": False,
}
