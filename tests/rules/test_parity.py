"""Stored decisions once more through every matcher."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from actions.dispatch import dispatch_all
from core import clock
from rules.decisions import Decision
from rules.incidents import Incident
from rules.matchers import durable
from rules.matchers.compiled import CompiledMatcher
from rules.parity import Parity, evaluate, is_due
from tests.kit import a_fine, in_force

pytestmark = pytest.mark.django_db
FEE: dict[str, Any] = {
    "key": "fee", "when": "fine.created", "if": {"fact": "fine.amount", "op": "gte", "value": {"money": "30.00 EUR"}},
    "then": [],
}  # fmt: skip
SEVERAL: dict[str, Any] = {
    "key": "several", "when": "fine.created", "if": {"count": "fine.created", "of": "subject", "within": "7d", "op": "gte", "value": 1},
    "then": [],
}  # fmt: skip


def decisions(count: int = 5) -> None:
    in_force(FEE, SEVERAL)
    for number in range(count):
        a_fine(case=f"A{number}", amount_minor=1000 * number)
    dispatch_all()


def test_every_matcher_says_the_same_also_of_what_was_observed() -> None:
    decisions()
    found = evaluate()
    everything = Decision.objects.exclude(house="").count()
    assert everything > 5
    assert (found.looked_at, found.agreed, found.share) == (everything, everything, 1.0)
    assert not Incident.objects.exists()


def test_a_matcher_that_differs_is_an_incident(monkeypatch: pytest.MonkeyPatch) -> None:
    decisions()
    monkeypatch.setattr(CompiledMatcher, "match", lambda *_args: ["fee"])
    with pytest.raises(CommandError, match="compiled about"):
        call_command("parity")
    found = Parity.objects.get()
    assert found.agreed == 0 < found.looked_at
    assert Incident.objects.get().matcher == "compiled"


def test_a_matcher_without_its_engine_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    decisions(1)
    monkeypatch.setattr(durable, "AVAILABLE", False)
    call_command("parity")
    assert "missing here: durable" in capsys.readouterr().out
    found = Parity.objects.get()
    assert (found.left_out, found.agreed) == ("durable", found.looked_at)


def test_it_is_due_once_a_day_where_there_is_something_to_look_at() -> None:
    assert not is_due()
    decisions(1)
    assert is_due()
    evaluate()
    assert not is_due()
    with clock.turned_to(clock.now() + timedelta(hours=25)):
        assert is_due()


def test_the_sample_is_bounded() -> None:
    decisions(6)
    assert evaluate(4).looked_at == 4


def test_the_figures_are_metrics() -> None:
    decisions(2)
    evaluate()
    text = Client().get("/metrics").content.decode()
    assert "pravila_parity_share 1.0" in text
    assert "pravila_quarantined_versions 0.0" in text
    assert "pravila_outbox_waiting 0.0" in text
