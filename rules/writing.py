"""Writes rules as YAML: anew, or into the text that people wrote, whose comments and order stay."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from rules.document.source import Unreadable
from rules.document.yaml_text import read_yaml
from rules.parts import Parts, apply, patched, same


def written(data: Mapping[str, Any]) -> str:
    """`data` as YAML text that reads back as the same."""
    return _dump(dict(data))


def rewritten(text: str, data: Mapping[str, Any], changes: Parts) -> str:
    """`text`, which reads as `data`, with a patch put in; where that cannot be done in place, written anew."""
    wanted = patched(data, changes)
    if not changes:
        return text
    try:
        tree = _yaml().load(text)
        apply(tree, changes)
        made = _dump(tree)
        if same(read_yaml(made)[0][0], wanted):
            return made
    except (YAMLError, Unreadable, AttributeError, KeyError, TypeError, ValueError, IndexError):
        pass
    return written(wanted)


def _dump(tree: Any) -> str:
    into = StringIO()
    _yaml().dump(tree, into)
    return into.getvalue()


def _yaml() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    return yaml
