"""A binding: which signal or model of somebody else's app leads to which event. Read from a file, checked whole."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from core.catalog import EventType, Fact, Kind
from core.errors import PravilaError

On = Literal["signal", "created", "saved", "deleted", "linked", "unlinked"]
_SCHEMA = Draft202012Validator(json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8")))
_PLACE = re.compile(r"\{([a-zA-Z][\w.]*(?:\|[a-zA-Z][\w.]*)*)\}")
_MAX_BYTES = 1024 * 1024


class BadBridge(PravilaError):
    """The bridge {file} cannot be used: {problem}. Correct it and start again."""

    status = 500
    code = "bad-bridge"


@dataclass(frozen=True)
class Reading:
    """Where the value of a fact is found. `currency` is a code, or the path of one in braces; `minor`: the amount is given
    in minor units already."""

    path: str
    kind: Kind
    currency: str = ""
    minor: bool = False


@dataclass(frozen=True)
class Binding:
    """One row of the configuration. `subject`, `customer` and `once` name things with paths in braces:
    athm_payment:{payment.pk}. `source` is the path of the signal, or the model as app.Model."""

    source: str
    on: On
    event: EventType
    subject: str
    customer: str = ""
    once: str = ""
    changed: tuple[str, ...] = ()
    link: str = ""
    readings: Mapping[str, Reading] = field(default_factory=dict)

    @property
    def uid(self) -> str:
        return f"pravila.bridge/{self.source}/{self.on}/{self.event.name}"


def load(path: Path) -> list[Binding]:
    """The bindings of a file, YAML or JSON. Raises BadBridge with the first thing that is wrong with it."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise BadBridge(file=path.name, problem=f"it is larger than {_MAX_BYTES} bytes")
        data = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise BadBridge(file=path.name, problem=f"it cannot be read: {str(error)[:300]}") from error
    return bindings(data, path.name)


def bindings(data: Any, name: str = "bridge") -> list[Binding]:
    """The bindings of plain data. Raises BadBridge."""
    for wrong in sorted(_SCHEMA.iter_errors(data), key=lambda found: found.json_path):
        raise BadBridge(file=name, problem=f"at {wrong.json_path}: {wrong.message[:200]}")
    found = [_signal(row, name) for row in data.get("signals", [])]
    found += [_model(row, name) for row in data.get("models", [])]
    seen: set[str] = set()
    for binding in found:
        if binding.uid in seen:
            raise BadBridge(file=name, problem=f"{binding.source} leads to {binding.event.name} twice")
        seen.add(binding.uid)
    return found


def places(naming: str) -> list[str]:
    """The paths in the braces of a name."""
    return _PLACE.findall(naming)


def named(naming: str, values: Mapping[str, Any]) -> str:
    """The name with what stands at its paths."""
    return _PLACE.sub(lambda found: str(values[found[1]]), naming)


def _signal(row: Mapping[str, Any], name: str) -> Binding:
    changed = (row["changed"],) if "changed" in row else ()
    return Binding(
        source=row["signal"],
        on="signal",
        event=_event(row, name),
        subject=row["subject"],
        customer=row.get("customer", ""),
        once=row.get("once", ""),
        changed=changed,
        readings=_readings(row, name),
    )


def _model(row: Mapping[str, Any], name: str) -> Binding:
    on: On = row["on"]
    if (on in ("linked", "unlinked")) != ("link" in row):
        raise BadBridge(
            file=name, problem=f'"link" names the field of {row["model"]} for linked and unlinked, and only there'
        )
    if "changed" in row and on != "saved":
        raise BadBridge(file=name, problem=f'"changed" stands with "on: saved" only, and {row["event"]} is on {on}')
    noun = row["model"].rpartition(".")[2].lower()
    return Binding(
        source=row["model"],
        on=on,
        event=_event(row, name),
        subject=row.get("subject", f"{noun}:{{instance.pk}}"),
        customer=row.get("customer", ""),
        changed=tuple(row.get("changed", ())),
        link=row.get("link", ""),
        readings=_readings(row, name),
    )


def _event(row: Mapping[str, Any], name: str) -> EventType:
    facts = []
    for fact_name, given in row.get("facts", {}).items():
        kind, choices = Kind(given["kind"]), tuple(given.get("choices", ()))
        free = bool(given.get("free_of_persons"))
        if kind is Kind.TEXT and not choices and not free:
            said = f"{fact_name} is open text: give its choices, or promise free_of_persons: true; the log names nobody"
            raise BadBridge(file=name, problem=said)
        title = given.get("title", "")
        facts.append(Fact(fact_name, kind, title, optional=True, choices=choices, free_of_persons=free))
    return EventType(row["event"], row.get("title", row["event"]), facts=tuple(facts))


def _readings(row: Mapping[str, Any], name: str) -> dict[str, Reading]:
    found = {}
    for fact_name, given in row.get("facts", {}).items():
        if given["kind"] == "money" and "currency" not in given:
            raise BadBridge(
                file=name, problem=f"{fact_name} is money and needs its currency: a code, or a path in braces"
            )
        found[fact_name] = Reading(
            given["path"], Kind(given["kind"]), given.get("currency", ""), minor=bool(given.get("minor"))
        )
    return found
