"""Compiles what is written in C: `python -m rules.matchers.compiling`."""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).parent
NATIVE, MADE = HERE / "native", HERE / "_lines.abi3.so"
FLAGS = ["-std=c11", "-O3"]
LINKED = ["-bundle", "-undefined", "dynamic_lookup"] if sys.platform == "darwin" else ["-shared"]


def sources() -> str:
    """The hash of the sources, which the module knows too: one that was made of others is not used."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(NATIVE.iterdir()))).hexdigest()


def compile_lines(made: Path = MADE, flags: list[str] = FLAGS) -> None:
    """Makes the module by the compiler that CC names, or cc. Raises OSError without one, CalledProcessError where it
    refuses."""
    compiler = shlex.split(os.environ.get("CC", "cc"))
    told = [f"-I{sysconfig.get_path('include')}", f'-DSOURCES="{sources()}"']
    beside = made.with_suffix(f".{os.getpid()}")  # a running server has the other one open
    command = [*compiler, *flags, "-fPIC", *LINKED, *told, str(NATIVE / "lines.c"), "-o", str(beside)]
    subprocess.run(command, check=True)  # noqa: S603
    beside.replace(made)


if __name__ == "__main__":
    compile_lines()
