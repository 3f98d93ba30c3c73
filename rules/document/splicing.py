"""Puts changed data into the text that people wrote: what did not change stays character for character, with its
comments and its order. Knows nothing of rules."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import partial
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from core.said import said
from rules.document.comments import comments_of
from rules.document.emitting import after_key, flow, item_lines, member_lines
from rules.document.source import Unreadable
from rules.document.yaml_text import read_yaml

NAMES = ("key", "id", "do", "each", "fact", "param", "count", "sum", "min", "max", "all", "any", "not")


class CannotSplice(ValueError):
    """Why the text cannot take the change, as a sentence for people."""


@dataclass(frozen=True)
class Spliced:
    """The new text, and the comments that stood on what was taken out."""

    text: str
    lost: tuple[str, ...] = ()


@dataclass
class _Edits:
    """Places of `text` (from, to) with what stands there from now on."""

    text: str
    found: list[tuple[int, int, str]] = field(default_factory=list)

    def put(self, start: int, end: int, made: str) -> None:
        self.found.append((start, end, made))

    def line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    def line_end(self, index: int) -> int:
        """Behind the line break of the line that has `index`, which a block scalar brings itself."""
        if index and self.text[index - 1] == "\n":
            return index
        end = self.text.find("\n", index)
        return len(self.text) if end < 0 else end + 1

    def behind_a_dash(self, index: int) -> bool:
        """Whether something stands before `index` in its line, which in lines can only be the dash of an item."""
        return bool(self.text[self.line_start(index) : index].strip())

    def done(self) -> str:
        made, here = [], 0
        for start, end, text in sorted(self.found, key=lambda edit: (edit[0], edit[1])):
            made += [self.text[here:start], text]
            here = end
        return "".join([*made, self.text[here:]])


def splice(text: str, wanted: Any) -> Spliced:
    """`text`, one YAML document, so that it reads as `wanted`, with the same order of keys. Raises CannotSplice."""
    documents = _read(text)
    if len(documents) != 1:
        raise CannotSplice(
            said("there are {number} documents in this text, and only one can be edited here", number=len(documents))
        )
    if _same(documents[0], wanted):
        return Spliced(text)
    root = YAML(typ="safe", pure=True).compose(text)
    whole = text if text.endswith("\n") else text + "\n"
    edits = _Edits(whole)
    if not isinstance(root, MappingNode) or root.flow_style or not isinstance(wanted, dict):
        raise CannotSplice(said("this text is written as JSON; edit it as text, or write it as YAML first"))
    _mapping(root, documents[0], wanted, edits)
    made = edits.done()
    if not _same(_read(made)[0], wanted):
        raise CannotSplice(said("this text uses references (& and *) or an unusual layout there; edit it as text"))
    return Spliced(made, tuple((Counter(comments_of(whole)) - Counter(comments_of(made))).elements()))


def _read(text: str) -> list[Any]:
    try:
        return [data for data, _lines in read_yaml(text)]
    except Unreadable as unreadable:
        raise CannotSplice(said("the text cannot be read: {message}", message=unreadable.message)) from None


def _same(one: Any, other: Any) -> bool:
    """Whether both are the same JSON in the same order."""
    return json.dumps(one) == json.dumps(other)


def _node(node: Node, old: Any, new: Any, edits: _Edits, replace: Callable[[], None]) -> None:
    """Make `node`, which reads as `old`, read as `new`: inside where that can be, else by `replace`."""
    if _same(old, new):
        return
    if isinstance(node, MappingNode) and isinstance(old, dict) and isinstance(new, dict):
        if node.flow_style and list(old) == list(new):
            for (_key, child), name in zip(node.value, old, strict=True):
                _node(child, old[name], new[name], edits, partial(_inline, child, new[name], edits))
            return
        if not node.flow_style and (old.keys() & new.keys()):
            _mapping(node, old, new, edits)
            return
    if isinstance(node, SequenceNode) and isinstance(old, list) and isinstance(new, list) and old and new:
        if not node.flow_style and not edits.behind_a_dash(node.start_mark.index):
            _sequence(node, old, new, edits)
            return
        if node.flow_style and len(old) == len(new):
            for child, was, now in zip(node.value, old, new, strict=True):
                _node(child, was, now, edits, partial(_inline, child, now, edits))
            return
    replace()


def _mapping(node: MappingNode, old: dict[str, Any], new: dict[str, Any], edits: _Edits) -> None:
    """A mapping in lines: change, add and take out its members. One that moves is taken out and added."""
    column = node.start_mark.column
    places = dict(zip(old, node.value, strict=True))
    blocks = SequenceMatcher(None, [*old], [*new], autojunk=False).get_matching_blocks()
    kept = [name for block in blocks for name in [*old][block.a : block.a + block.size]]
    _take_out([*old], kept, places, edits)
    pending: list[str] = []
    here = edits.line_start(node.start_mark.index)
    for name in new:
        if name not in kept:
            pending += member_lines(name, new[name], column)
            continue
        key, value = places[name]
        if pending:  # before a member that stays
            start = key.start_mark.index
            edits.put(start, start, "\n".join(pending).lstrip(" ") + "\n" + " " * column)
            pending = []
        _node(value, old[name], new[name], edits, partial(_replace, key, value, new[name], column, edits))
        here = edits.line_end(_end(value, key.end_mark.index))
    edits.put(here, here, "".join(line + "\n" for line in pending))


def _take_out(names: Sequence[str], kept: Sequence[str], places: dict[str, tuple[Node, Node]], edits: _Edits) -> None:
    """Take members with their lines out. Where the first ones stand behind a dash, the next that stays moves up to it."""
    first = places[names[0]][0].start_mark.index
    gone = [name for name in names if name not in kept]
    if edits.behind_a_dash(first) and kept and names[0] in gone:
        edits.put(first, places[kept[0]][0].start_mark.index, "")
        gone = [name for name in gone if names.index(name) > names.index(kept[0])]
    for name in gone:
        key, value = places[name]
        edits.put(edits.line_start(key.start_mark.index), edits.line_end(_end(value, key.end_mark.index)), "")


def _sequence(node: SequenceNode, old: list[Any], new: list[Any], edits: _Edits) -> None:
    """A list in lines, item by item as they are called. An item that moved keeps its text."""
    column = node.start_mark.column
    spans = [_span(child, column, edits) for child in node.value]
    texts = {json.dumps(item): edits.text[slice(*span)] for item, span in zip(old, spans, strict=True)}
    after = {json.dumps(item) for item in new}
    matched = SequenceMatcher(None, [*map(_called, old)], [*map(_called, new)], autojunk=False)
    for _what, low, high, first, last in matched.get_opcodes():
        moved = high - low != last - first or any(json.dumps(item) in texts for item in new[first:last])
        if _what == "equal" or not moved:
            for child, was, now, span in zip(
                node.value[low:high], old[low:high], new[first:last], spans[low:high], strict=True
            ):
                at = _dash(child, column, edits)
                _node(child, was, now, edits, partial(edits.put, at, span[1], _item(now, column)))
            continue
        for place in range(low, high):
            start = spans[place][0] if json.dumps(old[place]) in after else _dash(node.value[place], column, edits)
            edits.put(start, spans[place][1], "")
        here = spans[low - 1][1] if low else spans[0][0]
        made = "".join(texts.get(json.dumps(item)) or _item(item, column) for item in new[first:last])
        edits.put(here, here, made)


def _called(item: Any) -> str:
    """What tells an item of a list from its neighbours: its name, if it has one."""
    if isinstance(item, dict):
        for key in NAMES:
            if key in item:
                return f"{key} {item[key]}" if isinstance(item[key], str) else key
    return json.dumps(item)


def _item(value: Any, column: int) -> str:
    return "".join(line + "\n" for line in item_lines(value, column))


def _dash(child: Node, column: int, edits: _Edits) -> int:
    """The start of the line with the item's dash."""
    start = edits.line_start(child.start_mark.index)
    while edits.text[start + column : start + column + 1] != "-":
        start = edits.line_start(start - 1)
    return start


