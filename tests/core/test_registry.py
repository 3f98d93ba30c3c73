"""One name, one thing."""

from __future__ import annotations

import pytest

from core.errors import AlreadyDeclared, NotDeclared
from core.registry import Registry


@pytest.fixture
def registry() -> Registry[int]:
    found: Registry[int] = Registry("number")
    for name, number in (("two", 2), ("one", 1)):
        found.add(name, number)
    return found


def test_things_come_in_the_order_of_their_names(registry: Registry[int]) -> None:
    assert (registry.names(), list(registry), len(registry)) == (["one", "two"], [1, 2], 2)


def test_the_same_thing_may_be_declared_twice_another_may_not(registry: Registry[int]) -> None:
    assert registry.add("one", 1) == 1
    with pytest.raises(AlreadyDeclared, match='Two different number are declared under the name "one"'):
        registry.add("one", 3)
    assert registry.get("one") == 1


def test_what_is_not_declared_is_told_with_what_is_near(registry: Registry[int]) -> None:
    with pytest.raises(NotDeclared, match=r'There is no number named "onne"\. Did you mean one\?'):
        registry.get("onne")
    assert registry.find("onne") is None
    assert "onne" not in registry


def test_what_is_taken_back_is_gone(registry: Registry[int]) -> None:
    registry.remove("one")
    registry.remove("one")
    assert ("one" in registry, registry.names()) == (False, ["two"])
