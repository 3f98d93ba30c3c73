"""A backtest that is killed with -9, cancelled, or run twice leaves nothing but its own row."""

from __future__ import annotations

import pytest
from django.apps import apps

from tests.faults.stack import Stack, wait_until

ROOMS = ("core", "state_machines", "rules", "actions", "admin_ui", "tests.fines")
TABLES = sorted(
    model._meta.db_table
    for app in apps.get_app_configs()
    for model in app.get_models()
    if app.name in ROOMS and model._meta.managed
)
ONE = "SELECT count(*) FROM rules_backtest WHERE id = {} AND {}"


@pytest.mark.sqlite
def test_on_sqlite(embedded: Stack) -> None:
    leaves_nothing(embedded)


@pytest.mark.postgresql
@pytest.mark.redis
def test_on_postgresql(distributed: Stack) -> None:
    leaves_nothing(distributed)


def leaves_nothing(stack: Stack) -> None:
    stack.run("manage.py", "migrate", "--verbosity", "0")
    stack.run("-m", "tests.faults.backtest", "seed")
    before = rows(stack)
    killed, cancelled, twice = 1, 2, 3

    stack.command = ["manage.py", "run_backtest", str(killed)]
    stack.start()
    told = "state = 'running' AND position > 0"
    wait_until(lambda: is_so(stack, killed, told), seconds=120, what="a first partial result")
    stack.kill()
    assert rows(stack) == before
    assert is_so(stack, killed, "state = 'running' AND position > 0 AND digest = ''")
    stack.run("manage.py", "run_backtest", str(killed))  # nobody goes on with what another may still compute
    assert is_so(stack, killed, "state = 'running' AND digest = ''")

    stack.run("-m", "tests.faults.backtest", "cancel", str(cancelled))  # its process ends by itself
    assert is_so(stack, cancelled, "state = 'cancelled' AND position > 0 AND digest = ''")

    stack.run("-m", "tests.faults.backtest", "fork", str(twice))
    assert is_so(stack, twice, "state = 'done'")
    stack.run("manage.py", "run_backtest", str(twice))
    stack.run("manage.py", "run_backtest", str(twice), "--again")
    assert is_so(stack, twice, "state = 'done' AND digest <> ''")
    assert rows(stack) == before


def is_so(stack: Stack, key: int, what: str) -> bool:
    return stack.scalar(ONE.format(key, what)) == 1


def rows(stack: Stack) -> dict[str, int]:
    return {table: stack.scalar(f"SELECT count(*) FROM {table}") for table in TABLES}
