"""Kleene's three values in all, any and not."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from tests.rules.cases import event, says

LEAF: dict[bool | None, dict[str, Any]] = {
    True: {"fact": "x", "op": "eq", "value": 1},
    False: {"fact": "x", "op": "eq", "value": 2},
    None: {"fact": "missing", "op": "eq", "value": 1},
}
HAPPENED = event({"x": 1})


@pytest.mark.parametrize("verdicts", list(product((True, False, None), repeat=3)))
def test_all_any_and_not_follow_kleene(verdicts: tuple[bool | None, ...]) -> None:
    leaves = [LEAF[verdict] for verdict in verdicts]
    conjunction = False if False in verdicts else None if None in verdicts else True
    disjunction = True if True in verdicts else None if None in verdicts else False
    assert says({"all": leaves}, HAPPENED) is conjunction
    assert says({"any": leaves}, HAPPENED) is disjunction
    assert says({"not": {"all": leaves}}, HAPPENED) is (None if conjunction is None else not conjunction)


def test_a_negated_unknown_does_not_act() -> None:
    assert says({"not": LEAF[None]}, HAPPENED) is None
    assert says({"not": {"not": LEAF[True]}}, HAPPENED) is True
