"""The REST API's frame: who signs in, how requests are read, how errors are answered. Rooms add routers by name."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import APIKeyCookie, HttpBearer
from pydantic import ConfigDict

from core import throttle
from core.accounts import PERFORM, READ, actor_of_token, actor_of_user, digest_of
from core.acting import Actor
from core.errors import BadArguments, OutOfScope, PravilaError
from core.http import problem, problem_of
from core.openapi import Api
from core.throttle import TooMany


class Token(HttpBearer):
    """`Authorization: Bearer prv_…`. Reading needs the scope `read`; what changes something needs `scope`."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        actor = actor_of_token(token)
        needed = READ if request.method in {"GET", "HEAD"} else self.scope
        if actor is not None:
            throttle.demand_room(digest_of(token))
        if actor is not None and actor.scopes is not None and needed not in actor.scopes:
            raise OutOfScope(scope=needed, what=f"{request.method} {request.path[:200]}")
        return actor


class StaffSession(APIKeyCookie):
    """The session of a signed-in member of staff; what changes something also needs the CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def _get_key(self, request: HttpRequest) -> str | None:
        if self.param_name not in request.COOKIES or "Authorization" in request.headers:
            return None  # no session is meant, so its CSRF token is not missed
        return super()._get_key(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        user: Any = request.user
        return actor_of_user(user) if key and user.is_active and user.is_staff else None


def callers(scope: str) -> list[Any]:
    """Who may ask: programs whose token has the scope, and staff in their session."""
    return [Token(scope), StaffSession()]


class StrictParser(Parser):
    """JSON as the standard has it, with texts that a database can keep."""

    def parse_body(self, request: HttpRequest) -> Any:
        return strict_json(request.body)


def strict_json(body: bytes, **options: Any) -> Any:
    """JSON as the standard has it, with texts that a database can keep. Raises ValueError with what is wrong."""
    try:
        value = json.loads(body, parse_constant=_refuse_constant, **options)
        _demand_storable(value)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _demand_storable(value: Any) -> None:
    if isinstance(value, str):
        value.encode()
        if "\x00" in value:
            raise ValueError("a text has a NUL character")
    elif isinstance(value, dict):
        for name, item in value.items():
            _demand_storable(name)
            _demand_storable(item)
    elif isinstance(value, list):
        for item in value:
            _demand_storable(item)


class Problem(Schema):
    """An error (RFC 9457). `type` is urn:pravila: and a code; `detail` says what happened and what to do next."""

    type: str
    title: str
    status: int
    detail: str


class Closed(Schema):
    """What a request carries; unknown names are refused."""

    model_config = ConfigDict(extra="forbid")


def demand_known(request: HttpRequest, query: Closed) -> None:
    """Raise BadArguments for a query parameter that nobody reads, or that is given twice: what is misspelt or meant
    otherwise must not list everything."""
    demand_single(request, query)
    if unknown := sorted(set(request.GET) - set(type(query).model_fields)):
        known = ", ".join(type(query).model_fields)
        raise BadArguments(what=request.path, problem=f"it knows {known}, and not {', '.join(unknown)[:200]}")


def demand_single(request: HttpRequest, query: Closed) -> None:
    """Raise BadArguments for a parameter of the query that is given twice."""
    if twice := sorted(name for name in type(query).model_fields if len(request.GET.getlist(name)) > 1):
        raise BadArguments(what=request.path, problem=f"give {', '.join(twice)} once")


class StrictApi(Api):
    """No operation takes a query with a text that no database can keep, whether it reads it or not."""

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        try:
            _demand_storable(dict(request.GET.lists()))
        except ValueError as error:
            raise HttpError(400, gettext("In the query, {problem}.").format(problem=error)) from None
        return super().create_temporal_response(request)


PROBLEMS = frozenset({400, 401, 403, 404, 409, 413, 422, 429, 503})
api = StrictApi(
    title="Pravila",
    version="1",
    auth=callers(PERFORM),
    docs_url=None,
    parser=StrictParser(),
    urls_namespace="api",
)


@api.exception_handler(PravilaError)
def refused(request: HttpRequest, error: PravilaError) -> HttpResponse:
    answer = problem_of(error)
    if error.status == TooMany.status:
        answer["Retry-After"] = str(error.params["seconds"])
    return answer


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = [{"at": "/".join(map(str, one["loc"])), "problem": one["msg"]} for one in error.errors]
    said = "; ".join(f"{one['at']}: {one['problem']}" for one in found)
    return problem(
        422, "bad-request", gettext("The request is malformed: {problems}").format(problems=said), errors=found
    )


@api.exception_handler(AuthenticationError)
def unknown_caller(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    detail = gettext("Sign in: send a valid token as Authorization: Bearer, or use a staff session.")
    answer = problem(401, "not-signed-in", detail)
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, ValueError):  # of the parser, which ninja tells in debug mode only
        detail = gettext("The body cannot be read as JSON: {problem}. Nothing was done; correct it and send it again.")
        return problem(400, "bad-request", detail.format(problem=error.__cause__))
    return problem(error.status_code, "bad-request" if error.status_code != 403 else "not-permitted", str(error))


@api.exception_handler(RequestDataTooBig)
def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    detail = gettext("The request has more than {most} bytes. Nothing was done; send it in parts.").format(most=most)
    return problem(413, "too-large", detail)


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return nowhere(request)


@api.exception_handler(IntegrityError)
def conflict(request: HttpRequest, error: IntegrityError) -> HttpResponse:
    detail = gettext("Something with the same name or number exists, or came into being just now. Nothing was changed.")
    return problem(409, "conflict", detail)


@api.exception_handler(DataError)
def unstorable(request: HttpRequest, error: DataError) -> HttpResponse:
    detail = gettext("A value is beyond what the database can keep. Nothing was changed; correct it.")
    return problem(422, "bad-arguments", detail)


@api.exception_handler(OperationalError)
def busy(request: HttpRequest, error: OperationalError) -> HttpResponse:
    answer = problem(503, "busy", gettext("The database is busy. Nothing was changed; try again in a moment."))
    answer["Retry-After"] = "1"
    return answer


def nowhere(request: HttpRequest, rest: str = "") -> HttpResponse:
    """The answer for an address that the API does not have."""
    detail = gettext("The API has no such address. Its addresses are listed in /api/v1/openapi.json.")
    return problem(404, "not-found", detail)
