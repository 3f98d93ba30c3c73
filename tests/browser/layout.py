"""Whether a page stays inside its window, on a desk and on a telephone."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, ViewportSize

DESK, TELEPHONE = ViewportSize(width=1280, height=900), ViewportSize(width=380, height=800)
TOO_WIDE = """() => document.scrollingElement.scrollWidth <= innerWidth ? [] : [document.scrollingElement.scrollWidth,
    ...[...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
        .slice(0, 3).map((one) => one.outerHTML.slice(0, 160))]"""


def bursts(page: Page) -> list[Any]:
    """What stands out of the window at either width; the page is left as wide as a desk's."""
    found: list[Any] = []
    for size in (TELEPHONE, DESK):
        page.set_viewport_size(size)
        if wide := page.evaluate(TOO_WIDE):
            found.append({f"at {size['width']} px": wide})
    return found
