"""The actions app: every file of this room that declares actions is found, and so is `actions.py` of a user's app."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ActionsConfig(AppConfig):
    name = "actions"
    verbose_name = _("Actions")

    def ready(self) -> None:
        for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
            if not module.ispkg and module.name != "apps":
                importlib.import_module(f"actions.{module.name}")
        autodiscover_modules("actions", register_to=None)
        from actions import transitions, wiring  # noqa: PLC0415 - the catalog is complete only now

        transitions.declare_all()
        wiring.register()
