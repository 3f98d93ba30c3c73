"""A text with a NUL character, in every place of a request's address: a clear refusal, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core.accounts import issue_token
from tests.state_machines.conftest import Caller, a_user
from tests.state_machines.made import a_customer, a_draft

NUL, METHODS = "a%00b", ("get", "post", "put", "patch", "delete")


def addresses(document: dict[str, Any], right: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Method and address of each operation, with NUL in one parameter of its path or of its query, and in a name."""
    for path, operations in document["paths"].items():
        for method in METHODS:
            parameters = operations.get(method, {}).get("parameters", [])
            for one in (one for one in parameters if one["in"] in ("path", "query")):
                names = {**right, one["name"]: NUL} if one["in"] == "path" else right
                query = f"?{one['name']}={NUL}" if one["in"] == "query" else ""
                yield method, path.format(**names) + query
            if method in operations:
                yield method, path.format(**right) + f"?{NUL}=1"


@pytest.mark.django_db
def test_it_is_refused_everywhere() -> None:
    caller = Caller(issue_token(a_user("root", "operator", is_staff=True, is_superuser=True), "test"))
    document = caller.get("openapi.json").json()
    right = {name: "1" for path in document["paths"] for name in _named(path)} | {"noun": "invoice", "kind": "moment"}
    right["id"] = str(a_draft(a_customer()).pk)
    asked = dict.fromkeys(addresses(document, right))
    assert len(asked) > 150
    answers = {one: caller.send(one[0].upper(), one[1].removeprefix("/api/v1/"), {}).status_code for one in asked}
    assert {one: status for one, status in answers.items() if status not in (400, 404, 422)} == {}
    queried = {status for (method, address), status in answers.items() if method == "get" and f"={NUL}" in address}
    assert queried <= {400, 404}


def _named(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]
