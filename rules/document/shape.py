"""Holds a document against the JSON schema of the language and says in plain sentences what does not fit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from core.errors import nearest
from rules.document.problem import join

SCHEMA: dict[str, Any] = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
_RULE = {"$schema": SCHEMA["$schema"], "$defs": SCHEMA["$defs"], "$ref": "#/$defs/rule"}
MAX_EXPLAINED = 200  # rules; a file with more is told about these first


class _Checker:
    """One schema twice: compiled, to find out fast whether data fits, and exact, to say why it does not."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.fits = jsonschema_rs.validator_for(schema)
        self.exact = Draft202012Validator(schema)

    def misfits(self, data: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
        if self.fits.is_valid(data):
            return
        said: dict[tuple[str, str], None] = {}
        for error in self.exact.iter_errors(data):
            where = join(pointer, *error.absolute_path)
            said |= {(where, sentence): None for sentence in _sentences(error)}
        if not said:
            said = {(join(pointer, *error.instance_path), error.message): None for error in self.fits.iter_errors(data)}
        yield from said


def misfits(data: Any) -> Iterator[tuple[str, str]]:
    """JSON pointer and sentence for each place where plain `data` does not fit the schema."""
    if _SET.fits.is_valid(data):
        return
    rules = data.get("rules") if isinstance(data, dict) else None
    if not isinstance(rules, list):
        yield from _SET.misfits(data)
        return
    yield from _SET.misfits(data | {"rules": []})
    bad = [place for place, rule in enumerate(rules) if not _ONE.fits.is_valid(rule)]
    for place in bad[:MAX_EXPLAINED]:
        yield from _ONE.misfits(rules[place], join("/rules", place))
    if len(bad) > MAX_EXPLAINED:
        yield "/rules", f"{len(bad) - MAX_EXPLAINED} more rules do not fit; correct these first and check again"


def _sentences(error: ValidationError) -> Iterator[str]:
    keyword = str(error.validator)
    schema: Any = error.schema
    asked: Any = error.validator_value
    seen: Any = error.instance
    if keyword == "additionalProperties":
        yield from _unknown_keys(seen, sorted(schema.get("properties", {})))
    elif keyword == "required":
        yield from (f'"{key}" is missing; add it' for key in asked if key not in seen)
    elif keyword == "enum":
        near = nearest(seen, asked) if isinstance(seen, str) else ""
        yield f'"{str(seen)[:60]}" is not known here.{near} Possible: {", ".join(asked)}'
    elif keyword in ("minItems", "maxItems"):
        wanted = "at least" if keyword == "minItems" else "at most"
        yield f"it has {len(seen)} parts, and {wanted} {asked} are needed"
    else:
        says = schema.get("says")
        yield f"{_show(seen)} does not fit" + (f"; write {says}" if says else f": {error.message[:200]}")


def _show(seen: Any) -> str:
    if isinstance(seen, str):
        return f'"{seen[:60]}"'
    if isinstance(seen, (dict, list)):
        return "an object" if isinstance(seen, dict) else "a list"
    return json.dumps(seen)[:60]


def _unknown_keys(seen: dict[str, Any], known: list[str]) -> Iterator[str]:
    for key in seen:
        if key not in known:
            near = nearest(key, known) or f" Possible here: {', '.join(known)}."
            yield f'"{key[:60]}" is not known here; take it out or correct it.{near}'


_SET, _ONE = _Checker(SCHEMA), _Checker(_RULE)