def _span(child: Node, column: int, edits: _Edits) -> tuple[int, int]:
    """The lines of an item, with the comments right above it that stand as far in."""
    start = _dash(child, column, edits)
    end = edits.line_end(_end(child, start))
    while start:
        above = edits.line_start(start - 1)
        if not edits.text[above:start].startswith(" " * column + "#"):
            break
        start = above
    return start, end


def _end(node: Node, least: int) -> int:
    """Where a node really ends; the parser counts the lines behind a block to it."""
    if isinstance(node, ScalarNode) or getattr(node, "flow_style", True):
        return max(int(node.end_mark.index), least)
    last = node.value[-1]
    return _end(last[1], last[0].end_mark.index) if isinstance(last, tuple) else _end(last, least)


def _replace(key: Node, value: Node, new: Any, column: int, edits: _Edits) -> None:
    """Another value behind `key:`; what was written in lines, or is long, is written in lines."""
    colon = edits.text.index(":", key.end_mark.index) + 1
    end = _end(value, colon)
    made = after_key(new, column)
    if end > 0 and edits.text[end - 1] == "\n" and not made.endswith("\n"):
        made += "\n"  # a block scalar brings its line break
    edits.put(colon, end, made)


def _inline(node: Node, new: Any, edits: _Edits) -> None:
    edits.put(node.start_mark.index, _end(node, node.start_mark.index), flow(new))
