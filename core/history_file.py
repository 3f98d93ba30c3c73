"""Reads history files: one event per line as JSON, gzip by suffix. Streams, and never keeps more than one line."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from core.errors import PravilaError

MAX_LINE = 1_000_000  # bytes
_WANTED: dict[str, tuple[type, str]] = {
    "id": (str, "text"),
    "type": (str, "text"),
    "subject": (str, "text"),
    "sequence": (int, "a whole number"),
    "at": (str, "a time such as 2026-03-01T10:00:00+00:00"),
    "facts": (dict, "an object"),
}
_OPTIONAL: dict[str, tuple[type, str]] = {"customer": (str, "text"), "actor": (str, "text"), "was": (dict, "an object")}


class BadHistory(PravilaError):
    """Line {line} of {file} is no event: {problem}. Correct the file and read it again."""

    status = 422
    code = "bad-history"


def read_history(path: Path | str) -> Iterator[dict[str, Any]]:
    """Each event of the file, in its order: {"id", "type", "subject", "sequence", "at", "facts"} and optionally
    customer, actor and was; other keys are kept. Raises BadHistory with the number of the line, and OSError."""
    file = Path(path)
    number = 0
    try:
        with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as lines:
            for number, line in enumerate(_lines(lines), 1):  # noqa: B007 - told in the error below
                if line.strip():
                    yield event_of(line)
    except (ValueError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadHistory(line=max(number, 1), file=file.name, problem=str(error)) from None


def _lines(source: Any) -> Iterator[bytes]:
    stream: BinaryIO = source
    while line := stream.readline(MAX_LINE + 1):
        yield line


def event_of(line: bytes) -> dict[str, Any]:
    """The event that a line of a history file is. Raises ValueError with what is wrong with it."""
    if len(line) > MAX_LINE:
        raise ValueError(f"it is longer than {MAX_LINE} bytes")
    try:
        event = json.loads(line.decode("utf-8-sig"), parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON: {error.msg} in column {error.colno}") from None
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    if not isinstance(event, dict):
        raise ValueError("it is not a JSON object")
    for key, (wanted, says) in _WANTED.items():
        if key not in event:
            raise ValueError(f'"{key}" is missing')
        _check(key, event[key], wanted, says)
    for key, (wanted, says) in _OPTIONAL.items():
        if event.get(key) is not None:
            _check(key, event[key], wanted, says)
    _time(event["at"])
    return event


def _check(key: str, value: Any, wanted: type, says: str) -> None:
    if type(value) is not wanted or (wanted is str and not value and key != "actor"):
        raise ValueError(f'"{key}" must be {says}')
    if isinstance(value, str) and not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
        raise ValueError(f'"{key}" has half of a pair of signs')


def _time(text: str) -> None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f'"at" must be {_WANTED["at"][1]}, not "{text[:40]}"') from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:40]} is too large a number")
    return number
