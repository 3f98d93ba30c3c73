"""Provisioning tasks."""

from __future__ import annotations

import pytest

from core.errors import Blocked
from core.machine import perform
from tests.state_machines.made import a_task

pytestmark = pytest.mark.django_db


def test_is_tried_again_as_often_as_it_may() -> None:
    task = a_task(max_retries=1)
    for name in ("start", "fail", "retry", "start", "fail"):
        perform(task, name)
    with pytest.raises(Blocked, match="has used all of its 1 retries"):
        perform(task, "retry")
    assert (task.state, task.retry_count, task.failure_code) == ("failed", 1, "unknown")
