"""Windows in which a page's script asks something: each is accepted, as by whoever means it, and remembered."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from harness.browser.window import Window

if TYPE_CHECKING:
    from playwright.async_api import Dialog, Page


class Questions:
    """What one window's page has asked since it was watched."""

    def __init__(self, window: Window) -> None:
        """Accept from now on."""
        self._asked: list[str] = []
        self._accepting: set[asyncio.Task[None]] = set()
        window.run(self._watch)

    def new(self) -> list[str]:
        """What was asked since this was last called."""
        asked, self._asked = self._asked, []
        return asked

    async def _watch(self, page: "Page") -> None:
        page.on("dialog", self._answer)

    def _answer(self, dialog: "Dialog") -> None:
        self._asked.append(" ".join(dialog.message.split()) or "OK")
        task = asyncio.ensure_future(self._accept(dialog))
        self._accepting.add(task)
        task.add_done_callback(self._accepting.discard)

    @staticmethod
    async def _accept(dialog: "Dialog") -> None:
        with suppress(Exception):  # the page, and the question with it, may be gone by now
            await dialog.accept()
