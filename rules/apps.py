"""The rules app."""

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from core.formats import figure
from rules import native_check, wording


class RulesConfig(AppConfig):
    name = "rules"
    verbose_name = _("Rules")

    def ready(self) -> None:
        from rules import moment_events, moment_reach, tallying  # noqa: F401, PLC0415 - models exist only now; they declare

        checks.register(native_check.check_compiled)
        wording.speak(gettext, lambda text: figure(text, get_language() or "en"))
