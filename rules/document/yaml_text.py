"""Reads YAML 1.2 (core schema) as documents are allowed to be: off, no, 18:30 and dates stay text; duplicate keys are
refused; aliases and depth are bounded. Builds plain values from the parser's events and never constructs objects."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from core.said import said
from rules.document.problem import join
from rules.document.source import MAX_DEPTH, MAX_NODES, MAX_YAML, Unreadable, too_deep, too_large

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOLEAN = re.compile(r"(true|True|TRUE)|false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]{1,4000}")
_BASED = re.compile(r"0o[0-7]{1,4000}|0x[0-9a-fA-F]{1,4000}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_TEXT_TAG = "tag:yaml.org,2002:str"


@dataclass
class _Container:
    value: Any
    pointer: str
    line: int
    anchor: str | None
    size: int = 1
    key: str | None = None


@dataclass
class _Builder:
    """One document while it is read: `stack` holds the open containers, `anchors` values with their expanded size."""

    stack: list[_Container] = field(default_factory=list)
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    root: Any = None

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self._open({} if isinstance(event, MappingStartEvent) else [], line, event.anchor)
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            self._close()
        elif isinstance(event, AliasEvent):
            if event.anchor not in self.anchors:
                raise Unreadable(
                    said('the alias "*{anchor}" names no anchor that is complete above it', anchor=event.anchor), line
                )
            self._put(*self.anchors[event.anchor], line)
        elif isinstance(event, ScalarEvent):
            self._scalar(event, line)

    def _open(self, value: Any, line: int, anchor: str | None) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise too_deep(line)
        self.stack.append(_Container(value, self._pointer(line), line, anchor))
        self.lines[self.stack[-1].pointer] = line

    def _close(self) -> None:
        done = self.stack.pop()
        if done.anchor:
            self.anchors[done.anchor] = (done.value, done.size)
        self._put(done.value, done.size, done.line)

    def _scalar(self, event: Any, line: int) -> None:
        parent = self.stack[-1] if self.stack else None
        if parent and isinstance(parent.value, dict) and parent.key is None:
            if event.value in parent.value:
                raise Unreadable(
                    said('the key "{value}" stands twice in one mapping; keep one of them', value=event.value), line
                )
            parent.key = event.value
            return
        value = _scalar(event, line)
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)
        self._put(value, 1, line)

    def _put(self, value: Any, size: int, line: int) -> None:
        if not self.stack:
            self.root = value
            return
        parent = self.stack[-1]
        self.lines.setdefault(self._pointer(line), line)
        parent.size += size
        if parent.size > MAX_NODES:
            raise Unreadable(
                said("its aliases expand to more than {most} values; write fewer of them", most=MAX_NODES),
                line,
            )
        if isinstance(parent.value, list):
            parent.value.append(value)
        else:
            parent.value[parent.key] = value
            parent.key = None

    def _pointer(self, line: int) -> str:
        if not self.stack:
            return ""
        parent = self.stack[-1]
        if isinstance(parent.value, list):
            return join(parent.pointer, len(parent.value))
        if parent.key is None:
            raise Unreadable(said("a key in it is not plain text; write a name before the colon"), line)
        return join(parent.pointer, parent.key)


def read_yaml(text: str) -> list[tuple[Any, dict[str, int]]]:
    """Each document of `text` with the line of every JSON pointer. Raises Unreadable with a sentence and a line."""
    if len(text) > MAX_YAML:
        raise too_large(len(text), MAX_YAML)
    found = []
    builder = _Builder()
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            if isinstance(event, DocumentEndEvent):
                found.append((builder.root, builder.lines))
                builder = _Builder()
            else:
                builder.take(event)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or said("a character in it is not allowed")
        raise Unreadable(said("it is not YAML: {why}", why=why), mark.line + 1 if mark else None) from None
    return found


def _scalar(event: Any, line: int) -> Any:
    text, tag = event.value, str(event.tag or "")
    if tag not in ("", "!", _TEXT_TAG):
        raise Unreadable(said('the tag "{tag}" is not allowed; write a plain value', tag=tag), line)
    return text if tag or event.style else plain(text, line)


def plain(text: str, line: int | None = None) -> Any:
    """What unquoted text is. Raises Unreadable for a number that is not finite."""
    if _NULL.fullmatch(text):
        return None
    if found := _BOOLEAN.fullmatch(text):
        return bool(found[1])
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    number = float(text) if _FLOAT.fullmatch(text) else 0.0
    if _NOT_FINITE.fullmatch(text) or number in (float("inf"), float("-inf")):
        raise Unreadable(said("{text} is no finite number; write one, or put it into quotes", text=text[:40]), line)
    return number if _FLOAT.fullmatch(text) else text
