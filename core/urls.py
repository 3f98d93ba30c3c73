"""Addresses. Upper rooms are named as strings only."""

from django.urls import include, path

from core.api import api, nowhere

urlpatterns = [
    path("", include("admin_ui.urls")),
    path("api/v1/", api.urls),
    path("api/<path:rest>", nowhere),
    path("health/", include("core.health")),
]
