"""The web application. It does not start with anything declared but unplugged."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
application = get_wsgi_application()

from core import wiring  # noqa: E402 - settings and apps exist only now

wiring.demand_wired()
