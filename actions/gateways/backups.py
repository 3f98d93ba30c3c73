"""The door to where backups of the database are kept: a folder of this machine."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from actions.gateways.doors import Door
from actions.outcome import Done, Failed, Outcome
from core import clock

SECONDS = 3600


class BackupsGateway(Protocol):
    def make(self, keep: int) -> Outcome:
        """A whole copy; of the older ones only the newest `keep` stay, this one among them."""


class BackupFolder:
    """Readable for the server's user only."""

    def make(self, keep: int) -> Outcome:
        folder: Path = settings.CONFIG.backups
        suffix = "dump" if connection.vendor == "postgresql" else "sqlite3"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = folder / f"pravila-{clock.now():%Y%m%dT%H%M%SZ}.{suffix}"
            begun = file.with_suffix(".part")
            begun.touch(mode=0o600)
            copied = _dump(begun) if connection.vendor == "postgresql" else _copy(begun)
            if copied is not None:
                begun.unlink(missing_ok=True)
                return copied
            begun.rename(file)
            kept = sorted(folder.glob(f"pravila-*.{suffix}"))
            for old in kept[:-keep]:
                old.unlink(missing_ok=True)
            size = file.stat().st_size
        except OSError as error:
            return Failed(f"the folder of backups cannot be written: {type(error).__name__}", retryable=True)
        return Done(f"{file.name}, {size} bytes", answer={"file": file.name, "bytes": size, "kept": len(kept[-keep:])})


@dataclass
class BackupsDouble:
    """Records instead of copying; `answers` are given first, in order."""

    made: list[int] = field(default_factory=list)
    answers: list[Outcome] = field(default_factory=list)

    def make(self, keep: int) -> Outcome:
        self.made.append(keep)
        return self.answers.pop(0) if self.answers else Done("recorded")


def _copy(to: Path) -> Failed | None:
    """The online backup of SQLite: a whole copy, while others read and write."""
    connection.ensure_connection()
    try:
        with closing(sqlite3.connect(to)) as target:
            connection.connection.backup(target, pages=10_000)
    except sqlite3.Error as error:
        return Failed(f"SQLite made no copy: {error}", retryable=True)
    return None


def _dump(to: Path) -> Failed | None:
    given: dict[str, Any] = connection.settings_dict
    address = {
        "PGHOST": given["HOST"],
        "PGPORT": str(given["PORT"]),
        "PGUSER": given["USER"],
        "PGDATABASE": given["NAME"],
    }
    env = {**os.environ, "PGPASSWORD": given["PASSWORD"]} | {name: value for name, value in address.items() if value}
    try:
        ended = subprocess.run(  # noqa: S603 - no argument comes from outside
            ["pg_dump", "-Fc", "-f", str(to)],  # noqa: S607 - the operator's
            env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        said = "there is no pg_dump on this machine; install it, or turn off nightly_backup where the database host makes backups"
        return Failed(said, retryable=False)
    except subprocess.TimeoutExpired:
        return Failed(f"pg_dump did not end within {SECONDS} s", retryable=True)
    if ended.returncode:
        last = ended.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:300]
        return Failed(f"pg_dump failed: {last}", retryable=True)
    return None


BACKUPS: Door[BackupsGateway] = Door("backups", _("Backups"), real=BackupFolder, double=BackupsDouble)
