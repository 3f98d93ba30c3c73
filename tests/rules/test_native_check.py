"""Whether what is written in C is compiled is said by `manage.py check`."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks

from rules.matchers import lines
from rules.native_check import HINT


@pytest.mark.parametrize(("compiled", "hints"), [(True, []), (False, [HINT])])
def test_a_warning_where_it_is_not(monkeypatch: pytest.MonkeyPatch, compiled: bool, hints: list[str]) -> None:
    monkeypatch.setattr(lines, "COMPILED", compiled)
    assert [one.hint for one in run_checks() if one.hint == HINT] == hints
