"""A history file as columns of what is asked of its events: native/lines.c makes rows of the lines that are plain, and leaves the
others as they stand. `make` compiles it; without it histories are read event by event."""

from __future__ import annotations

import gzip
import zlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BufferedReader
from pathlib import Path
from typing import Any

from rules.matchers.compiling import sources

try:
    from rules.matchers import _lines
except ImportError:  # it was not compiled, or for another system
    _lines = None  # type: ignore[assignment]

COMPILED = _lines is not None and sources() == _lines.SOURCES
UNREADABLE = (OSError, EOFError, zlib.error)
BLOCK, AHEAD = 1 << 20, 3  # bytes that are read at once, and how often beforehand
_ANY, _TEXT, _NAME, _WHOLE, _TIME, _OBJECT = range(6)  # the kinds of native/event.h
_ENVELOPE = {  # name -> what it must be, and whether it must be there
    "id": (_NAME, True),
    "type": (_NAME, True),
    "subject": (_NAME, True),
    "sequence": (_WHOLE, True),
    "at": (_TIME, True),
    "facts": (_OBJECT, True),
    "customer": (_NAME, False),
    "actor": (_TEXT, False),
    "was": (_OBJECT, False),
}


class Lines:
    """Rows of a history file for DuckDB, which asks for them by the Arrow PyCapsule interface: c0, c1, … are the JSON texts
    at each of `paths`, such as ("id",) or ("facts", "total"). No path leads to a part of another.

    After the rows were read, `left` has the lines that are not among them. Reading raises through DuckDB where a line is too
    long, or too many are left; `raised` is what reading the file raised.
    """

    def __init__(self, path: Path, paths: Sequence[tuple[str, ...]]) -> None:
        self.left: list[bytes] = []
        self.raised: BaseException | None = None
        self._path = path
        self._columns = {parts: place for place, parts in enumerate(paths)}

    def column(self, parts: tuple[str, ...]) -> str:
        """The name of the column of a path."""
        return f"c{self._columns[parts]}"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        self.left = []
        return _lines.open_stream(_nodes(self._columns), len(self._columns), self._blocks(), self.left)

    def _blocks(self) -> Iterator[bytes]:
        try:
            yield from blocks(self._path)
        except GeneratorExit:
            raise
        except BaseException as error:
            self.raised = error
            raise


def blocks(path: Path) -> Iterator[bytes]:
    """A file's bytes; a thread inflates some beforehand, for that takes as long as reading them. Raises UNREADABLE."""
    with _opened(path) as source, ThreadPoolExecutor(1) as thread:
        ahead = deque(thread.submit(source.read, BLOCK) for _ in range(AHEAD))
        while block := ahead.popleft().result():
            ahead.append(thread.submit(source.read, BLOCK))
            yield block


def _opened(path: Path) -> gzip.GzipFile | BufferedReader:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def _nodes(columns: Mapping[tuple[str, ...], int]) -> tuple[tuple[str, int, int, bool, int, int], ...]:
    """The tree of names as native/lines.c takes it: (name, kind, column or -1, whether it must be there, the place of the first
    child, number of children). The first is an event itself."""
    tree: dict[str, Any] = {name: {} for name in _ENVELOPE}
    for parts in columns:
        inner = tree
        for part in parts:
            inner = inner.setdefault(part, {})
    made: list[tuple[str, int, int, bool, int, int]] = []
    waiting: deque[tuple[tuple[str, ...], dict[str, Any]]] = deque([((), tree)])
    while waiting:  # by rows of the tree, so that children stand together
        parts, children = waiting.popleft()
        first = 1 + len(made) + len(waiting)
        kind, needed = _ENVELOPE[parts[0]] if len(parts) == 1 else (_ANY, False)
        name = parts[-1] if parts else ""
        made.append((name, kind, columns.get(parts, -1), needed, first if children else 0, len(children)))
        waiting.extend(((*parts, child), below) for child, below in children.items())
    return tuple(made)
