"""The gate: matchers that differ, crash or hang in their own process are findings, and nothing goes live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rules import activation
from rules.activation import try_out
from rules.activation_child import compare
from rules.document.model import Document
from rules.document.problem import BadRules
from rules.matchers.reference import ReferenceMatcher
from rules.matching import MATCHERS, build_rules
from rules.publish import publish_text
from rules.rule_sets import HOUSE, RuleSet
from rules.samples import samples
from tests.kit import a_fine
from tests.rules.cases import rule
from tests.rules.made_requests import HOUSE_TEXT

pytestmark = pytest.mark.django_db
RULES = [
    rule("big", when="fine.created", if_={"fact": "fine.amount", "op": "gte", "value": {"money": "5.00 EUR"}}),
    rule("tagged", when="fine.*", if_={"not": {"fact": "customer.tags", "op": "contains", "value": "vip"}}),
]


@pytest.fixture(autouse=True)
def gate(settings: Any) -> None:
    settings.CONFIG = replace(settings.CONFIG, gate_seconds=30.0)


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """child(code): another program stands in for the one that compiles."""

    def stands_in(code: str) -> None:
        (tmp_path / "stand_in.py").write_text(code)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        monkeypatch.setattr(activation, "CHILD", "stand_in")

    return stands_in


def test_rules_about_which_all_agree_pass() -> None:
    a_fine()
    assert try_out(Document({"set": "house", "rules": RULES})) == []
    overlay = Document({"set": "customer:1", "mute": {"big": "asked"}, "rules": [rule("own", when="fine.created")]})
    assert try_out(Document({"set": "house", "rules": RULES}), overlay) == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "it ended with signal 11"),
        ("raise SystemExit(3)", "it ended with 3"),
        ("print('no JSON')", "gave no answer"),
    ],
)
def test_a_crash_is_a_finding_and_nothing_goes_live(child: Callable[[str], None], code: str, said: str) -> None:
    child(code)
    with pytest.raises(BadRules, match=said):
        publish_text(HOUSE, HOUSE_TEXT, title="t")
    assert not RuleSet.objects.exclude(live=None).exists()


def test_a_hang_is_a_finding(child: Callable[[str], None], settings: Any) -> None:
    settings.CONFIG = replace(settings.CONFIG, gate_seconds=0.2)
    child("import threading; threading.Event().wait()")
    [found] = try_out(Document({"set": "house", "rules": RULES}))
    assert "not compiled and compared within 0.2 s" in found.message


class Wrong(ReferenceMatcher):
    def match(self, event: Any, params: Any = None) -> list[str]:
        return super().match(event, params)[1:]


class Broken(ReferenceMatcher):
    def match(self, event: Any, params: Any = None) -> list[str]:
        raise ZeroDivisionError


def refusing(_rules: Any) -> Any:
    raise MemoryError("too many")


@pytest.mark.parametrize(
    ("made", "said"), [(Wrong, "differ about big"), (Broken, "failed on an event"), (refusing, "cannot compile")]
)
def test_a_matcher_that_is_wrong_is_told(monkeypatch: pytest.MonkeyPatch, made: Any, said: str) -> None:
    rules = build_rules(Document({"set": "house", "rules": RULES}))
    monkeypatch.setitem(MATCHERS, "made", made)
    assert said in next(compare("made", rules, samples(rules, {}), {}))


def test_samples_lie_on_both_sides_of_every_constant() -> None:
    rules = build_rules(Document({"set": "house", "rules": RULES}))
    verdicts = {key: set() for key in ("big", "tagged")}  # type: ignore[var-annotated]
    for event in samples(rules, {}):
        for proof in ReferenceMatcher(rules).prove(event):
            if proof.eligible:
                verdicts[proof.rule].add(proof.verdict)
    assert verdicts["big"] == {"true", "false", "unknown"}
