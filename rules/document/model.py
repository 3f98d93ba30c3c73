"""A document: one set of rules as plain data, with the lines it came from. Never says what is wrong with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Document:
    """One set of rules. `data` is plain JSON data, `lines` the line (from 1) of each JSON pointer where known."""

    data: dict[str, Any]
    name: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def set(self) -> str:
        return str(self.data.get("set", "house"))

    @property
    def rules(self) -> list[dict[str, Any]]:
        return self.data.get("rules", [])

    @property
    def params(self) -> dict[str, Any]:
        return self.data.get("params", {})

    @property
    def texts(self) -> dict[str, dict[str, dict[str, str]]]:
        return self.data.get("texts", {})

    @property
    def mute(self) -> dict[str, str]:
        return self.data.get("mute", {})

    @property
    def change(self) -> dict[str, dict[str, Any]]:
        return self.data.get("change", {})

    @property
    def segments(self) -> list[dict[str, Any]]:
        return self.data.get("segments", [])

    @cached_property
    def digest(self) -> str:
        """As content_hash says it. The data of a document is never changed, so it is computed once."""
        text = json.dumps(self.data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def line_of(self, pointer: str) -> int | None:
        """The line of `pointer`, or of the nearest thing around it; None where no lines are known."""
        while pointer not in self.lines and pointer:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer)

    def rule_at(self, pointer: str) -> str:
        """The key of the rule in which `pointer` stands, as far as it has one; else empty."""
        parts = pointer.split("/")
        if len(parts) < 3 or parts[1] not in ("rules", "mute", "change") or not isinstance(self.data, dict):
            return ""
        if parts[1] != "rules":
            return parts[2]
        rules = self.data.get("rules")
        if not isinstance(rules, list):
            return ""
        rule = rules[int(parts[2])]
        key = rule.get("key") if isinstance(rule, dict) else None
        return key if isinstance(key, str) else f"number {int(parts[2]) + 1}"


def content_hash(document: Document) -> str:
    """sha256, in hex, of the document's canonical JSON: the same rules give the same hash, however they were written."""
    return document.digest
