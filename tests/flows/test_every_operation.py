"""Every operation of the API, asked what nobody should ask: no error of the server, and no partial write.

Requests are generated from the API's own description, wrong ones and right ones; where an address names an object, half of
them name one that is there. PRAVILA_REQUESTS sets how many (10000 takes a minute or two); the seed is fixed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi import checks

from core.accounts import issue_token
from core.machine import Machine
from state_machines import fields
from tests.state_machines.conftest import a_user
from tests.state_machines.made import a_customer
from tests.state_machines.one_of_each import one_of_each

REQUESTS = int(os.environ.get("PRAVILA_REQUESTS", "600"))
MOST_ROUNDS = 12  # operations that take nothing can be asked in one way only, so that others make up for them
OF_ANSWERS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
OF_REQUESTS = [checks.unsupported_method, checks.missing_required_header]
OF_BODIES = [checks.negative_data_rejection]  # in a query an object or a list becomes a text, which may be right
OF_RIGHT_ONES = [checks.positive_data_acceptance]
BY_MEANING = {  # where more must be right than a schema can say, as it depends on the noun, the state, the rules or the time
    "GET /api/v1/{noun}": "the filters of a noun",
    "GET /api/v1/machines/{noun}/diagram": "the states of a noun",
    "POST /api/v1/{noun}": "the fields of a noun",
    "PATCH /api/v1/{noun}/{id}": "the fields of a noun",
    "POST /api/v1/{noun}/transitions": "its transitions, each object once",
    "POST /api/v1/{noun}/{id}/transitions": "its transitions and their arguments",
    "POST /api/v1/{noun}/{id}/events": "its events and their facts",
    "POST /api/v1/exemptions": "a time to come",
    "PUT /api/v1/scenarios/{name}": "an event as the history files have it, and actions of the rules",
}
WILD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.text(max_size=200),
    st.lists(st.text(max_size=20), max_size=3),
    st.dictionaries(st.text(max_size=10), st.integers(), max_size=2),
    st.sampled_from(["2026-03-01T09:00:00Z", "0001-01-01", "RON", "customer:1", "order:0", "user:1", "x" * 20_001]),
)


class Requests:
    """Sends generated requests, and keeps what was wrong with the answers."""

    def __init__(self, rows: list[Machine], token: str) -> None:
        self.rows, self.token = rows, token
        self.faults: dict[str, str] = {}
        self.statuses: Counter[int] = Counter()
        self.stored = stored()

    def ask(self, case: Any, *, aimed: bool) -> None:
        answer = case.call(headers={"Authorization": f"Bearer {self.token}"})
        self.statuses[answer.status_code] += 1
        what = f"{case.method} {case.operation.path}"
        before, self.stored = self.stored, stored()
        if answer.status_code >= 500:
            self.faults[f"{what}: {answer.status_code}"] = f"{case.as_curl_command()} {answer.text[:300]}"
        if (answer.status_code >= 400 or case.method == "GET") and self.stored != before:
            changed = [name for name, count in self.stored.items() if before[name] != count]
            self.faults[f"{what}: wrote to {changed}"] = case.as_curl_command()
        try:
            case.validate_response(answer, checks=_checks(case, aimed))
        except (FailureGroup, Failure) as failed:
            for one in failed.exceptions if isinstance(failed, FailureGroup) else [failed]:
                self.faults[f"{what}: {one.title}"] = f"{one} {case.as_curl_command()} {answer.text[:300]}"


def _checks(case: Any, aimed: bool) -> list[Any]:
    if aimed:
        return OF_ANSWERS
    asked = [*OF_ANSWERS, *OF_REQUESTS, *(OF_BODIES if case.method != "GET" else [])]
    nul = "\\x00" in repr((case.query, case.path_parameters, case.body))  # no text may have one, anywhere
    return asked if nul or f"{case.method} {case.operation.path}" in BY_MEANING else [*asked, *OF_RIGHT_ONES]


def stored() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f'(SELECT count(*) FROM "{name}")' for name in _tables()))
        return dict(zip(_tables(), cursor.fetchone(), strict=True))


@cache
def _tables() -> list[str]:
    return connection.introspection.table_names()


def aim(data: st.DataObject, case: Any, rows: list[Machine]) -> bool:
    """Let a request concern a row that is there, by names that its machine knows."""
    if "{noun}" not in case.operation.path or not data.draw(st.booleans()):
        return False
    row = data.draw(st.sampled_from(rows))
    case.path_parameters = {**case.path_parameters, "noun": row.machine.noun}
    if "{id}" in case.operation.path:
        case.path_parameters["id"] = str(row.pk)
    name = data.draw(st.sampled_from([*row.spec.transitions, "fly"]))
    if case.operation.path.endswith("/transitions") and case.method == "POST":
        arguments = data.draw(st.dictionaries(st.sampled_from([*_arguments(row, name), "x"]), WILD, max_size=2))
        items = [{"id": row.pk}, {"id": 10**15}]
        many = {} if "{id}" in case.operation.path else {"items": items}
        case.body = {"name": name, "arguments": arguments, **many}
    elif case.method in {"PATCH", "POST"} and case.operation.path in ("/api/v1/{noun}", "/api/v1/{noun}/{id}"):
        schema = fields.schema(type(row)) if case.method == "POST" else fields.edit_schema(type(row))
        case.body = data.draw(st.dictionaries(st.sampled_from([*schema["properties"], "x"]), WILD, max_size=4))
    return True


def _arguments(row: Machine, name: str) -> list[str]:
    return [*row.spec.transitions[name].arguments] if name in row.spec.transitions else []


def described() -> Any:
    """The API's own description of itself."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())


def operations() -> Iterator[Any]:
    for found in described().get_all_operations():
        yield found.ok()


@pytest.fixture
def _one_transaction(settings: Any, db: None) -> Iterator[None]:
    """Requests stay in the transaction of the test, as those of Django's own client do, however long they take to make."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    settings.ALLOWED_HOSTS = ["*"]
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.usefixtures("_one_transaction")
def test_no_request_breaks_the_server_or_writes_a_part() -> None:
    asked = list(operations())
    assert len(asked) > 50
    rows = [*one_of_each(a_customer()).values()]
    requests = Requests(rows, issue_token(a_user("root", "operator", is_staff=True, is_superuser=True), "test"))
    for seed in range(MOST_ROUNDS):
        missing = REQUESTS - sum(requests.statuses.values())
        for operation in asked if missing > 0 else ():
            _ask_many(requests, operation, max(1, missing // (2 * len(asked))), seed)
    said = "\n".join(f"{what}\n    {how}" for what, how in sorted(requests.faults.items()))
    assert not requests.faults, f"{len(requests.faults)} faults, {requests.statuses}\n{said}"
    assert sum(requests.statuses.values()) >= REQUESTS
    assert requests.statuses[200] > 0


def _ask_many(requests: Requests, operation: Any, count: int, seed: int) -> None:
    for mode in (GenerationMode.NEGATIVE, GenerationMode.POSITIVE):

        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=count,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
        def ask(case: Any, data: st.DataObject) -> None:
            requests.ask(case, aimed=aim(data, case, requests.rows))

        try:
            ask()
        except Unsatisfiable:  # there is no wrong way to ask what takes neither parameters nor a body
            assert mode is GenerationMode.NEGATIVE, operation.path
