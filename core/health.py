"""Is the server alive, and is it ready: database, guards, oldest waiting event, broker."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.urls import path
from redis import Redis
from redis.exceptions import RedisError

from core import clock, wiring
from core.events import Event
from core.outbox import Outbox

MAX_LAG_SECONDS = 300


def live(request: HttpRequest) -> JsonResponse:
    """The server answers; nothing else is asked."""
    return JsonResponse({"status": "live"})


def ready(request: HttpRequest) -> JsonResponse:
    """200 where everything that the server needs is in order, else 503 with what is not."""
    state = readiness()
    return JsonResponse(state, status=200 if state["status"] == "ready" else 503)


def readiness() -> dict[str, Any]:
    """{"status": "ready" | "not ready", "faults": [sentence], "lag_seconds": age of the oldest undecided event}."""
    faults: list[str] = []
    lag = 0.0
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        faults += wiring.unwired()
        lag = lag_seconds()
    except DatabaseError as error:
        faults.append(f"the database does not answer: {type(error).__name__}")
    if lag > MAX_LAG_SECONDS:
        faults.append(f"the oldest event has waited {lag:.0f} s for its decision; is a worker running?")
    if not settings.CONFIG.embedded:
        try:
            Redis.from_url(settings.CONFIG.redis_url, socket_timeout=1, socket_connect_timeout=1).ping()
        except RedisError as error:
            faults.append(f"the broker does not answer: {type(error).__name__}")
    return {"status": "not ready" if faults else "ready", "faults": faults, "lag_seconds": round(lag, 1)}


def lag_seconds() -> float:
    """Age in seconds of the oldest event that waits for its decision; 0 where none waits."""
    oldest = Outbox.objects.filter(held=False).order_by("event_id").values_list("event_id", flat=True).first()
    if oldest is None:
        return 0.0
    return max(0.0, (clock.now() - Event.objects.get(pk=oldest).at).total_seconds())


urlpatterns = [path("live", live), path("ready", ready)]
