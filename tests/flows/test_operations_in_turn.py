"""Operations of the API one after another, each with what the former ones answered: no error of the server."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.specs.openapi import checks

from core.accounts import issue_token
from tests.flows import test_every_operation as every
from tests.flows.test_every_operation import _one_transaction  # noqa: F401
from tests.state_machines.conftest import a_user
from tests.state_machines.made import a_customer
from tests.state_machines.one_of_each import one_of_each


@pytest.mark.django_db
@pytest.mark.usefixtures("_one_transaction")
def test_answers_lead_to_further_requests() -> None:
    one_of_each(a_customer())
    token = issue_token(a_user("root", "operator", is_staff=True, is_superuser=True), "test")
    schema = every.described()
    seen: list[int] = []

    class InTurn(schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": {"Authorization": f"Bearer {token}"}}

        def validate_response(self, response: Any, case: Any, **_more: Any) -> None:
            seen.append(response.status_code)
            assert response.status_code < 500, f"{case.as_curl_command()} {response.text[:300]}"
            case.validate_response(response, checks=[*every.OF_ANSWERS, checks.use_after_free])

    run_state_machine_as_test(
        InTurn,
        settings=hypothesis.settings(
            max_examples=30,
            stateful_step_count=6,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert len(seen) > 100
    assert any(status < 300 for status in seen)
