"""`make test`: every test embedded (SQLite), and beside it every test distributed (PostgreSQL, Redis) where both answer.

What the second says follows when the first is done. PRAVILA_INSIST=1 makes a missing service a failure instead of a skip. Arguments go to pytest.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from tempfile import TemporaryFile
from typing import IO

import psycopg
from redis import Redis
from redis.exceptions import RedisError

DATABASE_URL = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")


def missing_services() -> list[str]:
    missing = []
    try:
        psycopg.connect(DATABASE_URL, connect_timeout=2).close()
    except psycopg.OperationalError:
        missing.append("PostgreSQL (TEST_DATABASE_URL)")
    try:
        Redis.from_url(REDIS_URL, socket_connect_timeout=2).ping()
    except RedisError:
        missing.append("Redis (TEST_REDIS_URL)")
    return missing


def begin(arguments: list[str], told: IO[str] | None = None, **variables: str) -> subprocess.Popen[bytes]:
    clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments], env=clean | variables, stdout=told, stderr=told
    )


def main(arguments: list[str]) -> int:
    missing = missing_services()
    if missing and os.environ.get("PRAVILA_INSIST"):
        print(f"No answer from {' and '.join(missing)}; start what is missing.", file=sys.stderr)
        return 1
    print("\n=== embedded: SQLite, worker inside", flush=True)
    if missing:
        code = begin(arguments).wait()
        print(f"\nSkipped: the distributed stack, because there is no answer from {' and '.join(missing)}.")
        return abs(code)
    with TemporaryFile("w+", encoding="utf-8", errors="replace") as told:
        distributed = begin(arguments, told, DATABASE_URL=DATABASE_URL, REDIS_URL=REDIS_URL)
        codes = [begin(arguments).wait(), distributed.wait()]
        told.seek(0)
        print("\n=== distributed: PostgreSQL, Redis, Celery", flush=True)
        shutil.copyfileobj(told, sys.stdout)
    return max(abs(code) for code in codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
