"""A server of its own in another operating-system process, to be killed: embedded, or a Celery worker."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from django.conf import settings
from redis import Redis

ROOT = Path(__file__).resolve().parents[2]
RING = """import django
django.setup()
from actions.sweeper import sweep
from core import bells
bells.BELLS.ring = bells._send_unless_waiting  # at once, not by a thread that may not get its turn before the end
sweep()"""


def wait_until(happened: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Poll; fails with `what` when it has not happened in time."""
    limit = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < limit, f"not in {seconds:.0f} s: {what}"
        time.sleep(0.02)


def free_port() -> int:
    """A port that nobody listens on, and that no connection is given before a server does: those are above 32767."""
    while True:
        port = random.randrange(20_000, 32_768)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


def web_command(port: int) -> list[str]:
    """The web server as compose.yaml starts it, on a port of this machine only."""
    (command,) = re.findall(r"command: (granian .*)", (ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return ["-m", *command.replace("0.0.0.0", "127.0.0.1").replace("8000", str(port)).split()]


class Stack:
    """One database, and a worker that can be started and killed."""

    command: list[str]

    def __init__(self, var: Path, **variables: str) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        self.port = free_port()
        self.env = kept | {
            "PRAVILA_VAR": str(var),
            "PRAVILA_APPS": "tests.fines",
            "DJANGO_SETTINGS_MODULE": "core.settings",
            "PORT": str(self.port),
            "PRAVILA_BACKTESTS_READY": "0",  # each would load everything once more
            **variables,
        }
        self.log = var / "worker.log"
        self.worker: subprocess.Popen[bytes] | None = None

    def run(self, *command: str, ends: int = 0) -> None:
        """Run a command to its end, which is `ends`: 0, or minus the signal that kills it."""
        done = subprocess.run([sys.executable, *command], cwd=ROOT, env=self.env, capture_output=True, check=False)
        assert done.returncode == ends, done.stderr.decode()[-3000:]

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.worker = subprocess.Popen(
                [sys.executable, *self.command], cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """kill -9 of the worker and all it started."""
        if self.worker is not None:
            os.killpg(self.worker.pid, signal.SIGKILL)
            self.worker.wait()
            self.worker = None

    def scalar(self, statement: str) -> int:
        raise NotImplementedError

    def wake(self) -> None:
        """Ring for work that no bell announced, where no sweeper runs."""

    def close(self) -> None:
        self.kill()


class Embedded(Stack):
    """`manage.py serve` on SQLite."""

    command = ["manage.py", "serve"]

    def scalar(self, statement: str) -> int:
        database = sqlite3.connect(f"file:{self.env['PRAVILA_VAR']}/pravila.sqlite3?mode=ro", uri=True, timeout=20)
        try:
            return int(database.execute(statement).fetchone()[0])
        finally:
            database.close()


class Distributed(Stack):
    """A Celery worker on PostgreSQL and Redis."""

    command = ["-m", "celery", "-A", "core.celery", "worker", "--concurrency", "2", "--loglevel", "WARNING"]

    def __init__(self, var: Path) -> None:
        self.name = f"test_kill_{os.getpid()}"
        self._admin = dict(settings.DATABASES["default"])
        self._execute(f"DROP DATABASE IF EXISTS {self.name}")
        self._execute(f"CREATE DATABASE {self.name}")
        host, port, user = self._admin["HOST"], self._admin["PORT"] or "5432", self._admin["USER"]
        password = f":{self._admin['PASSWORD']}" if self._admin["PASSWORD"] else ""
        self._url = f"postgres://{user}{password}@{host}:{port}/{self.name}"
        self.redis = settings.CONFIG.redis_url.rsplit("/", 1)[0] + "/11"
        Redis.from_url(self.redis).flushdb()
        super().__init__(var, DATABASE_URL=self._url, REDIS_URL=self.redis)

    def serve(self) -> None:
        """Start the web servers in place of a Celery worker."""
        self.command = web_command(self.port)
        self.start()

    def _execute(self, statement: str) -> None:
        base = f"host={self._admin['HOST']} user={self._admin['USER']} dbname=postgres"
        password = f" password={self._admin['PASSWORD']}" if self._admin["PASSWORD"] else ""
        with psycopg.connect(base + password, autocommit=True) as connection:
            connection.execute(statement)

    def scalar(self, statement: str) -> int:
        with psycopg.connect(self._url) as connection:
            found = connection.execute(statement).fetchone()
            assert found is not None
            return int(found[0])

    def wake(self) -> None:
        self.run("-c", RING)

    def close(self) -> None:
        super().close()
        self._execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        Redis.from_url(self.redis).flushdb()
