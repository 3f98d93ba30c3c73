"""Addresses of the staff pages."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from admin_ui import second_factor
from admin_ui.exemptions_page import exemptions_page
from admin_ui.pages import staff
from admin_ui.start_page import start_page
from admin_ui.switches_page import switches_page
from admin_ui.try_page import try_page

urlpatterns = [
    path("", RedirectView.as_view(url="/staff/", permanent=False)),
    path("staff/", staff(start_page), name="start"),
    path("staff/try/", staff(try_page), name="try"),
    path("staff/second-factor/", second_factor.view, name="second-factor"),
    path("staff/exemptions/", staff(exemptions_page), name="exemptions"),
    path("staff/switches/", staff(switches_page), name="switches"),
    path("staff/i18n/", include("django.conf.urls.i18n")),
    path("staff/", admin.site.urls),
]
