"""History files: what a line must hold, and which line is wrong."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from core.history_file import MAX_LINE, BadHistory, read_history

EVENT: dict[str, Any] = {
    "id": "A:0",
    "type": "fine.paid",
    "subject": "fine:A",
    "sequence": 0,
    "at": "2026-03-01T10:00:00+00:00",
    "facts": {"total": 1.5},
}


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_events_are_read_in_order_plain_and_zipped(tmp_path: Path) -> None:
    other = EVENT | {"id": "A:1", "customer": "customer:1", "actor": "system", "was": {"total": 1}}
    lines = [json.dumps(EVENT), "", json.dumps(other)]
    plain = written(tmp_path / "a.jsonl", *lines)
    zipped = tmp_path / "a.jsonl.gz"
    zipped.write_bytes(gzip.compress(plain.read_bytes()))
    assert list(read_history(plain)) == [EVENT, other]
    assert list(read_history(zipped)) == [EVENT, other]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        (json.dumps({key: value for key, value in EVENT.items() if key != "at"}), '"at" is missing'),
        (json.dumps(EVENT | {"at": "soon"}), "2026-03-01"),
        (json.dumps(EVENT | {"sequence": "1"}), "whole number"),
        (json.dumps(EVENT | {"sequence": True}), "whole number"),
        (json.dumps(EVENT | {"facts": []}), "an object"),
        (json.dumps(EVENT | {"id": ""}), '"id" must be text'),
        (json.dumps(EVENT | {"customer": 5}), '"customer" must be text'),
        (json.dumps(EVENT | {"id": "a\ud800"}), '"id" has half of a pair'),
        (json.dumps(EVENT | {"facts": {"a": float("nan")}}), "NaN"),
        (json.dumps(EVENT).replace("1.5", "1e999"), "too large"),
        (json.dumps(EVENT).replace("1.5", "1" * 5000), "digits"),
        (json.dumps(EVENT).replace("1.5", "[" * 100_000), "nested"),
        ("x" * (MAX_LINE + 5), "longer than"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = written(tmp_path / "bad.jsonl", json.dumps(EVENT), line)
    events = read_history(path)
    assert next(events) == EVENT
    with pytest.raises(BadHistory, match=r"Line 2 of bad\.jsonl") as refused:
        next(events)
    assert said in str(refused.value)


def test_text_that_is_no_utf_8_and_no_gzip(tmp_path: Path) -> None:
    for name, content in (
        ("a.jsonl", b"\xff\xfe{}"),
        ("b.jsonl.gz", b"not zipped"),
        ("c.jsonl.gz", gzip.compress(b"{}")[:12]),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(BadHistory, match="Line 1 of"):
            list(read_history(path))
