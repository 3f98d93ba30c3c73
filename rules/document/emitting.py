"""Writes plain data as YAML in the manner of the files of this project: short things in one line, the others in lines."""

from __future__ import annotations

import json
import re
from typing import Any

from rules.document.source import Unreadable
from rules.document.yaml_text import plain

LONGEST = 110
_PLAIN = re.compile(r"\w(?:[\w ./+@%-]*[\w./+@%-])?")
_POINTER = re.compile(r"/[\w./-]*")  # the place of a change: /then/notify.email/after


def flow(value: Any) -> str:
    """`value` in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(text: str) -> str:
    """Text as it is where it reads back as itself, else in quotes."""
    try:
        if _PLAIN.fullmatch(text) and plain(text) == text:
            return text
    except Unreadable:
        pass
    return _quoted(text)


def _key(text: str) -> str:
    return text if _PLAIN.fullmatch(text) or _POINTER.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=not text.isprintable())


def after_key(value: Any, column: int) -> str:
    """What stands behind the colon of a key that begins in `column`."""
    if _is_short(value, column):
        return f" {flow(value)}"
    lines = list_lines(value, column) if isinstance(value, list) else mapping_lines(value, column + 2)
    return "\n" + "\n".join(lines)


def member_lines(key: str, value: Any, column: int) -> list[str]:
    return f"{' ' * column}{_key(key)}:{after_key(value, column)}".split("\n")


def mapping_lines(value: dict[str, Any], column: int) -> list[str]:
    return [line for key, item in value.items() for line in member_lines(key, item, column)]


def list_lines(value: list[Any], column: int) -> list[str]:
    return [line for item in value for line in item_lines(item, column)]


def item_lines(value: Any, column: int) -> list[str]:
    """An item of a list whose dashes stand in `column`."""
    margin = " " * column
    if _is_short(value, column):
        return [f"{margin}- {flow(value)}"]
    lines = list_lines(value, column + 2) if isinstance(value, list) else mapping_lines(value, column + 2)
    return [f"{margin}- {lines[0].lstrip(' ')}", *lines[1:]]


def _is_short(value: Any, column: int) -> bool:
    """Whether it goes into one line; rules, and lists of several things that are made of things, do not."""
    if not isinstance(value, dict | list) or not value:
        return True
    if isinstance(value, dict) and ("key" in value and "when" in value):
        return False
    members = value if isinstance(value, list) else list(value.values())
    if isinstance(value, list) and len(value) > 1 and any(isinstance(item, dict) for item in members):
        return False
    return column + len(flow(value)) <= LONGEST
