"""Pictures of every staff page, to look at: `python -m tests.browser.screenshots DIR [--width 380] [--dark] [--language ro] [--only TEXT]`.

They are taken of the demo company with one of everything beside it, in a database that is thrown away afterwards.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
import threading
from pathlib import Path
from typing import Any

HEIGHT, DESKTOP, TALLEST = 900, 1280, 6000


def main(folder: Path, width: int, language: str, only: str, *, dark: bool) -> int:
    """Take the pictures. How many pages were wider than the window."""
    import django
    import waitress
    from django.conf import settings
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    django.setup()
    call_command("migrate", verbosity=0)
    from django.contrib.auth.models import User
    from django.test import Client
    from playwright.sync_api import sync_playwright

    from actions import demo
    from rules.receivers import HOUSE_FILE
    from state_machines.orders import Order
    from tests.browser.beside import beside
    from tests.browser.every_page import every_page

    demo.load()
    text = HOUSE_FILE.read_text(encoding="utf-8").replace("5000.00 RON", "100.00 RON")
    beside(Order.objects.latest("pk"), text)
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(User.objects.get(username=demo.USER))
    pages = [address for address in every_page(client) if only in address]
    server: Any = waitress.create_server(get_wsgi_application(), host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    base = f"http://127.0.0.1:{server.effective_port}"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    wide = 0
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        context = chromium.new_context(
            viewport={"width": width, "height": HEIGHT}, color_scheme="dark" if dark else "light", base_url=base
        )
        context.add_cookies([
            {"name": name, "value": value, "url": base}
            for name, value in (
                (settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value),
                (settings.LANGUAGE_COOKIE_NAME, language),
            )
        ])  # fmt: skip
        page = context.new_page()
        for address in pages:
            page.goto(address)
            page.wait_for_load_state("load")
            across, tall = page.evaluate(
                "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
            )
            if across > width:
                wide += 1
                print(f"{address} is {across} wide")
            name = re.sub(r"[^\w=]+", "-", address.removeprefix("/staff/")).strip("-") or "today"
            page.set_viewport_size(
                {"width": width, "height": max(HEIGHT, min(tall, TALLEST))}
            )  # bars stand at its ends
            page.screenshot(path=folder / f"{name[:90]}.png")
            page.set_viewport_size({"width": width, "height": HEIGHT})
        chromium.close()
    print(f"{len(pages)} pages are in {folder}.")
    return wide


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--width", type=int, default=DESKTOP, help="of the window, in pixels (380 for a telephone)")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--language", default="en", choices=["en", "ro"])
    parser.add_argument("--only", default="", help="pages with this in their address")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as thrown_away:
        os.environ |= {"PRAVILA_VAR": thrown_away, "DJANGO_SETTINGS_MODULE": "core.settings"}
        main(given.folder, given.width, given.language, given.only, dark=given.dark)
