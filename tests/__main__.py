"""`make test`: every test embedded (SQLite), then every test distributed (PostgreSQL, Redis) where both answer.

PRAVILA_INSIST=1 makes a missing service a failure instead of a skip. Arguments go to pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys

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


def run(stack: str, arguments: list[str], **variables: str) -> int:
    print(f"\n=== {stack}", flush=True)
    clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=clean | variables, check=False).returncode


def main(arguments: list[str]) -> int:
    missing = missing_services()
    if missing and os.environ.get("PRAVILA_INSIST"):
        print(f"No answer from {' and '.join(missing)}; start what is missing.", file=sys.stderr)
        return 1
    codes = [run("embedded: SQLite, worker inside", arguments)]
    if missing:
        print(f"\nSkipped: the distributed stack, because there is no answer from {' and '.join(missing)}.")
    else:
        codes.append(
            run("distributed: PostgreSQL, Redis, Celery", arguments, DATABASE_URL=DATABASE_URL, REDIS_URL=REDIS_URL)
        )
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
