"""What a page may load and run: nothing but what this server serves (W3C Content Security Policy, level 3)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_STRICT = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# The library under the staff pages computes expressions of its own markup, and sets styles on elements.
_STAFF = {**_STRICT, "script-src": "'self' 'unsafe-eval'", "style-src": "'self' 'unsafe-inline'"}


def _header(policy: dict[str, str]) -> str:
    return "; ".join(f"{name} {sources}" for name, sources in policy.items())


STRICT, STAFF = _header(_STRICT), _header(_STAFF)


class ContentPolicy:
    """Send the strict policy with every answer, and the narrowest that works with those under /staff/."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        response["Content-Security-Policy"] = STAFF if request.path.startswith("/staff/") else STRICT
        return response
