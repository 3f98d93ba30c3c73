"""kill -9 in the middle of the work: no event is lost, and no effect happens twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.stack import Distributed, Embedded, Stack, wait_until

KILLS = 5
EACH = 150  # fines added before each kill
CREATED = "SELECT count(*) FROM core_event WHERE type = 'fine.created'"
SETTLED = "SELECT count(*) FROM core_event WHERE type = 'fine.settled'"
DECIDED = "SELECT count(*) FROM rules_decision"


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Stack]:
    stack = Embedded(tmp_path)
    yield stack
    stack.close()


@pytest.fixture
def distributed(tmp_path: Path) -> Iterator[Stack]:
    stack = Distributed(tmp_path)
    yield stack
    stack.close()


@pytest.mark.sqlite
def test_of_an_embedded_server(embedded: Stack) -> None:
    kill_again_and_again(embedded)


@pytest.mark.postgresql
@pytest.mark.redis
def test_of_a_celery_worker(distributed: Stack) -> None:
    kill_again_and_again(distributed)


def kill_again_and_again(stack: Stack) -> None:
    stack.run("manage.py", "migrate", "--verbosity", "0")
    killed_in_the_middle = 0
    for number in range(KILLS):
        stack.run("-m", "tests.faults.seed", str(number * EACH), str(EACH))
        before = stack.scalar(DECIDED)
        stack.start()
        stack.wake()
        wait_until(lambda start=before: stack.scalar(DECIDED) > start, seconds=60, what="a first decision")
        stack.kill()
        killed_in_the_middle += stack.scalar(SETTLED) < stack.scalar(CREATED)
    assert killed_in_the_middle == KILLS, "each kill came before the work was done"

    stack.start()
    stack.wake()
    total = KILLS * EACH
    wait_until(lambda: stack.scalar(SETTLED) >= total, seconds=120, what="everything settled")
    wait_until(lambda: stack.scalar("SELECT count(*) FROM core_outbox") == 0, seconds=60, what="an empty outbox")
    unfinished = "SELECT count(*) FROM actions_actionrun WHERE state NOT IN ('done')"
    wait_until(lambda: stack.scalar(unfinished) == 0, seconds=60, what="every run done")
    stack.kill()

    assert stack.scalar(CREATED) == total
    for effect in ("fine.payment", "fine.settled"):
        assert stack.scalar(f"SELECT count(*) FROM core_event WHERE type = '{effect}'") == total
        once = f"SELECT count(DISTINCT subject) FROM core_event WHERE type = '{effect}'"
        assert stack.scalar(once) == total
    assert stack.scalar("SELECT count(*) FROM fines_letter") == total
    assert stack.scalar("SELECT count(DISTINCT event_id) FROM rules_decision") == stack.scalar(DECIDED)
    assert stack.scalar("SELECT count(*) FROM core_event") == stack.scalar(DECIDED)
