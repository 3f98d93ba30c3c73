"""The second step of the sign-in, and the page where a person sets it up."""

from __future__ import annotations

from collections.abc import Callable

import django_otp
import segno
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from admin_ui.pages import page, typed
from core import second_factor

OPEN = ("second-factor", "admin:login", "admin:logout", "admin:jsi18n", "set_language")


class DemandSecondFactor:
    """Lead signed-in staff to their second factor, if they have one or must have one, before any other staff page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/staff/") and self._lacks(request):
            query = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('second-factor')}?{query}")
        return self._get_response(request)

    def _lacks(self, request: HttpRequest) -> bool:
        user = request.user
        if not user.is_authenticated or user.is_verified():  # type: ignore[attr-defined]
            return False
        if request.path in {reverse(name) for name in OPEN}:
            return False
        return settings.CONFIG.second_factor or second_factor.of(user) is not None


def second_factor_page(request: HttpRequest) -> HttpResponse:
    """/staff/second-factor/: the picture for the app where there is no factor yet, and the field for its code."""
    confirmed = second_factor.of(request.user)
    if confirmed is not None and request.user.is_verified():  # type: ignore[union-attr]
        return page(request, "admin_ui/second_factor_done.html", _("Second factor"))
    if request.method == "POST":
        factor = confirmed or second_factor.begin(request.user)
        if factor.verify_token(typed(request.POST, "code", 10)):
            django_otp.login(request, factor)
            messages.success(request, gettext("You are signed in with your second factor."))
            return HttpResponseRedirect(_next(request))
        messages.error(
            request,
            gettext("This code is not right. Wait for the next one; after a wrong code, each try waits longer."),
        )
    shown = None if confirmed else second_factor.begin(request.user)
    return page(
        request,
        "admin_ui/second_factor.html",
        _("Second factor"),
        secret=shown and shown.secret,
        picture=shown and segno.make(shown.address).svg_data_uri(scale=5, border=2, light="white"),
        next=typed(request.GET, "next", 500) or typed(request.POST, "next", 500),
    )


def _next(request: HttpRequest) -> str:
    wanted = typed(request.POST, "next", 500)
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("start")


view = admin.site.admin_view(second_factor_page)
