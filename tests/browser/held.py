"""What a page asks of the server, held until it may go on."""

from __future__ import annotations

from playwright.sync_api import Page, Route


class Held:
    """Holds what the page asks of addresses like `asks`, as often as `times` says, or always."""

    def __init__(self, page: Page, asks: str, times: int | None = None) -> None:
        self._page = page
        self._routes: list[Route] = []
        page.route(asks, self._hold, times=times)

    def _hold(self, route: Route) -> None:
        self._routes.append(route)

    def go_on(self) -> None:
        """Let the newest go on. Playwright tells of a request before it is held, so this waits for it, five seconds at most."""
        for _ in range(500):
            if self._routes:
                self._routes.pop().continue_()
                return
            self._page.wait_for_timeout(10)
        raise AssertionError("the page asks nothing that could be held")
