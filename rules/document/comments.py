"""The comments of a YAML text."""

from __future__ import annotations

from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import Node, ScalarNode


def comments_of(text: str) -> Iterator[str]:
    """Every comment of a readable text."""
    try:
        tree = YAML(typ="safe", pure=True).compose(text)
    except YAMLError:
        return
    inside = sorted(_scalars(tree)) if tree is not None else []
    here = 0
    for start, end in [*inside, (len(text), len(text))]:
        for line in text[here:start].split("\n"):
            if "#" in line:
                yield line[line.index("#") :].strip()
        here = max(here, end)


def _scalars(node: Node) -> Iterator[tuple[int, int]]:
    if isinstance(node, ScalarNode):
        yield int(node.start_mark.index), int(node.end_mark.index)
        return
    for part in node.value:
        for child in part if isinstance(part, tuple) else (part,):
            yield from _scalars(child)
