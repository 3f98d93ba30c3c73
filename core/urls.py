"""Addresses. Upper rooms are named as strings only."""

from django.urls import include, path

urlpatterns = [
    path("", include("admin_ui.urls")),
    path("api/v1/", include("state_machines.urls")),
    path("health/", include("core.health")),
]
