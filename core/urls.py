"""Addresses. Upper rooms are named as strings only."""

from django.urls import include, path

from core.api import api, nowhere
from core.metrics import metrics

ROUTERS = (
    ("/events", "rules.api.decisions"),
    ("/rule-sets", "rules.api.rule_sets"),
    ("/rule-sets", "rules.api_change_requests.of_sets"),
    ("/change-requests", "rules.api_change_requests.change_requests"),
    ("/scenarios", "rules.api_change_requests.scenarios"),
    ("/action-runs", "actions.api.router"),
    ("/webhooks", "state_machines.api_webhooks.router"),
    ("", "state_machines.api.router"),  # it takes every noun, so it stays last
)

for prefix, router in ROUTERS:
    api.add_router(prefix, router, tags=[prefix.strip("/")] if prefix else None)

urlpatterns = [
    path("", include("admin_ui.urls")),
    path("api/v1/", api.urls),
    path("api/<path:rest>", nowhere),
    path("health/", include("core.health")),
    path("metrics", metrics),
]
