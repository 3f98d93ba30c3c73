"""The core app: registers what is declared, keeps the database guarded, and checks that nothing is unplugged."""

from __future__ import annotations

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Log and audit")

    def ready(self) -> None:
        from core import machines, thread_connections, wiring  # noqa: PLC0415 - models exist only now
        from core.bridge import binding, connecting  # noqa: PLC0415
        from core.database_guards import install  # noqa: PLC0415

        machines.register_all()
        pre_migrate.connect(install.before_migrate, sender=self)
        post_migrate.connect(wiring.after_migrate, sender=self)
        connection_created.connect(thread_connections.closed_with_thread)
        if settings.CONFIG.bridge:
            connecting.connect(binding.load(Path(settings.CONFIG.bridge)))
        wiring.DEMANDS.append(connecting.disconnected)
        checks.register(wiring.check_guards, checks.Tags.database)
