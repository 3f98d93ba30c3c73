"""What docs/api.md shows works, in the order in which it stands there; and errors are as it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.state_machines.conftest import Caller, problem
from tests.state_machines.made import a_customer

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def commands() -> list[list[str]]:
    found = re.findall(r"^ask \$API/.*$", PAGE, flags=re.MULTILINE)
    return [shlex.split(line, comments=True)[1:] for line in found]


def _renamed(text: str, names: dict[str, str]) -> str:
    for name, real in names.items():
        text = text.replace(name, real).replace(name.replace(":", "/"), real.replace(":", "/"))
    return text


@pytest.mark.django_db
def test_its_order_is_paid_in_the_end(operator: Caller) -> None:
    customer = a_customer()
    names = {"customer:1": customer.ref}
    asked = 0
    for address, *options in commands():
        path, *values = [_renamed(text, names) for text in (address.removeprefix("$API/"), *options[1::2])]
        given = dict(zip(options[::2], values, strict=True))
        key = given.get("-H", "").partition(": ")[2]
        if "-d" in given:
            headers = {"Idempotency-Key": key} if key else {}
            answer = operator.client.post(
                f"/api/v1/{path}", given["-d"], content_type="application/json", headers=headers
            )
        else:
            answer = operator.get(path)
        assert answer.status_code in (200, 201), (path, answer.content)
        if path == "order":
            names["order:16"] = answer.json()["ref"]
        asked += 1
    assert asked == 6
    assert answer.json()["items"][0]["type"] == "order.paid"


@pytest.mark.django_db
def test_what_is_no_json_is_told_what_is_wrong_with_it(operator: Caller) -> None:
    answer = operator.client.post("/api/v1/order", '{"customer": ', content_type="application/json")
    assert "line 1 column 14" in problem(answer, 400, "bad-request")["detail"]
    answer = operator.client.post("/api/v1/order", '{"customer": "\\u0000"}', content_type="application/json")
    assert "NUL" in problem(answer, 400, "bad-request")["detail"]


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), [("DELETE", "order/1"), ("PUT", "order"), ("GET", "webhooks/stripe")])
def test_a_method_that_is_not_there_is_told_like_every_error(operator: Caller, method: str, path: str) -> None:
    answer = operator.send(method, path, {})
    said = problem(answer, 405, "method-not-allowed")
    assert answer["Allow"] in said["detail"]
    assert method in said["detail"]
