"""Reads a file of rules. What is wrong with the file itself is a problem like any other."""

from __future__ import annotations

from pathlib import Path

from core.said import Said, said
from rules.document.load import Loaded, load
from rules.document.problem import Problem
from rules.document.source import MAX_JSON

MAX_BYTES = 4 * MAX_JSON


def load_file(path: Path) -> Loaded:
    """The documents and problems of the file. Raises OSError where it cannot be opened."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        return _refused(
            said(
                "the file has {size} bytes, and {most} are allowed; split it into several files",
                size=size,
                most=MAX_BYTES,
            )
        )
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return _refused(said("the file is not UTF-8 at byte {start}; save it as UTF-8", start=error.start))
    return load(text, name=path.name)


def _refused(message: Said) -> Loaded:
    return Loaded((), (Problem("error", "", "", message, 1),))
