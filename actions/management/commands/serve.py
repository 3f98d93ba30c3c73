"""Serve on PORT: the web pages, the API and, embedded, the worker inside the same server."""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentParser
from typing import Any

import waitress
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application

from actions import demo
from actions.drain import Drain
from core import wiring


class Command(BaseCommand):
    help = "Migrate, check that everything declared is wired, and serve on PORT (8000)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demo company into an empty database")
        parser.add_argument("--threads", type=int, default=8, help="requests served at the same time")
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")

    def handle(self, **options: Any) -> None:
        if wiring.needs_migrate():
            call_command("migrate", verbosity=0)
        wiring.demand_wired()
        if options["demo"]:
            self._load_demo()
        server = self._listen(options["host"], options["threads"])
        drain = Drain() if settings.CONFIG.embedded else None
        if drain:
            drain.start()

        def stop(*_signal: object) -> None:
            raise SystemExit(0)

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        self.stdout.write(f"Pravila serves on http://{options['host']}:{settings.CONFIG.port}/  (Ctrl-C stops it)")
        self.stdout.flush()
        try:
            server.run()
        finally:
            self.stdout.write("Pravila stops; what is under way is finished first.")
            self.stdout.flush()
            server.close()
            if drain:
                drain.stop()
            sys.stdout.flush()

    def _listen(self, host: str, threads: int) -> Any:
        port = settings.CONFIG.port
        try:
            return waitress.create_server(
                get_wsgi_application(),
                host=host,
                port=port,
                threads=threads,
                ident=None,
                clear_untrusted_proxy_headers=not settings.CONFIG.https,  # X-Forwarded-Proto comes from the proxy then
            )
        except OSError as error:
            raise CommandError(f"{host}:{port} cannot be served: {error.strerror}. Set PORT to a free one.") from error

    def _load_demo(self) -> None:
        sign_in = demo.load()
        if sign_in is None:
            if demo.kept_in().exists():
                self.stdout.write(f"The sign-in of the demo company is in {demo.kept_in()}.")
            return
        self.stdout.write("The demo company is loaded. Sign in with:")
        self.stdout.write(f"  user      {sign_in.user}")
        self.stdout.write(f"  password  {sign_in.password}")
        self.stdout.write(f"  API token {sign_in.token}")
        self.stdout.write(f"They are kept in {sign_in.kept_in}, readable by you only.")
