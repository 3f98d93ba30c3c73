"""The next is read while the former is used, where that is possible; the order and the errors are those of reading in turn."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest
from django.db import transaction

from core.read_ahead import read_ahead
from tests.faults.stack import wait_until
from tests.parallel import sessions

LIMIT = 30.0  # seconds


def _alone() -> None:
    """PostgreSQL ends the session of a connection a moment after it was closed."""
    wait_until(lambda: sessions() == 1, seconds=LIMIT, what="the only connection")


@pytest.mark.django_db(transaction=True)
def test_each_comes_in_its_order_and_an_error_at_its_place() -> None:
    assert list(read_ahead(abs, [])) == []
    assert list(read_ahead(abs, [-3, 2, -1])) == [3, 2, 1]
    told = read_ahead(lambda one: 6 // one, [1, 2, 0, 3])
    assert [next(told), next(told)] == [6, 3]
    with pytest.raises(ZeroDivisionError):
        next(told)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_next_is_read_while_the_former_is_used_and_no_connection_is_left() -> None:
    begun = {number: threading.Event() for number in (1, 2, 3)}

    def read(number: int) -> tuple[int, int]:
        begun[number].set()
        return number, sessions()

    _alone()
    with closing(read_ahead(read, [1, 2, 3])) as told:
        assert next(told) == (1, 2)
        assert begun[2].wait(LIMIT)
    assert not begun[3].is_set()
    _alone()


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_nothing_is_read_elsewhere() -> None:
    with transaction.atomic():
        assert set(read_ahead(lambda _one: threading.get_ident(), range(3))) == {threading.get_ident()}
