"""A token that sends too many requests waits; others do not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from core import throttle
from core.accounts import issue_token
from core.throttle import InMemory, InRedis, TooMany, demand_room
from tests.state_machines.conftest import Caller, a_user, problem

Counter = Callable[[], "InMemory | InRedis"]


@pytest.fixture
def three_a_minute(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.CONFIG = replace(settings.CONFIG, api_per_minute=3, redis_url="")
    monkeypatch.setattr(throttle.time, "time", lambda: 1_000_000_020.0)
    throttle._counter.cache_clear()
    yield
    throttle._counter.cache_clear()


@pytest.mark.django_db
@pytest.mark.usefixtures("three_a_minute")
def test_beyond_it_the_answer_says_when(monkeypatch: pytest.MonkeyPatch) -> None:
    user = a_user("ana", "viewer")
    busy, other = (Caller(issue_token(user, name)) for name in ("busy", "other"))
    assert [busy.get("order").status_code for _ in range(3)] == [200] * 3
    answer = busy.get("order")
    problem(answer, 429, "too-many-requests")
    assert answer["Retry-After"] == "60"
    assert answer["X-Request-ID"]
    assert other.get("order").status_code == 200
    monkeypatch.setattr(throttle.time, "time", lambda: 1_000_000_080.0)
    assert busy.get("order").status_code == 200


@pytest.mark.usefixtures("three_a_minute")
def test_a_counter_that_does_not_answer_lets_through(settings: Any) -> None:
    settings.CONFIG = replace(settings.CONFIG, redis_url="redis://127.0.0.1:1/0")
    for _request in range(5):
        demand_room("a")


@pytest.mark.usefixtures("three_a_minute")
def test_a_minute_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    for _request in range(3):
        demand_room("a")
    with pytest.raises(TooMany, match="in 60 seconds"):
        demand_room("a")
    monkeypatch.setattr(throttle.time, "time", lambda: 1_000_000_079.9)
    with pytest.raises(TooMany, match="in 1 seconds"):
        demand_room("a")
    monkeypatch.setattr(throttle.time, "time", lambda: 1_000_000_080.0)
    demand_room("a")


def _in_redis() -> InRedis:
    return InRedis(settings.CONFIG.redis_url)


@pytest.mark.parametrize("make", [InMemory, pytest.param(_in_redis, marks=pytest.mark.redis)])
def test_no_request_is_lost_in_parallel(make: Counter) -> None:
    counter, name, window = make(), uuid4().hex, int(time.time()) // 60
    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(lambda _number: counter.count(name, window), range(200)))
    assert sorted(counted) == list(range(1, 201))
