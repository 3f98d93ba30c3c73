"""JSON schemas of facts and arguments, and their prebuilt checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import jsonschema_rs

from core.catalog import Fact, Kind

MAX_TEXT = 500
_PLAIN: dict[Kind, dict[str, Any]] = {
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.MOMENT: {"type": "string", "maxLength": 40},
    Kind.DATE: {"type": "string", "maxLength": 10},
    Kind.REF: {"type": "string", "maxLength": 100},
    Kind.ANY: {},
    Kind.MONEY: {
        "type": "object",
        "properties": {"minor": {"type": "integer"}, "currency": {"type": "string", "minLength": 3, "maxLength": 3}},
        "required": ["minor", "currency"],
        "additionalProperties": False,
    },
}


def of_fact(fact: Fact) -> dict[str, Any]:
    """The JSON schema of one fact's value."""
    if fact.kind is Kind.TEXT:
        return (
            {"type": "string", "enum": list(fact.choices)}
            if fact.choices
            else {"type": "string", "maxLength": MAX_TEXT}
        )
    if fact.kind is Kind.LIST:
        return {"type": "array", "maxItems": 200, "items": of_fact(Fact("item", fact.of or Kind.ANY))}
    return _PLAIN[fact.kind]


def of_facts(facts: Iterable[Fact]) -> dict[str, Any]:
    """The JSON schema of one noun's facts: nothing undeclared, and nothing that is not optional may be missing."""
    facts = list(facts)
    return {
        "type": "object",
        "properties": {fact.name: of_fact(fact) for fact in facts},
        "required": [fact.name for fact in facts if not fact.optional],
        "additionalProperties": False,
    }


def of_facts_by_path(facts: Iterable[Fact]) -> dict[str, Any]:
    """The JSON schema of facts whose names are paths of two parts, nested: payment.total under payment."""
    nouns: dict[str, list[Fact]] = {}
    for fact in facts:
        noun, _dot, name = fact.name.partition(".")
        nouns.setdefault(noun, []).append(replace(fact, name=name))
    return of_arguments({noun: of_facts(found) for noun, found in nouns.items()})


def of_arguments(properties: Mapping[str, Any], required: Iterable[str] = ()) -> dict[str, Any]:
    """The JSON schema of arguments or parameters given by name."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def whole(properties: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as their schemas mean them: where one is an integer, 100.0, which JSON Schema takes for one, is 100."""
    return {
        name: int(value)
        if type(value) is float and value.is_integer() and properties.get(name, {}).get("type") == "integer"
        else value
        for name, value in given.items()
    }


class Check:
    """A prebuilt check of values against one JSON schema."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = dict(schema)
        self._validator = jsonschema_rs.validator_for(self.schema)

    def problem(self, value: Any) -> str | None:
        """None, or the first thing that is wrong with `value`, as "at /path: what"."""
        try:
            if self._validator.is_valid(value):
                return None
            error = next(iter(self._validator.iter_errors(value)))
        except (ValueError, TypeError) as bad:
            return f"it is no JSON value ({bad})"
        path = "/".join(str(part) for part in error.instance_path)
        return f"at /{path}: {error.message}" if path else error.message
