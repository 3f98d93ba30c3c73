"""Rows of a history file say what its events say; what is no row is left as it stands, and nothing is lost."""

from __future__ import annotations

import ctypes
import errno
import gzip
import json
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.history_file import event_of
from rules.matchers import lines as module
from rules.matchers.database import connected
from rules.matchers.lines import Lines
from tests.rules.cases import event

PATHS = [
    ("id",), ("type",), ("subject",), ("at",), ("customer",), ("facts", "a"), ("facts", "m", "total"), ("facts", "m", "due"),
    ("facts", "x", "y", "z"),
]  # fmt: skip
pytestmark = pytest.mark.skipif(not module.COMPILED, reason="lines.c is not compiled; `make` compiles it")


def read(path: Path, paths: list[tuple[str, ...]] = PATHS) -> tuple[list[tuple[str | None, ...]], list[bytes]]:
    """The rows of a file, and the lines that are left."""
    lines = Lines(path, paths)
    with connected() as database:
        database.register("lines", lines)
        columns = ", ".join(lines.column(parts) for parts in paths)
        return database.execute(f"SELECT {columns} FROM lines").fetchall(), lines.left


def written(folder: Path, lines: list[bytes], name: str = "h.jsonl") -> Path:
    path, text = folder / name, b"\n".join(lines)
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return path


def at(made: Any, parts: tuple[str, ...]) -> Any:
    for part in parts:
        made = made.get(part) if isinstance(made, dict) else None
    return made


def same(seen: str | None, value: Any) -> bool:
    told = None if seen is None else json.loads(seen)
    return type(told) is type(value) and told == value


def agrees(folder: Path, lines: list[bytes]) -> None:
    """Each line is a row with the values of its event, or left for Python, or has nothing in it."""
    rows, left = read(written(folder, lines))
    waiting, unread = list(rows), [line.strip() for line in left]
    for line in b"\n".join(lines).split(b"\n"):
        if unread and unread[0] == line.strip():
            unread.pop(0)
        elif line.strip(b" \t\r"):
            made = event_of(line)
            assert all(map(same, waiting.pop(0), (at(made, parts) for parts in PATHS))), line
    assert not waiting
    assert not unread


signs = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
numbers = (
    st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0, -0.0, 1.5])
)
values = st.recursive(
    st.none() | st.booleans() | numbers | signs,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(signs | st.sampled_from(["a", "m", "y"]), inner, max_size=3)
    ),
    max_leaves=6,
)
facts = st.dictionaries(
    st.sampled_from(["a", "b", "m", "x"]) | signs,
    values
    | st.fixed_dictionaries(
        {}, optional={"total": values, "due": values, "y": values | st.fixed_dictionaries({"z": values})}
    ),
    max_size=5,
)
times = st.datetimes().map(lambda one: one.isoformat()) | st.sampled_from(
    [
        "2026-03-01T10:00:00Z",
        "2026-03-01T10:00:00.5+23:59",
        "2024-02-29T23:59:59-00:00",
        "2026-03-01",
        "20260301T10",
        "soon",
    ]
)
events = st.fixed_dictionaries(
    {"id": signs, "type": signs, "subject": signs, "sequence": st.integers(-5, 10**20), "at": times, "facts": facts},
    optional={"customer": st.none() | signs, "actor": signs, "was": st.none() | facts, "more": values, "": values},
)
as_json = st.builds(
    lambda made, plain, tight: json.dumps(
        made, ensure_ascii=not plain, separators=(",", ":") if tight else None
    ).encode("utf-8", "surrogatepass"),
    events,
    st.booleans(),
    st.booleans(),
)


