"""The short way of posts of outside services: they bring no session, and neither cookie nor language counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware
from django.utils import translation
from django.utils.module_loading import import_string

from core.api import api
from core.content_policy import ContentPolicy
from core.http import RequestContext

_POSTED = re.compile(r"/api/v1/webhooks/([^/]+)")


class Posts:
    """Lead a post straight to what takes it, through the layers that every answer has and no others.

    It is asked for at every post, so what it leaves out counts. All other requests take the long way.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._take: Callable[[HttpRequest, str], HttpResponse] = import_string(settings.POSTED_TO)
        self._short: Any = SecurityMiddleware(RequestContext(ContentPolicy(self._answer)))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not _POSTED.fullmatch(request.path_info):
            return self._get_response(request)
        response: HttpResponse = self._short(request)
        response.headers["Content-Length"] = str(len(response.content))
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        request.get_host()  # which raises where the name is not one of ours
        try:
            return self._take(request, request.path_info.rpartition("/")[2])
        except Exception as error:  # noqa: BLE001 - the API knows an answer, or raises it again
            with translation.override(settings.LANGUAGE_CODE):
                return api.on_exception(request, error)
