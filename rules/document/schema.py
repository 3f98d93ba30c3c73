"""The JSON schema of the language, with the operators that are declared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rules.operators import Operator

_WRITTEN = Path(__file__).with_name("schema.json").read_text(encoding="utf-8")


def schema_of(operators: Sequence[Operator]) -> dict[str, Any]:
    """The schema where these are the operators: what stands on the right of each has the shape that it takes."""
    schema: dict[str, Any] = json.loads(_WRITTEN)
    schema["$defs"] |= {
        "op": {"enum": [operator.name for operator in operators]},
        "member_op": {"enum": [operator.name for operator in operators if operator.of_members]},
        "wanted": {"allOf": list(_wanted(operators, schema["$defs"]))},
    }
    return schema


def _wanted(operators: Sequence[Operator], shapes: dict[str, Any]) -> Iterator[dict[str, Any]]:
    alone = [operator.name for operator in operators if operator.takes == "nothing"]
    yield {"if": _one_of(alone), "else": {"required": ["value"]}}
    for name in alone:
        yield {"if": _one_of([name]), "then": _value({"not": {}, "says": f"no value: {name} takes none"})}
    alike: dict[str, list[str]] = {}
    for operator in operators:
        if operator.takes != "nothing":
            alike.setdefault(json.dumps(shapes[f"takes_{operator.takes}"]), []).append(operator.name)
    for shape, names in alike.items():
        yield {"if": _one_of(names), "then": _value(json.loads(shape))}


def _one_of(names: list[str]) -> dict[str, Any]:
    return {"required": ["op"], "properties": {"op": {"enum": names}}}


def _value(schema: dict[str, Any]) -> dict[str, Any]:
    return {"properties": {"value": schema}}
