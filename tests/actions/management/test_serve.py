"""The server says in words why it cannot begin."""

from __future__ import annotations

import gc
import socket
from dataclasses import replace
from typing import Any

import pytest
from django.core.management.base import CommandError

from actions.management.commands.serve import Command


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # waitress leaves the socket that it could not bind
def test_a_port_that_is_taken_is_named(settings: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings.CONFIG = replace(settings.CONFIG, port=port)
        with pytest.raises(CommandError, match=rf"127\.0\.0\.1:{port} .*Set PORT"):
            Command()._listen("127.0.0.1", 1)
    gc.collect()
