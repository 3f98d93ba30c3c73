"""What a replay came to in the database, against what was counted from the file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from actions.runs import ActionRun
from core.events import Event
from core.outbox import Outbox
from rules.decisions import Decision
from rules.publish import publish_text
from rules.rule_sets import HOUSE
from tests.fines.count import Counted
from tests.fines.models import Fine, Letter
from tests.fines.replay import Replayed


def put_rules_in_force() -> None:
    """The four dunning rules, checked and published as staff would."""
    publish_text(HOUSE, (Path(__file__).parent / "rules.yaml").read_text(), title="dunning of fines")


def differences(found: Replayed, expected: Counted) -> list[str]:
    """Everything in which database and count differ, in words; empty where all is equal."""
    settles = Counter(ActionRun.objects.filter(action="fine.settle").values_list("state", flat=True))
    types = Counter(Event.objects.filter(subject__startswith="fine:").values_list("type", flat=True))
    pairs = {
        "events performed": (found.performed, expected.performed),
        "events refused": (found.refused, expected.refused),
        "letters": (Counter(Letter.objects.values_list("kind", flat=True)), +expected.letters),
        "settlings": (settles, +Counter(done=expected.settled, skipped=expected.not_settled)),
        "settled events": (types["fine.settled"], expected.settled),
        "payment events": (types["fine.payment"], expected.performed["payment"]),
        "fines by state": (Counter(Fine.objects.values_list("state", flat=True)), expected.states),
        "events without a decision": (Event.objects.count() - Decision.objects.count(), 0),
        "events that wait": (Outbox.objects.count(), 0),
        "decisions that failed": (Decision.objects.filter(outcome__in=["failed", "too_deep"]).count(), 0),
        "runs that did not end": (ActionRun.objects.exclude(state__in=["done", "skipped"]).count(), 0),
    }
    return [f"{what}: {is_} instead of {should}" for what, (is_, should) in pairs.items() if is_ != should]
