"""Reads files of rules, JSON or YAML, and returns their documents and problems as values. Never raises for bad text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.said import said
from rules.document.check import check_document
from rules.document.json_text import json_lines, read_json
from rules.document.model import Document
from rules.document.problem import Problem
from rules.document.source import Unreadable
from rules.document.yaml_text import read_yaml


@dataclass(frozen=True)
class Loaded:
    """What a text held. Only where no problem is an error may the documents be used."""

    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        return not any(problem.severity == "error" for problem in self.problems)


def load(text: str, *, name: str = "") -> Loaded:
    """Read `text`; `name` tells the format by its suffix (.json, .yaml, .yml), else the first character does."""
    try:
        documents = [Document(data, name, lines) for data, lines in _read(text, name)]
    except Unreadable as refused:
        line = said(" in line {line}", line=refused.line) if refused.line else ""
        message = said("this cannot be read{line}: {message}", line=line, message=refused.message)
        return Loaded((), (Problem("error", "", "", message, refused.line),))
    if not documents:
        return Loaded((), (Problem("error", "", "", said('it is empty; write at least {"rules": []}'), 1),))
    problems = [problem for document in documents for problem in check_document(document)]
    return Loaded(tuple(documents), tuple(problems))


def _read(text: str, name: str) -> list[tuple[Any, dict[str, int]]]:
    text = text.removeprefix("\ufeff")
    is_yaml = name.endswith((".yaml", ".yml")) or (not name.endswith(".json") and text.lstrip()[:1] not in ("{", "["))
    if is_yaml:
        return read_yaml(text)
    data = read_json(text)
    return [(data, json_lines(text))]
