"""Holds a document against the JSON schema of the language and says in plain sentences what does not fit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from core.errors import nearest
from core.said import Said, said
from rules.document.problem import join
from rules.document.schema import schema_of
from rules.operators import Operator, operators

MAX_EXPLAINED = 200  # rules; a file with more is told about these first


class _Checker:
    """One schema twice: compiled, to find out fast whether data fits, and exact, to say why it does not."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.fits = jsonschema_rs.validator_for(schema)
        self.exact = Draft202012Validator(schema)

    def misfits(self, data: Any, pointer: str = "") -> Iterator[tuple[str, Said]]:
        if self.fits.is_valid(data):
            return
        found: dict[tuple[str, Said], None] = {}
        for error in self.exact.iter_errors(data):
            where = join(pointer, *error.absolute_path)
            found |= {(where, sentence): None for sentence in _sentences(error)}
        if not found:
            found = {
                (join(pointer, *error.instance_path), said(error.message)): None
                for error in self.fits.iter_errors(data)
            }
        yield from found


def misfits(data: Any) -> Iterator[tuple[str, Said]]:
    """JSON pointer and sentence for each place where plain `data` does not fit the schema."""
    whole, alone = _checkers(operators.as_declared())
    if whole.fits.is_valid(data):
        return
    rules = data.get("rules") if isinstance(data, dict) else None
    if not isinstance(rules, list):
        yield from whole.misfits(data)
        return
    yield from whole.misfits(data | {"rules": []})
    bad = [place for place, rule in enumerate(rules) if not alone.fits.is_valid(rule)]
    for place in bad[:MAX_EXPLAINED]:
        yield from alone.misfits(rules[place], join("/rules", place))
    if len(bad) > MAX_EXPLAINED:
        yield (
            "/rules",
            said(
                "{number} more rules do not fit; correct these first and check again", number=len(bad) - MAX_EXPLAINED
            ),
        )


def _sentences(error: ValidationError) -> Iterator[Said]:
    keyword = str(error.validator)
    schema: Any = error.schema
    asked: Any = error.validator_value
    seen: Any = error.instance
    if keyword == "additionalProperties":
        yield from _unknown_keys(seen, sorted(schema.get("properties", {})))
    elif keyword == "required":
        yield from (said('"{key}" is missing; add it', key=key) for key in asked if key not in seen)
    elif keyword == "enum":
        near = nearest(seen, asked) if isinstance(seen, str) else ""
        yield said(
            '"{seen}" is not known here.{near} Possible: {asked}',
            seen=str(seen)[:60],
            near=near,
            asked=", ".join(asked),
        )
    elif keyword in ("minItems", "maxItems"):
        wanted = said("at least") if keyword == "minItems" else said("at most")
        yield said(
            "it has {number} parts, and {wanted} {asked} are needed", number=len(seen), wanted=wanted, asked=asked
        )
    else:
        says = schema.get("says")
        found = said("{seen} does not fit", seen=_show(seen)) if seen != "" else said("nothing is written here")
        if says:
            yield said("{found}; write {wanted}", found=found, wanted=said(says))
        else:
            yield said("{found}: {message}", found=found, message=error.message[:200])


def _show(seen: Any) -> str:
    if isinstance(seen, str):
        return f'"{seen[:60]}"'
    if isinstance(seen, (dict, list)):
        return said("an object") if isinstance(seen, dict) else said("a list")
    return json.dumps(seen)[:60]


def _unknown_keys(seen: dict[str, Any], known: list[str]) -> Iterator[Said]:
    for key in seen:
        if key not in known:
            near = nearest(key, known) or said(" Possible here: {known}.", known=", ".join(known))
            yield said('"{key}" is not known here; take it out or correct it.{near}', key=key[:60], near=near)


@lru_cache(maxsize=2)
def _checkers(known: tuple[Operator, ...]) -> tuple[_Checker, _Checker]:
    """One for a whole set, one for a rule, where these are the operators."""
    schema = schema_of(known)
    rule = {"$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": "#/$defs/rule"}
    return _Checker(schema), _Checker(rule)
