"""What every request has: an id that its logs, events and answers share; and errors as problem+json (RFC 9457)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils.translation import get_language, gettext

from core.acting import acting
from core.errors import PravilaError
from core.formats import figure
from core.said import told

_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestContext:
    """Give each request an id: the caller's X-Request-ID where it is well formed, else a fresh one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _SAFE_ID.fullmatch(given) else uuid.uuid4().hex
        with acting(request_id=request_id):
            response = self._get_response(request)
        response["X-Request-ID"] = request_id
        return response


class RefusedMethods:
    """Tell a program which methods an address of the API has in the shape of every other error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if response.status_code != HttpResponseNotAllowed.status_code or not request.path_info.startswith("/api/"):
            return response
        methods = response["Allow"]
        detail = gettext("This address does not know {method}. Send {methods}.")
        answer = problem(405, "method-not-allowed", detail.format(method=request.method, methods=methods))
        answer["Allow"] = methods
        return answer


def sentence(error: PravilaError) -> str:
    """The error's message in the reader's language."""
    return gettext(error.template).format(**{name: in_words(part) for name, part in error.params.items()})


def in_words(text: Any) -> Any:
    """A sentence made by core.said in the reader's language; anything else as it is."""
    return told(text, gettext, lambda written: figure(written, get_language() or "en"))


def problem(status: int, code: str, detail: str, **more: Any) -> JsonResponse:
    """An answer of type application/problem+json."""
    body = {"type": f"urn:pravila:{code}", "title": code.replace("-", " "), "status": status, "detail": detail, **more}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def problem_of(error: PravilaError) -> JsonResponse:
    """The answer for a refusal: its code, its sentence, and the subject it carries."""
    more = {key: value for key, value in error.params.items() if isinstance(value, str | int | bool) and key != "code"}
    return problem(error.status, error.code, sentence(error), **{k: v for k, v in more.items() if k not in _OWN})


_OWN = {"type", "title", "status", "detail", "instance"}
