"""Moments of staff pages in the time zone of the reader, which the browser tells by a cookie; else in that of the house."""

from __future__ import annotations

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from admin_ui.known_people import known_people

COOKIE = "pravila_zone"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{1,30}(/[A-Za-z0-9_+-]{1,30}){0,2}")


class ReaderZone:
    """Show the moments of a staff page in the zone that the reader's browser named."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/staff/"):
            return self._get_response(request)
        with timezone.override(zone_of(request.COOKIES.get(COOKIE, ""))), known_people():
            return self._get_response(request)


def zone_of(name: str) -> ZoneInfo | None:
    """The zone of this name; None where there is none."""
    if not _NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
