"""/metrics: figures for Prometheus. Each room declares its own; they are read when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from core.health import lag_seconds
from core.outbox import Outbox

Figures = Callable[[], dict[tuple[str, ...], float]]
_DECLARED: dict[str, tuple[str, tuple[str, ...], Figures]] = {}


def metric(name: str, says: str, labels: tuple[str, ...], read: Figures) -> None:
    """Declare a gauge `pravila_<name>`; `read` gives its value by the values of its labels."""
    _DECLARED[f"pravila_{name}"] = says, labels, read


class _Collected:
    def collect(self) -> Iterable[Metric]:
        for name, (says, labels, read) in sorted(_DECLARED.items()):
            family = GaugeMetricFamily(name, says, labels=labels)
            for values, figure in read().items():
                family.add_metric(list(values), figure)
            yield family


def metrics(request: HttpRequest) -> HttpResponse:
    """The figures in Prometheus' text format. They name no customer; let only the network of the operators reach them."""
    registry = CollectorRegistry()
    registry.register(_Collected())
    return HttpResponse(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")


metric("outbox_waiting", "Events that wait for a decision", (), lambda: {(): Outbox.objects.count()})
metric("outbox_lag_seconds", "Age of the oldest event that waits for a decision", (), lambda: {(): lag_seconds()})
