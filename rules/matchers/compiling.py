"""Compiles lines.c: `python -m rules.matchers.compiling`."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).parent
SOURCE, MADE = HERE / "native" / "lines.c", HERE / "_lines.abi3.so"
FLAGS = ["-std=c11", "-O3"]
LINKED = ["-bundle", "-undefined", "dynamic_lookup"] if sys.platform == "darwin" else ["-shared"]


def compile_lines(made: Path = MADE, flags: list[str] = FLAGS) -> None:
    """Makes the module by the compiler that CC names, or cc. Raises OSError without one, CalledProcessError where it
    refuses."""
    compiler = shlex.split(os.environ.get("CC", "cc"))
    include = sysconfig.get_path("include")
    beside = made.with_suffix(f".{os.getpid()}")  # a running server has the other one open
    subprocess.run([*compiler, *flags, "-fPIC", *LINKED, f"-I{include}", str(SOURCE), "-o", str(beside)], check=True)  # noqa: S603
    beside.replace(made)


if __name__ == "__main__":
    compile_lines()
