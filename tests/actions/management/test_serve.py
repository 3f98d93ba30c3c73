"""The server says in words why it cannot begin."""

from __future__ import annotations

import gc
import socket
from dataclasses import replace
from typing import Any
from wsgiref.util import setup_testing_defaults

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


@pytest.mark.parametrize(("https", "status"), [(True, "200 OK"), (False, "301 Moved Permanently")])
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_behind_a_proxy_that_speaks_https_its_word_is_taken(settings: Any, https: bool, status: str) -> None:
    settings.CONFIG = replace(settings.CONFIG, port=0, https=https)
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    asked = {"PATH_INFO": "/static/admin_ui/icon.svg", "HTTP_X_FORWARDED_PROTO": "https", "REMOTE_ADDR": "127.0.0.1"}
    setup_testing_defaults(asked)
    answers: list[str] = []
    server = Command()._listen("127.0.0.1", 1)
    try:
        server.application(asked, lambda status, _headers: answers.append(status)).close()
    finally:
        server.close()
    assert answers == [status]
