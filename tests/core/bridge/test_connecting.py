"""Models of somebody else: created, saved, deleted, linked; and connections that nobody takes off unnoticed."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db.models.signals import post_save

from core import catalog, wiring
from core.bridge import connecting
from core.bridge.binding import BadBridge, bindings
from core.events import Event
from tests.core.bridge.conftest import PAID, Bind, paid

pytestmark = pytest.mark.django_db
ACTIVE = {"user.active": {"path": "instance.is_active", "kind": "boolean"}}


def told() -> list[tuple[str, str]]:
    return list(Event.objects.order_by("id").values_list("type", "subject"))


def test_created_saved_and_deleted(bind: Bind) -> None:
    bind(models=[{"model": "auth.User", "on": on, "event": f"user.{on}"} for on in ("created", "saved", "deleted")])
    user = User.objects.create_user("ana")
    key = user.pk
    user.save()
    user.delete()
    assert told() == [("user.created", f"user:{key}"), ("user.saved", f"user:{key}"), ("user.deleted", f"user:{key}")]


def test_saved_counts_only_when_a_named_field_changed(bind: Bind) -> None:
    bind(
        models=[{"model": "auth.User", "on": "saved", "changed": ["is_active"], "event": "user.moved", "facts": ACTIVE}]
    )
    user = User.objects.create_user("ana")
    user.save()
    user.first_name = "Ana"
    user.save()
    assert told() == []
    user.is_active = False
    user.save(update_fields=["first_name"])
    assert told() == [], "the change was not written"
    user.save()
    user.save()
    assert [event.facts for event in Event.objects.all()] == [{"user": {"active": False}}]


def test_links_are_told_from_both_sides(bind: Bind) -> None:
    link = {"model": "auth.User", "link": "groups", "facts": {"group.name": {"path": "linked.pk", "kind": "integer"}}}
    bind(models=[{**link, "on": on, "event": f"user.{on}"} for on in ("linked", "unlinked")])
    user, group = User.objects.create_user("ana"), Group.objects.create(name="g")
    user.groups.add(group)
    group.user_set.remove(user)
    assert told() == [("user.linked", f"user:{user.pk}"), ("user.unlinked", f"user:{user.pk}")]
    assert {event.facts["group"]["name"] for event in Event.objects.all()} == {group.pk}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({**PAID, "signal": "tests.nowhere.paid"}, "no signal tests.nowhere.paid"),
        ({**PAID, "signal": "django.contrib.auth.models.User"}, "is no signal"),
    ],
)
def test_a_signal_that_is_not_there_stops_the_start(row: dict[str, object], said: str) -> None:
    with pytest.raises(BadBridge, match=said):
        connecting.connect(bindings({"signals": [row]}))
    catalog.event_types.remove("shop.paid")


@pytest.mark.parametrize(
    "row",
    [
        {"model": "shop.Cart", "on": "created"},
        {"model": "auth.User", "on": "saved", "changed": ["shoe_size"]},
        {"model": "auth.User", "on": "linked", "link": "shoes"},
    ],
)
def test_a_model_or_field_that_is_not_there_stops_the_start(row: dict[str, object]) -> None:
    with pytest.raises(BadBridge):
        connecting.connect(bindings({"models": [{**row, "event": "a.b"}]}))
    catalog.event_types.remove("a.b")


def test_a_connection_that_somebody_takes_off_stops_the_server(bind: Bind) -> None:
    [binding] = bind(signals=[PAID])
    assert wiring.unwired() == []
    paid.disconnect(dispatch_uid=f"{binding.uid}/sent")
    assert any("no longer connected" in fault for fault in wiring.unwired())


def test_the_event_type_is_declared_for_the_editor(bind: Bind) -> None:
    bind(signals=[PAID])
    assert set(catalog.facts_of_event("shop.paid") or ()) == {"cart.total", "cart.state"}


def test_what_is_not_bound_is_left_alone(bind: Bind) -> None:
    before = len(post_save.receivers)
    bind(models=[{"model": "auth.User", "on": "created", "event": "user.created"}])
    Permission.objects.first().save()  # type: ignore[union-attr]
    assert len(post_save.receivers) == before + 1
    assert told() == []
