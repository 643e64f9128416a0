"""Chromium, watched: what a page says in its console and whether anything leaves this machine."""

import re
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-sync",
    "--disable-component-update",
]
ELSEWHERE = re.compile(r"^(?:https?|wss?)://(?!127\.0\.0\.1[:/])")


class Watch:
    """Makes pages, each of somebody new, and remembers what went wrong in them."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self.browser, self.base_url = browser, base_url
        self._trouble: list[str] = []

    def page(
        self, *, javascript: bool = True, width: int = 1000, height: int = 700, language: str = "id-ID"
    ) -> Page:
        context: BrowserContext = self.browser.new_context(
            base_url=self.base_url,
            locale=language,
            java_script_enabled=javascript,
            reduced_motion="reduce",
            viewport={"width": width, "height": height},
        )
        context.set_default_timeout(30_000)
        context.route(ELSEWHERE, self._stop)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self._trouble.append(str(error.error)))
        return context.new_page()

    def told(self) -> list[str]:
        """What went wrong since the last time."""
        told, self._trouble = self._trouble, []
        return told

    def _stop(self, route: Route) -> None:
        self._trouble.append(f"asked for {route.request.url}")
        route.abort()

    def _hear(self, message: ConsoleMessage) -> None:
        """Chromium itself notes refused answers and lost connections in the console; only what our pages say counts."""
        where: dict[str, Any] = dict(message.location)
        ours = str(where.get("url", "")).startswith(self.base_url)
        expected = "the server responded with a status of 4" in message.text or "net::ERR_" in message.text
        if message.type == "error" and ours and not expected:
            self._trouble.append(message.text)
