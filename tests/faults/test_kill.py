"""kill -9 in the middle of the work: no event is lost, and no effect happens twice."""

from __future__ import annotations

import signal
from functools import partial

import pytest

from tests.faults.stack import Stack, wait_until

KILLS = 5
EACH = 150  # fines added before each kill
CREATED = "SELECT count(*) FROM core_event WHERE type = 'fine.created'"
SETTLED = "SELECT count(*) FROM core_event WHERE type = 'fine.settled'"
MOMENTS = "SELECT count(*) FROM core_event WHERE type = 'moment.due'"
DECIDED = "SELECT count(*) FROM rules_decision"


NOTICES = 60
APPLIED = "SELECT count(*) FROM core_event WHERE type = 'webhook.processed'"


@pytest.mark.sqlite
def test_of_an_embedded_server(embedded: Stack) -> None:
    kill_again_and_again(embedded)


@pytest.mark.postgresql
@pytest.mark.redis
def test_of_a_celery_worker(distributed: Stack) -> None:
    kill_again_and_again(distributed)


@pytest.mark.sqlite
def test_of_the_clock_of_an_embedded_server(embedded: Stack) -> None:
    kill_again_and_again(embedded, "timed", kills=3)
    assert embedded.scalar(MOMENTS) == 3 * EACH


@pytest.mark.postgresql
@pytest.mark.redis
def test_of_the_clock_of_a_celery_worker(distributed: Stack) -> None:
    kill_again_and_again(distributed, "timed", kills=3)
    assert distributed.scalar(MOMENTS) == 3 * EACH


def settled(stack: Stack, total: int) -> bool:
    """Whether all is done; moments of a worker without a sweeper need somebody to ring for them."""
    if stack.scalar("SELECT count(*) FROM rules_duemoment WHERE pending"):
        stack.wake()
    return stack.scalar(SETTLED) >= total


def kill_again_and_again(stack: Stack, *seed: str, kills: int = KILLS) -> None:
    stack.run("manage.py", "migrate", "--verbosity", "0")
    killed_in_the_middle = 0
    for number in range(kills):
        stack.run("-m", "tests.faults.seed", str(number * EACH), str(EACH), *seed)
        before = stack.scalar(DECIDED)
        stack.wake()  # before: nobody may be ready with the work while it is still being rung for
        stack.start()
        wait_until(lambda start=before: stack.scalar(DECIDED) > start, seconds=60, what="a first decision")
        stack.kill()
        killed_in_the_middle += stack.scalar(SETTLED) < stack.scalar(CREATED)
    assert killed_in_the_middle == kills, "each kill came before the work was done"

    stack.wake()
    stack.start()
    total = kills * EACH
    wait_until(partial(settled, stack, total), seconds=120, what="everything settled")
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


@pytest.mark.sqlite
def test_webhooks_of_an_embedded_server(embedded: Stack) -> None:
    kill_between_storing_and_processing(embedded)


@pytest.mark.postgresql
@pytest.mark.redis
def test_webhooks_of_a_celery_worker(distributed: Stack) -> None:
    kill_between_storing_and_processing(distributed)


def kill_between_storing_and_processing(stack: Stack) -> None:
    """What was answered is stored; who stored it dies before, and who processes it dies amid it."""
    stack.run("manage.py", "migrate", "--verbosity", "0")
    stack.run("-m", "tests.faults.posting", str(NOTICES), ends=-signal.SIGKILL)
    stored = "SELECT count(*) FROM state_machines_webhook WHERE state = 'received'"
    assert (stack.scalar(stored), stack.scalar(APPLIED)) == (NOTICES, 0)

    stack.wake()
    stack.start()
    wait_until(lambda: stack.scalar(APPLIED) > 0, seconds=60, what="a first webhook processed")
    stack.kill()
    assert 0 < stack.scalar(APPLIED) < NOTICES, "killed amid the work"

    stack.wake()
    stack.start()
    wait_until(lambda: stack.scalar(APPLIED) >= NOTICES, seconds=120, what="every webhook processed")
    stack.kill()
    for type_ in ("webhook.created", "webhook.processed", "payment.succeeded"):
        events = f"FROM core_event WHERE type = '{type_}'"
        counted = stack.scalar(f"SELECT count(*) {events}"), stack.scalar(f"SELECT count(DISTINCT subject) {events}")
        assert counted == (NOTICES, NOTICES), type_
    paid = "SELECT count(*) FROM state_machines_payment WHERE state = 'succeeded'"
    assert (stack.scalar(stored), stack.scalar(paid)) == (0, NOTICES)
