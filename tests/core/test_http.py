"""Every request has an id, which its events and its answer share; errors are problem+json."""

from __future__ import annotations

import json
import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from core.acting import present
from core.errors import Blocked, ObjectMissing
from core.http import RequestContext, problem, problem_of, sentence


def answer(**headers: str) -> tuple[HttpResponse, str]:
    """The answer to a request, and the id that was present while it was made."""
    seen: list[str] = []

    def view(_request: HttpRequest) -> HttpResponse:
        seen.append(present().request_id)
        return HttpResponse("x")

    response = RequestContext(view)(RequestFactory().get("/", headers=headers))
    return response, seen[0]


def test_a_request_without_an_id_gets_one() -> None:
    (first, one), (second, other) = answer(), answer()
    assert re.fullmatch(r"[0-9a-f]{32}", one)
    assert one != other
    assert (first["X-Request-ID"], second["X-Request-ID"]) == (one, other)
    assert present().request_id == ""


@pytest.mark.parametrize("given", ["abcdefgh", "A.b-c_1234", "x" * 64])
def test_a_well_formed_id_is_kept(given: str) -> None:
    response, seen = answer(**{"X-Request-ID": given})
    assert (response["X-Request-ID"], seen) == (given, given)


@pytest.mark.parametrize("given", ["short", "x" * 65, "with blank", "with\nline", "<script>", "ăăăăăăăă", "abcdefgh\n"])
def test_any_other_id_is_replaced(given: str) -> None:
    response, seen = answer(**{"X-Request-ID": given})
    assert seen == response["X-Request-ID"] != given
    assert re.fullmatch(r"[0-9a-f]{32}", seen)


@pytest.mark.django_db
def test_the_id_is_in_the_answer_of_every_address(client: Client) -> None:
    for path in ("/health/live", "/api/v1/nowhere", "/nowhere"):
        response = client.get(path, headers={"X-Request-ID": "my-request-1"})
        assert response["X-Request-ID"] == "my-request-1"


def test_a_problem_says_what_it_is_about() -> None:
    response = problem_of(ObjectMissing(ref="invoice:7"))
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert json.loads(response.content) == {
        "type": "urn:pravila:not-found",
        "title": "not found",
        "status": 404,
        "detail": "There is no invoice:7. Check the reference; the object may have been deleted.",
        "ref": "invoice:7",
    }


def test_no_value_of_an_error_takes_the_place_of_the_standard_members() -> None:
    error = Blocked(ref="invoice:7", transition="pay", reason="no", status="x", type="y", title="z", detail="d")
    body = json.loads(problem_of(error).content)
    assert (body["status"], body["type"], body["title"]) == (409, "urn:pravila:blocked", "blocked")


def test_further_members_come_along() -> None:
    assert json.loads(problem(422, "bad-rules", "wrong", problems=[1]).content)["problems"] == [1]


def test_a_sentence_is_in_the_readers_language_or_in_english() -> None:
    error = ObjectMissing(ref="{ref}")
    for language in ("en", "ro", "de"):
        with translation.override(language):
            assert "{ref}" in sentence(error)
