"""Addresses. Upper rooms are named as strings only."""

from django.urls import include, path

from core.accounts import EVENTS, PERFORM, RULES, RUNS
from core.api import api, callers, nowhere
from core.metrics import metrics

ROUTERS = (
    ("/events", "rules.api.decisions", EVENTS),
    ("/events", "rules.api_explaining.events", EVENTS),
    ("/tries", "rules.api_explaining.tries", RULES),
    ("/rule-sets", "rules.api.rule_sets", RULES),
    ("/rule-sets", "rules.api_change_requests.of_sets", RULES),
    ("/rule-sets", "rules.api_assignments.of_segments", RULES),
    ("/change-requests", "rules.api_change_requests.change_requests", RULES),
    ("/exemptions", "rules.api_exemptions.router", RUNS),
    ("/scenarios", "rules.api_change_requests.scenarios", RULES),
    ("/simulations", "rules.api_simulations.router", RULES),
    ("/action-runs", "actions.api.router", RUNS),
    ("/messages", "actions.api_messages.router", RUNS),
    ("/questions", "actions.api_questions.router", RUNS),
    ("/webhooks", "state_machines.api_webhooks.router", EVENTS),
    ("", "actions.api_upcoming.router", PERFORM),
    ("", "state_machines.api.router", PERFORM),  # it takes every noun, so it stays last
)

for prefix, router, scope in ROUTERS:
    api.add_router(prefix, router, auth=callers(scope), tags=[prefix.strip("/")] if prefix else None)

urlpatterns = [
    path("", include("admin_ui.urls")),
    path("api/v1/", api.urls),
    path("api/<path:rest>", nowhere),
    path("health/", include("core.health")),
    path("metrics", metrics),
]
