"""The state machines app. Every file of `sources` is found by being there."""

import importlib
import pkgutil
from pathlib import Path

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StateMachinesConfig(AppConfig):
    name = "state_machines"
    verbose_name = _("Business")

    def ready(self) -> None:
        for module in pkgutil.iter_modules([str(Path(__file__).parent / "sources")]):
            importlib.import_module(f"state_machines.sources.{module.name}")
        from core import wiring  # noqa: PLC0415 - models exist only now
        from state_machines import figures, webhook_sources  # noqa: F401, PLC0415

        wiring.DEMANDS.append(webhook_sources.undeclared)
