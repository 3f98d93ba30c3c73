"""The file that binds: what it can say, and what is wrong with it in a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.bridge.binding import BadBridge, bindings, load
from tests.core.bridge.conftest import PAID

MODEL = {"model": "auth.Group", "on": "saved", "event": "group.saved"}


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bridge.yaml"
    path.write_text("signals:\n- {signal: a.b.c, event: x.y, subject: 'x:{thing.pk}', once: '{thing.pk}/off'}\n")
    [binding] = load(path)
    assert (binding.source, binding.event.name, binding.once) == ("a.b.c", "x.y", "{thing.pk}/off")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "is not of type 'object'"),
        ({"signal": []}, "Additional properties"),
        ({"signals": [{"event": "x.y", "subject": "x:1"}]}, "'signal' is a required property"),
        ({"signals": [{**PAID, "event": "Paid"}]}, "does not match"),
        ({"signals": [PAID, PAID]}, "leads to shop.paid twice"),
        ({"signals": [{**PAID, "facts": {"a.b": {"path": "a.b", "kind": "text"}}}]}, "the log names nobody"),
        ({"signals": [{**PAID, "facts": {"a.b": {"path": "a.b", "kind": "money"}}}]}, "needs its currency"),
        ({"signals": [{**PAID, "facts": {"a.b": {"path": "a.__class__", "kind": "integer"}}}]}, "does not match"),
        ({"models": [{**MODEL, "on": "linked"}]}, '"link" names the field'),
        ({"models": [{**MODEL, "link": "permissions"}]}, '"link" names the field'),
        ({"models": [{**MODEL, "on": "created", "changed": ["name"]}]}, '"changed" stands with "on: saved" only'),
    ],
)
def test_what_is_wrong_is_said(data: Any, said: str) -> None:
    with pytest.raises(BadBridge, match=said.replace("(", "\\(")):
        bindings(data)


@pytest.mark.parametrize("text", ["a: [", "a: 1\na: 2\n", "\x00", "&a [*a, *a]" * 3])
def test_what_is_no_yaml_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bridge.yaml"
    path.write_text(text)
    with pytest.raises(BadBridge, match="cannot be read"):
        load(path)


def test_a_file_that_is_not_there_or_too_large(tmp_path: Path) -> None:
    with pytest.raises(BadBridge, match="cannot be read"):
        load(tmp_path / "none.yaml")
    path = tmp_path / "large.yaml"
    path.write_text("#" * (1024 * 1024 + 1))
    with pytest.raises(BadBridge, match="larger"):
        load(path)
