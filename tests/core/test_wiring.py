"""Nothing may be disconnected silently: a user's app is found by itself, and whatever is not wired is told in words."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, models
from django.test import Client
from django.test.utils import isolate_apps

from actions import demo, tasks
from actions.declare import performers
from actions.management.commands.serve import Command
from core import catalog, machines, refs, wiring
from core.catalog import ActionSpec, EventType, Fact, Kind, Relation
from core.database_guards import install
from core.declare import Declaration, StateField, guard, transition
from core.errors import NotWired
from core.fitting import demand_names
from core.machine import Machine

STATES = {"new": "new", "old": "old"}


class TestUsersApp:
    """tests.fines is wired by standing in INSTALLED_APPS, and by nothing else."""

    def test_its_machine_is_in_the_catalog(self) -> None:
        spec = catalog.machines.get("fine")
        assert (spec.initial, spec.label) == ("created", "fines.Fine")
        assert refs.model_of("fine")._meta.label == "fines.Fine"
        assert len(spec.transitions) == 11

    def test_its_events_are(self) -> None:
        mine = {found.name for found in catalog.event_types if found.noun == "fine"}
        assert {"fine.created", "fine.updated", "fine.deleted", "fine.send_fine", "fine.settled"} <= mine
        assert set(catalog.facts_of_event("fine.payment") or ()) >= {"fine.ref", "fine.state", "fine.outstanding"}

    def test_its_actions_are(self) -> None:
        assert catalog.actions.get("fine.write_letter").targets == ("fine",)
        assert "fine.write_letter" in performers

    def test_every_transition_of_every_machine_is_an_action(self) -> None:
        wanted = {f"{machine.noun}.{name}" for machine in catalog.machines for name in machine.transitions}
        assert wanted <= set(catalog.actions.names())
        assert len(wanted) > 40
        payment = catalog.actions.get("fine.payment")
        assert (payment.targets, payment.moves_money, payment.parameters["required"]) == (
            ("fine",), True, ["paid_minor"],
        )  # fmt: skip


@pytest.fixture
def action() -> Iterator[Any]:
    """Declares an action that performs nothing much, changed as the test says; taken back afterwards."""
    names = []

    def declare(**parts: Any) -> ActionSpec:
        spec = replace(ActionSpec("test.made_up", "t", "s", {"type": "object"}), **parts)
        names.append(spec.name)
        catalog.actions.add(spec.name, spec)
        performers.add(spec.name, lambda _call: None)  # type: ignore[arg-type, return-value]
        return spec

    yield declare
    for name in names:
        catalog.actions.remove(name)
        performers.remove(name)


@pytest.mark.django_db
class TestDemandWired:
    def refused(self, said: str) -> None:
        with pytest.raises(NotWired, match=said) as refusal:
            wiring.demand_wired()
        assert str(refusal.value).endswith("The server does not start until this is mended.")

    def test_all_is_wired(self) -> None:
        assert wiring.unwired() == []
        wiring.demand_wired()

    def test_a_database_guard_that_is_missing(self) -> None:
        install.lift()
        self.refused(r"database guard pravila_\w+ is missing; run migrate")

    def test_a_database_without_tables(self, tmp_path: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        environment |= {"PRAVILA_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "core.settings"}
        done = subprocess.run(
            [sys.executable, "-c", "import core.wsgi"], env=environment, cwd=settings.BASE_DIR, capture_output=True,
            check=False, text=True,
        )  # fmt: skip
        assert done.returncode == 1
        assert "the database has no tables yet; run migrate. The server does not start" in done.stderr

    def test_an_action_that_nothing_performs(self, action: Any) -> None:
        action()
        performers.remove("test.made_up")
        self.refused("action test.made_up is declared, but nothing performs it")

    def test_an_inverse_that_is_unknown(self, action: Any) -> None:
        action(inverse="test.undo")
        self.refused("the inverse of action test.made_up, test.undo, is no action")

    def test_a_target_that_is_no_machine(self, action: Any) -> None:
        action(targets=("fine", "unicorn"))
        self.refused("action test.made_up stands on unicorn, which is no machine")

    def test_a_queue_that_nobody_works_on(self, action: Any) -> None:
        action(queue="fast")
        self.refused("action test.made_up waits in queue fast, on which nobody works")

    def test_a_kind_that_there_is_not(self, action: Any) -> None:
        action(kind="eternal")
        self.refused("action test.made_up is eternal; it must be internal or external")

    def test_an_event_about_no_machine(self) -> None:
        catalog.event_types.add("unicorn.seen", EventType("unicorn.seen", noun="unicorn"))
        try:
            self.refused("event type unicorn.seen is about unicorn, which is no machine")
        finally:
            catalog.event_types.remove("unicorn.seen")

    @pytest.mark.parametrize(
        ("noun", "links", "said"),
        [
            ("fine", {"order": "itemz"}, 'fine links itself to relation "itemz" of order, which declares no such'),
            ("fine", {"order": "items"}, 'fine links itself to relation "items" of order, which is of order_item'),
        ],
    )
    def test_a_link_to_a_relation_that_there_is_not(
        self, noun: str, links: Any, said: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        model = refs.MODELS[noun]
        field = SimpleNamespace(related_model=refs.MODELS["order"])
        meta = SimpleNamespace(get_field=lambda _name: field)
        double = SimpleNamespace(_meta=meta, spec=model.spec, machine=replace(model.machine, links=links))
        monkeypatch.setattr(machines, "all_machines", lambda: [double])
        self.refused(said)

    def test_a_relation_of_no_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        model = refs.MODELS["fine"]
        spec = replace(model.spec, relations={"horns": Relation("horns", "unicorn")})
        double = SimpleNamespace(_meta=model._meta, spec=spec, machine=model.machine)
        monkeypatch.setattr(machines, "all_machines", lambda: [double])
        self.refused('relation "horns" of fine is of unicorn, which is no machine')

    @pytest.mark.parametrize("parts", [{"noun": "item"}, {"noun": "fine", "related": {"observed": "customer"}}])
    def test_a_name_that_rules_have_for_something_else(self, parts: Any) -> None:
        with pytest.raises(NotWired, match=r'rules call something else "(item|observed)"'):
            demand_names(Declaration(title="x", **parts))

    def test_neither_server_nor_worker_starts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        install.lift()
        monkeypatch.setattr("actions.management.commands.serve.call_command", lambda *_args, **_kwargs: None)
        monkeypatch.setattr(demo, "load", lambda: pytest.fail("the server went on"))
        with pytest.raises(NotWired):
            Command().handle(demo=True, host="127.0.0.1", threads=1)
        with pytest.raises(NotWired):
            tasks.demand_wired()

    def test_migrate_only_warns_for_it_is_what_mends(self) -> None:
        install.lift()
        [warning] = wiring.check_guards(databases=["default"])
        assert "database guards are missing" in warning.msg
        assert not warning.is_serious()
        wiring.after_migrate()
        assert wiring.check_guards(databases=["default"]) == []


@pytest.mark.django_db
class TestHealth:
    def test_a_live_server_says_so_without_asking_anything(self, client: Client, monkeypatch: Any) -> None:
        monkeypatch.setattr(connection, "cursor", lambda: pytest.fail("the database was asked"))
        assert client.get("/health/live").json() == {"status": "live"}

    def test_a_ready_server_has_no_faults(self, client: Client) -> None:
        response = client.get("/health/ready")
        assert response.status_code == 200
        assert response.json() == {"status": "ready", "faults": [], "lag_seconds": 0.0}

    def test_without_its_guards_it_is_not_ready(self, client: Client) -> None:
        install.lift()
        response = client.get("/health/ready")
        assert response.status_code == 503
        body = response.json()
        assert body["status"] == "not ready"
        assert any("is missing; run migrate" in fault for fault in body["faults"])


def declared(**parts: Any) -> Declaration:
    return Declaration(**{"noun": "thing", "title": "thing", **parts})


class TestWronglyDeclared:
    """Each fault of a machine's declaration is told when the server starts, in a sentence with the machine's name."""

    @pytest.fixture(autouse=True)
    def _taken_back(self) -> Iterator[None]:
        yield
        catalog.machines.remove("thing")
        refs.MODELS.pop("thing", None)
        for name in ("created", "updated", "deleted", "moved"):
            catalog.event_types.remove(f"thing.{name}")

    def machine(self, declaration: Declaration | None, **members: Any) -> type[Machine]:
        members = {"state": StateField(STATES), "__module__": __name__, **members}
        if declaration is not None:
            members["machine"] = declaration
        members["Meta"] = type("Meta", (Machine.Meta,), {"app_label": "fines", "abstract": False})
        with isolate_apps("tests.fines"):
            return type("Thing", (Machine,), members)

    def refused(self, said: str, declaration: Declaration | None = None, **members: Any) -> None:
        model = self.machine(declaration, **members)
        with pytest.raises(NotWired, match=said) as refusal:
            machines._declare(model)
            machines._shape(model)
        assert "The server does not start until this is mended." in str(refusal.value)

    def test_rightly(self) -> None:
        model = self.machine(declared())
        machines._declare(model)
        machines._shape(model)
        assert model.spec.states == ("new", "old")

    def test_without_declaration(self) -> None:
        self.refused(r"machine fines.Thing is declared but not wired: it has no `machine = Declaration")

    def test_without_states(self) -> None:
        self.refused("its `state` is no StateField with states", declared(), state=StateField())

    def test_with_a_state_of_another_kind(self) -> None:
        self.refused("its `state` is no StateField with states", declared(), state=models.CharField(max_length=9))

    def test_with_a_transition_to_an_unknown_state(self) -> None:
        move = transition(source="new", target="gone", event="thing.moved", title="move")(lambda _self: None)
        self.refused('there is no state "gone"', declared(), move=move)

    def test_with_a_transition_from_an_unknown_state(self) -> None:
        move = transition(source="gone", target="old", event="thing.moved", title="move")(lambda _self: None)
        self.refused('there is no state "gone"', declared(), move=move)

    @pytest.mark.parametrize("name", ["self", "instance", "method", "thing"])
    def test_with_an_argument_by_the_name_of_the_row(self, name: str) -> None:
        able = guard("thing.able", "it is able")(lambda thing, **_given: None)
        declare = transition(
            source="new", target="old", event="thing.moved", title="move", arguments={name: {}}, guards=(able,)
        )
        problem = f'transition thing.move is declared but not wired: its argument "{name}" must have another name'
        self.refused(problem, declared(), move=declare(lambda _self, **_given: None))

    def test_with_an_unknown_terminal_state(self) -> None:
        self.refused('its terminal state "gone" is no state', declared(terminal=("gone",)))

    def test_with_a_way_out_of_a_terminal_state(self) -> None:
        move = transition(source="old", target="new", event="thing.moved", title="move")(lambda _self: None)
        self.refused('"old" is terminal, but transition \\w+ leads out of it', declared(terminal=("old",)), move=move)

    def test_with_open_text(self) -> None:
        facts = (Fact("note", Kind.TEXT),)
        self.refused(r"fact thing.note .* declare it free_of_persons", declared(facts=facts), note=models.TextField())

    def test_with_a_fact_that_no_field_has(self) -> None:
        facts = (Fact("size", Kind.INTEGER),)
        self.refused(r'fact thing.size .* it has no field "size"', declared(facts=facts))

    def test_with_money_that_has_no_currency(self) -> None:
        facts = (Fact("price", Kind.MONEY),)
        self.refused(
            r'fact thing.price .* it has no field "currency"',
            declared(facts=facts),
            price_minor=models.BigIntegerField(),
        )

    @pytest.mark.parametrize("part", ["recorded", "sealed", "parts"])
    def test_with_an_unknown_field(self, part: str) -> None:
        self.refused(f'{part} names "size", which is no field', declared(**{part: ("size",)}))

    def test_with_a_related_object_that_is_no_machine(self) -> None:
        other = models.ForeignKey(User, models.CASCADE, related_name="+")
        self.refused("a related object must be a machine too", declared(related={"user": "other"}), other=other)

    @pytest.mark.parametrize("path", ["nothing", "sequence"])
    def test_with_a_related_path_that_leads_nowhere(self, path: str) -> None:
        self.refused(f'related "user" leads by "{path}" to no other row', declared(related={"user": path}))
