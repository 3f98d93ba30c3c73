"""The state machines app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StateMachinesConfig(AppConfig):
    name = "state_machines"
    verbose_name = _("Business")
