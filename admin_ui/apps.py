"""The staff interface app: its pages, and a general page for every machine that has none."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AdminUiConfig(AppConfig):
    name = "admin_ui"
    verbose_name = _("Staff interface")

    def ready(self) -> None:
        from admin_ui.machine_pages import register_all  # noqa: PLC0415 - models exist only now

        register_all()
