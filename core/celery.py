"""The Celery application. Tasks are named as strings, so that core knows no upper room. Messages carry bells only."""

from __future__ import annotations

import os

from celery import Celery
from kombu.entity import Queue

from core import config

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
_CONFIG = config.load()

app = Celery("pravila")
app.conf.update(
    broker_url=_CONFIG.redis_url or "memory://",
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 3600,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 2,
    },
    task_publish_retry=False,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    task_queues=[Queue(name) for name in ("high", "default", "low", "email", "reports")],  # type: ignore[no-untyped-call]
    task_default_queue="default",
    timezone="UTC",
    beat_schedule={
        "sweep": {
            "task": "actions.sweep",
            "schedule": _CONFIG.sweep_seconds,
            "options": {"queue": "high", "expires": _CONFIG.sweep_seconds},
        },
    },
    beat_schedule_filename=str(_CONFIG.var_dir / "celerybeat-schedule"),
)
app.autodiscover_tasks(["actions"])
