"""What is written in C compiles without a warning, and where there is a compiler it was."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path
from subprocess import CalledProcessError

import pytest

from rules.matchers import compiling, lines
from rules.matchers.compiling import FLAGS, compile_lines

COMPILER = shlex.split(os.environ.get("CC", "cc"))[0]
WARNINGS = ["-Wall", "-Wextra", "-Wshadow", "-Wno-missing-field-initializers", "-Werror"]


@pytest.mark.skipif(
    not shutil.which(COMPILER) and not os.environ.get("PRAVILA_INSIST"), reason="there is no C compiler"
)
def test_it_compiles_without_a_warning_and_is_compiled(tmp_path: Path) -> None:
    made = tmp_path / "_lines.abi3.so"
    compile_lines(made, [*FLAGS, *WARNINGS])
    assert [one.name for one in tmp_path.iterdir()] == [made.name]
    assert lines.COMPILED, "run `make test`, or `python -m rules.matchers.compiling`"


def test_a_compiler_that_refuses_leaves_what_was_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tmp_path / "_lines.abi3.so"
    made.write_text("before")
    monkeypatch.setenv("CC", "false")
    with pytest.raises(CalledProcessError):
        compile_lines(made)
    assert made.read_text() == "before"


def test_a_module_of_other_sources_is_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = compiling.sources()
    monkeypatch.setattr(compiling, "NATIVE", shutil.copytree(compiling.NATIVE, tmp_path / "native"))
    assert compiling.sources() == before
    with (tmp_path / "native" / "json.h").open("a") as file:
        file.write("/* more */")
    assert compiling.sources() != before
