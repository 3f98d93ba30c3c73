"""`python -m tests.faults.posting COUNT`: post as many notices of payments, each twice; then die by kill -9 at once."""

from __future__ import annotations

import os
import signal
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
django.setup()

from tests.state_machines.made import a_payment, an_issued  # noqa: E402 - models exist only after the setup
from tests.state_machines.posting import a_source, intent, post_stripe  # noqa: E402

if __name__ == "__main__":
    a_source("stripe")
    for number in range(int(sys.argv[1])):
        payment = a_payment(an_issued(), gateway_id=f"pi_{number}")
        notice = intent(f"evt_{number}", "payment_intent.succeeded", payment.gateway_id, payment.amount_minor)
        answers = [post_stripe(notice) for _time in range(2)]
        if [(answer.status_code, answer.json()["duplicate"]) for answer in answers] != [(200, False), (200, True)]:
            sys.exit(f"{[answer.content for answer in answers]}")
    os.kill(os.getpid(), signal.SIGKILL)
