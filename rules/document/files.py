"""Reads a file of rules. What is wrong with the file itself is a problem like any other."""

from __future__ import annotations

from pathlib import Path

from rules.document.load import Loaded, load
from rules.document.problem import Problem
from rules.document.source import MAX_JSON

MAX_BYTES = 4 * MAX_JSON


def load_file(path: Path) -> Loaded:
    """The documents and problems of the file. Raises OSError where it cannot be opened."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        return _refused(f"the file has {size} bytes, and {MAX_BYTES} are allowed; split it into several files")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return _refused(f"the file is not UTF-8 at byte {error.start}; save it as UTF-8")
    return load(text, name=path.name)


def _refused(message: str) -> Loaded:
    return Loaded((), (Problem("error", "", "", message, 1),))
