"""Every text of the house can be written, in both languages, on each event on which a rule sends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from actions.gateways.doors import doubles
from core import clock
from core.machine import perform
from rules.document.load import load
from rules.document.yaml_text import read_yaml
from rules.facts import View
from rules.overlays import effective
from rules.receivers import HOUSE_FILE
from rules.texts import LANGUAGES, written
from tests.flows.test_provider_packs import with_house
from tests.kit import work
from tests.scenarios.events import an_event
from tests.state_machines.made import a_customer, a_domain

HOUSE = effective(load(HOUSE_FILE.read_text(encoding="utf-8"), name=HOUSE_FILE.name).documents[0], None)
[(SCENARIOS, _lines)] = read_yaml((Path(__file__).parent / "house_scenarios.yaml").read_text(encoding="utf-8"))


def sent() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Rule, name of the text and event, for all that the rules of the house may send."""
    for rule in HOUSE.rules:
        for step in rule.steps:
            given = step.document.get("with", {}).get("template")
            named = HOUSE.params[given["param"]].values() if isinstance(given, dict) else [given] if given else []
            for name in named:
                for case in SCENARIOS[rule.key]["acts"]:
                    yield rule.key, name, an_event(case, rule)


@pytest.mark.parametrize(("rule", "name", "event"), [pytest.param(*one, id=f"{one[0]}-{one[1]}") for one in sent()])
def test_a_text_can_be_written_on_its_event(rule: str, name: str, event: dict[str, Any]) -> None:
    read_when_sent = {"customer": "name", "domain": "name"}
    for noun, field in read_when_sent.items():
        if noun == "customer" or noun in event["facts"]:
            event["facts"].setdefault(noun, {})[field] = "Ana"
    for language in LANGUAGES:
        found = written(HOUSE.texts, name, language, View(event, HOUSE.params))
        assert found is not None
        assert found.subject
        assert found.text


def test_every_text_is_sent_by_somebody() -> None:
    assert {name for _rule, name, _event in sent()} == set(HOUSE.texts)


@pytest.mark.django_db
def test_a_notice_names_the_domain_that_the_log_does_not_name() -> None:
    with_house()
    domain = a_domain(a_customer(language="ro"), "gazda-ana.ro", expires_at=clock.now() + timedelta(days=40))
    perform(domain, "activate")
    with doubles() as made:
        work()
        with clock.turned_to(clock.now() + timedelta(days=12)):
            work()
        subjects = [one.subject for one in made["mail"].sent]
    assert any(subject.startswith("gazda-ana.ro expiră la ") for subject in subjects)