@settings(max_examples=300)
@given(st.lists(as_json, max_size=6))
def test_rows_say_what_their_events_say(tmp_path: Path, lines: list[bytes]) -> None:
    agrees(tmp_path, lines)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A sound line of which a few bytes are others, or gone, or more."""
    line = bytearray(
        json.dumps(event({"a": 1.5, "m": {"total": {"minor": 5}, "due": "é"}, "x": {"y": {"z": "\u00e9n\n"}}})).encode()
    )
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(line) - 1))
        cut = draw(st.integers(0, 3))
        line[place : place + cut] = draw(
            st.binary(max_size=3) | st.sampled_from([b'"', b"\\", b"{", b"}", b",", b":", b"[", b"]", b" ", b"\\u00e9", b"\\ud83d",
                                                     b"\\ud83d\\ude00", b"e5", b"-", b"0", b"null", b'"a":1,', b"\xc3", b"\xed\xa0\x80"])
        )  # fmt: skip
    return bytes(line)


@settings(max_examples=400)
@given(st.lists(damaged(), min_size=1, max_size=4))
def test_a_damaged_line_is_told_as_python_reads_it_or_left(tmp_path: Path, lines: list[bytes]) -> None:
    agrees(tmp_path, lines)


@settings(max_examples=200)
@given(st.text("0123456789-+:TZ. ", max_size=30) | st.builds(
    lambda text, place, sign: text[:place] + sign + text[place + 1 :], times, st.integers(0, 32), st.sampled_from(list("0123456789-+:TZ. ")))
)  # fmt: skip
def test_a_row_has_a_time(tmp_path: Path, text: str) -> None:
    rows, _left = read(written(tmp_path, [json.dumps(event({}, at=text)).encode()]))
    if rows:
        datetime.fromisoformat(text)


class TestPlain:
    """What is usual becomes rows, else the other tests could pass with none."""

    @pytest.mark.parametrize(
        "made",
        [
            event({}),
            event({"a": "caf\u00e9", "m": {"total": {"minor": 500, "currency": "RON"}}}),
            event({"a": "\U0001f600", "b": 'un"asked\n'}),
            event({"a": None, "m": None, "x": {"y": None}}),
            event({"a": 123456789012345, "b": 2**60}),
            event({"a": -0.1234567890123456, "m": {"total": {"minor": -12345678901234}}}),
            event({"a": True, "b": [[[]], {}]}, customer=None, actor=""),
            event({"a": [1, "b"]}, was={"a": 5}, at="2026-03-01T10:00:00.123456-05:30", more={"a": "\\"}),
        ],
    )
    @pytest.mark.parametrize("ascii_only", [True, False])
    def test_rows(self, tmp_path: Path, made: dict[str, Any], ascii_only: bool) -> None:
        line = json.dumps(made, ensure_ascii=ascii_only).encode()
        rows, left = read(written(tmp_path, [line, b"", b" \t\r", line.replace(b" ", b"") + b"\r"]))
        assert (len(rows), left) == (2, [])
        agrees(tmp_path, [line])

    def test_a_text_has_no_escapes_that_it_does_not_need(self, tmp_path: Path) -> None:
        line = json.dumps(event({"a": 0})).replace('"a": 0', r'"a": "\u0061\/\u00e9\u20AC\ud83d\ude00 b"').encode()
        assert read(written(tmp_path, [line]), [("facts", "a")]) == ([('"a/é€😀 b"',)], [])

    @pytest.mark.parametrize(
        "fact", [r'"\n"', r'"\""', r'"\u0022"', r'"\u005c"', r'"\ude00"', r'"\u001f"', r'"\ud83d"', r'"\ude00\ud83d"', r'"\ud83dx"', r'{"b": "\u00e9"}', "1e5",
                 '{"minor": 1, "minor": 2}', "9" * 400, "1234567890123456", "-123456789012345.5", '{"minor": 1234567890123456}', '0, "a": 1', "01", "1.", ".5", "+1", "NaN", "tru", '"\t"', "{", "[1,]", "{,}", "'a'"]
    )  # fmt: skip
    def test_what_leaves_a_question_is_left(self, tmp_path: Path, fact: str) -> None:
        line = json.dumps(event({"a": 0})).replace('"a": 0', f'"a": {fact}').encode()
        assert read(written(tmp_path, [line]), [("facts", "a")]) == ([], [line + b"\n"])

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("}}", "}},"), ("}}", "},}"), ("}}", ",}}"), ("}}", "}}}"), ("}}", "}} x"), ("}}", "}}{}"), ("{", "[{", ), ("}}", "}"),
            ('"id"', r'"\u0069d"'), ('"id"', '"id": "b", "id"'), ('"facts"', '"facts": {}, "facts"'), ('"a"', r'"\u0061"'),
            ('"a"', '"x", "a"'), (":", ";"), (", ", " "), (", ", ",,"), ('"sequence"', '"seq"'), ('"type": "', '"type": "", "no": "'), ('"type": "', '"type": null, "no": "'), ("{", "\ufeff{"), ("{", "\x0b{"),
        ],
    )  # fmt: skip
    def test_what_is_no_object_or_names_it_another_way_is_left(self, tmp_path: Path, old: str, new: str) -> None:
        made = json.dumps({**event({}), "facts": {"a": 5}})
        assert read(written(tmp_path, [made.encode()]))[1] == []
        line = made.replace(old, new, 1).encode()
        assert read(written(tmp_path, [line])) == ([], [line + b"\n"])

    @pytest.mark.parametrize(
        ("sign", "is_row"),
        [
            (b"\xc2\x80", True), (b"\xdf\xbf", True), (b"\xe0\xa0\x80", True), (b"\xed\x9f\xbf", True), (b"\xf0\x90\x80\x80", True),
            (b"\xf4\x8f\xbf\xbf", True), (b"\x7f", True), (b"\xc1\xbf", False), (b"\xe0\x9f\xbf", False), (b"\xed\xa0\x80", False),
            (b"\xf0\x8f\xbf\xbf", False), (b"\xf4\x90\x80\x80", False), (b"\xf5\x80\x80\x80", False), (b"\x80", False),
            (b"\xe2\x82", False), (b"\x1f", False), (b"\x00", False),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("behind", [b"", b"a", b"abcdefgh"])
    def test_texts_are_utf_8(self, tmp_path: Path, sign: bytes, is_row: bool, behind: bytes) -> None:
        line = json.dumps(event({"a": "-"})).encode().replace(b'"-"', b'"%s%s"' % (sign, behind))
        rows, _left = read(written(tmp_path, [line]), [("facts", "a")])
        assert rows == ([((b'"%s%s"' % (sign, behind)).decode(),)] if is_row else [])

    @pytest.mark.parametrize(
        ("at", "is_row"),
        [
            ("2024-02-29T00:00:00", True), ("2000-02-29T00:00:00", True), ("1900-02-29T00:00:00", False), ("2023-02-29T00:00:00", False),
            ("2026-04-31T00:00:00", False), ("2026-12-31T23:59:59Z", True), ("2026-00-01T00:00:00", False), ("2026-13-01T00:00:00", False),
            ("2026-01-00T00:00:00", False), ("0000-01-01T00:00:00", False), ("0001-01-01T00:00:00", True), ("2026-01-01T24:00:00", False),
            ("2026-01-01T00:60:00", False), ("2026-01-01T00:00:60", False), ("2026-01-01T00:00:00.", False), ("2026-01-01T00:00:00.1", True),
            ("2026-01-01T00:00:00.1234567", False), ("2026-01-01T00:00:00+23:59", True), ("2026-01-01T00:00:00+24:00", False),
            ("2026-01-01T00:00:00+01:60", False), ("2026-01-01T00:00:00+0100", False), ("2026-01-01T00:00:00Zx", False),
        ],
    )  # fmt: skip
    def test_times(self, tmp_path: Path, at: str, is_row: bool) -> None:
        rows, _left = read(written(tmp_path, [json.dumps(event({}, at=at)).encode()]))
        assert len(rows) == is_row

    @pytest.mark.parametrize(("depth", "is_row"), [(60, True), (70, False), (100_000, False)])
    def test_what_is_nested_deep_is_left(self, tmp_path: Path, depth: int, is_row: bool) -> None:
        line = json.dumps(event({"b": 0})).replace('"b": 0', f'"b": {"[" * depth}{"]" * depth}').encode()
        rows, left = read(written(tmp_path, [line]))
        assert (len(rows), len(left)) == (is_row, not is_row)

    def test_a_line_that_is_left_leaves_nothing_in_the_next_row(self, tmp_path: Path) -> None:
        good = json.dumps(event({})).encode()
        broken = json.dumps(event({"a": "caf\u00e9" * 9, "m": {"total": 5}})).encode()[:-1]
        rows, left = read(
            written(tmp_path, [good, broken, good, broken, broken, good]), [("facts", "a"), ("facts", "m", "total")]
        )
        assert (rows, left) == ([(None, None)] * 3, [broken + b"\n"] * 3)

    def test_a_value_where_parts_are_asked_is_left(self, tmp_path: Path) -> None:
        rows, left = read(
            written(tmp_path, [json.dumps(event({"m": inner})).encode() for inner in (5, "a", [], None, {})])
        )
        assert (len(rows), len(left)) == (2, 3)


def _readers() -> int:
    return sum(one.name.startswith("ThreadPoolExecutor") for one in threading.enumerate())


class TestChunks:
    def made(self, folder: Path, name: str) -> tuple[Path, list[str]]:
        made = [event({"a": "x" * (number % 97)}, id=f"{number:05}{'z' * (number % 50)}") for number in range(600)]
        return written(folder, [json.dumps(one).encode() for one in made], name), [
            json.dumps(one["id"]) for one in made
        ]

    @pytest.mark.parametrize("name", ["h.jsonl", "h.jsonl.gz"])
    @pytest.mark.parametrize("block", [1, 7, 4096, 1 << 20])
    def test_lines_go_on_from_one_block_to_the_next(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, block: int
    ) -> None:
        path, ids = self.made(tmp_path, name)
        if block == 1:
            path, ids = written(tmp_path, path.read_bytes().split(b"\n")[:20], "few.jsonl"), ids[:20]
            if name.endswith(".gz"):
                path, ids = written(tmp_path, [json.dumps(event({}, id="i")).encode()], name), ['"i"']
        monkeypatch.setattr(module, "BLOCK", block)
        rows, left = read(path, [("id",)])
        assert ([row[0] for row in rows], left) == (ids, [])

    def test_more_than_a_batch(self, tmp_path: Path) -> None:
        line = json.dumps(event({"a": "x" * 3000})).encode()
        rows, left = read(written(tmp_path, [line, b"{}"] * 1500, "h.jsonl.gz"), [("facts", "a")])
        assert (len(rows), set(rows), left) == (1500, {(f'"{"x" * 3000}"',)}, [b"{}\n"] * 1500)

    @pytest.mark.parametrize("text", [b"", b"\n", b"\n" * 3_000_000, b" \r\n\t\n"])
    def test_a_file_without_events(self, tmp_path: Path, text: bytes) -> None:
        path = tmp_path / "h.jsonl"
        path.write_bytes(text)
        assert read(path) == ([], [])

    def test_a_line_that_is_too_long(self, tmp_path: Path) -> None:
        fitting = json.dumps(event({"a": ""})).encode()
        for length, expected in ((999_999, (1, 0)), (1_000_000, (0, 1))):
            line = fitting.replace(b'"a": ""', b'"a": "%s"' % (b"x" * (length - len(fitting))))
            assert len(line) == length
            rows, left = read(written(tmp_path, [line, b""]))
            assert (len(rows), len(left)) == expected
        with pytest.raises(duckdb.Error, match="a line is too long"):
            read(written(tmp_path, [b"x" * 3_000_000]))

    def test_too_many_lines_that_are_not_plain(self, tmp_path: Path) -> None:
        with pytest.raises(duckdb.Error, match="too many lines are not plain"):
            read(written(tmp_path, [b"x" * 900_000] * 40))

    @pytest.mark.parametrize("damage", ["cut", "checksum", "no gzip", "missing"])
    def test_a_file_that_cannot_be_read(self, tmp_path: Path, damage: str) -> None:
        path = written(
            tmp_path, [json.dumps(event({}, id=str(number))).encode() for number in range(50_000)], "h.jsonl.gz"
        )
        found = path.read_bytes()
        damaged = {
            "cut": found[:-4000], "checksum": found[:-8] + bytes(4) + found[-4:], "no gzip": b"x" * 9000, "missing": b""
        }  # fmt: skip
        path.write_bytes(damaged[damage])
        if damage == "missing":
            path.unlink()
        before = _readers()
        with pytest.raises(duckdb.Error):
            read(path)
        assert _readers() == before

    def test_several_at_once(self, tmp_path: Path) -> None:
        path, ids = self.made(tmp_path, "h.jsonl.gz")
        found: list[Any] = []
        threads = [threading.Thread(target=lambda: found.append(read(path, [("id",)]))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [([(one,) for one in ids], [])] * 6

    def test_reading_that_ends_early_ends_its_thread(self, tmp_path: Path) -> None:
        path, _ids = self.made(tmp_path, "h.jsonl.gz")
        before = _readers()
        with connected() as database:
            database.register("lines", Lines(path, [("id",)]))
            assert len(database.execute("SELECT c0 FROM lines LIMIT 1").fetchall()) == 1
            database.unregister("lines")
        assert _readers() == before


def test_a_tree_with_too_many_names_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, [json.dumps(event({})).encode()])
    assert read(path, [("facts", f"f{number}") for number in range(512)]) == ([(None,) * 512], [])
    with pytest.raises(duckdb.Error, match="out of its bounds"):
        read(path, [("facts", f"f{number}") for number in range(513)])


def test_after_an_error_the_answer_stays(tmp_path: Path) -> None:
    """Asked by hand as https://arrow.apache.org/docs/format/CStreamInterface.html has it, and once more than DuckDB asks."""

    class Stream(ctypes.Structure):
        ask = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
        _fields_ = [("get_schema", ctypes.c_void_p), ("get_next", ask)]

    find = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
        ("PyCapsule_GetPointer", ctypes.pythonapi)
    )
    for text in (b"x" * 3_000_000, b"x" * 900_000 + b"\n" + b"x" * 5_000_000):
        (tmp_path / "h.jsonl").write_bytes(text)
        capsule = Lines(tmp_path / "h.jsonl", [("id",)]).__arrow_c_stream__()
        stream = Stream.from_address(find(capsule, b"arrow_array_stream") or 0)
        array = (ctypes.c_int64 * 10)()
        answers = {stream.get_next(ctypes.addressof(stream), ctypes.addressof(array)) for _ in range(3)}
        assert answers == {errno.EIO}
